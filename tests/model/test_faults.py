"""The driver finds every fault when it is put back, and nothing without one."""

from __future__ import annotations

import pytest

from tests.model.drive import runs
from tests.model.faults import FAULTS

STEPS, SEED = 1500, "faults-3"


def first_found() -> str:
    """The first difference in a bounded number of operations, "" if there is none."""
    for script, _, found in runs(STEPS, SEED):
        if found:
            return f"{found[0]} after {[step.text for step in script.steps]}"
    return ""


def test_nothing_without_a_fault():
    assert first_found() == ""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(name):
    with FAULTS[name]():
        assert first_found() != "", name
