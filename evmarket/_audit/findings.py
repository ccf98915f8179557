"""The findings of an audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .._figures.figure import Figure
from .._figures.show import show_span

if TYPE_CHECKING:
    from .._common.types import Rows


class Finding(NamedTuple):
    """One comparison of an audit.

    Attributes
    ----------
    rule : str
        The name of the rule: a key of `AUDIT_RULES`.
    facts : tuple of str
        The ids of the facts used; the figure of the first one is checked.
    expected, printed : Figure
        The figure that the other facts imply, and the printed one.
    outcome : str
        consistent, inconsistent or not comparable.
    distance : float
        For inconsistent figures the gap between the intervals, in rounding units of the
        printed figure (absolute if that is exact); otherwise NaN.
    reason : str
        The reason why the figures are not comparable, or "cut, not rounded?" for an
        inconsistent growth whose printed digits are right; otherwise empty.

    Examples
    --------
    >>> import evmarket as em
    >>> finding = em.check(level="139,000", base="77,000", growth="+80%")
    >>> finding.outcome, finding.expected
    ('consistent', Figure(80.5195% [78.7097%, 82.3529%]))
    >>> finding.rule
    'growth'
    """

    rule: str
    facts: tuple[str, ...]
    expected: Figure
    printed: Figure
    outcome: str
    distance: float
    reason: str

    def __repr__(self) -> str:
        from .._common.text import SCREEN, middle

        more = (
            f" by {self.distance:.3g} units" if self.distance == self.distance else ""
        )
        more += f": {self.reason}" if self.reason else ""
        kind, text = self.printed.kind, self.printed.text
        printed = f"{text!r} " if text else ""
        lines = (
            f"<{self.outcome}{more}: {self.rule}, {' '.join(self.facts)}:",
            f" expected {show_span(self.expected.exact, kind)},",
            f" printed {printed}{show_span(self.printed.exact, kind)}>",
        )
        # the repr of a list of findings adds a bracket
        return "\n".join(middle(line, SCREEN - 1) for line in lines)

    def _repr_html_(self) -> str:
        from .html import finding

        return finding(self)


class FindingList(Sequence[Finding]):
    """The findings, each built on access."""

    def __init__(self, make: Callable[[int], Finding], order: Rows) -> None:
        self._make = make
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            return FindingList(self._make, self._order[i])
        return self._make(int(self._order[i]))

    def __iter__(self) -> Iterator[Finding]:
        return map(self._make, self._order.tolist())

    def __repr__(self) -> str:
        listed = [repr(finding) for finding in self[:3]]
        more = [f"... {len(self) - 3:,} more"] if len(self) > 3 else []
        inside = ",\n ".join(listed + more)
        return f"[{inside}]"

    def _repr_html_(self) -> str:
        from .html import findings

        return findings(self)
