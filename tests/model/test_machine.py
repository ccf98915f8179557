"""Hypothesis drives the model and the package side by side.

Every operation of `operations` is a rule. After every step all values and statuses are
compared; what differs is told as code to run, with what the model says and why.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.model.choices import Choices
from tests.model.compare import names_of
from tests.model.operations import LOOK, LOOKS, TRANSFORMS, Run, Script, Step
from tests.model.shrink import reproduction
from tests.model.tables import random_case


def drawn(data: st.DataObject) -> Choices:
    return Choices(lambda low, high: data.draw(st.integers(low, high)))


class Machine(RuleBasedStateMachine):
    """A model and a panel of the same rows."""

    @initialize(data=st.data())
    def build(self, data):
        self.run = Run(random_case(drawn(data)))
        self._agree(Script(self.run.case), self.run.build())

    @precondition(lambda self: self.run.panel is not None)
    @rule(name=st.sampled_from(sorted(TRANSFORMS)), data=st.data())
    def regroup(self, name, data):
        self._do(TRANSFORMS[name](self.run, drawn(data)))

    @precondition(lambda self: self.run.panel is not None)
    @rule(data=st.data())
    def derive(self, data):
        name = data.draw(st.sampled_from(names_of(self.run.model)))
        what = data.draw(st.sampled_from(LOOKS[self.run.model[name].kind]))
        self._do(LOOK[what](self.run, drawn(data), name))

    def _do(self, step: Step | None) -> None:
        if step is not None:
            script = Script(self.run.case, tuple(self.run.steps), step)
            self._agree(script, self.run.do(step))

    def _agree(self, script: Script, differences: list) -> None:
        if differences:
            raise AssertionError(reproduction(script, differences[0].kind))


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=60,
    stateful_step_count=12,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
