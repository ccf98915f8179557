"""The audit of published figures against each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._common.messages import short
from .._figures import intervals as exact
from .._figures.figure import Figure, implied
from .._figures.operands import single, span_of
from .._figures.show import show_span
from .claims import Rule
from .comparing import (
    CONSISTENT,
    INCONSISTENT,
    OUTCOMES,
    Compared,
    compare,
    reason_of,
)
from .facts import Facts
from .rules import AUDIT_RULES

if TYPE_CHECKING:
    from .._common.types import Rows
    from ..datasets._dataset import Dataset


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
        The reason why the figures are not comparable; otherwise empty.

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
        more = f": {self.reason}" if self.reason else more
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


class _Findings(Sequence[Finding]):
    """The findings, each built on access."""

    def __init__(self, make: Callable[[int], Finding], order: Rows) -> None:
        self._make = make
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            return _Findings(self._make, self._order[i])
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


# The columns of Audit.to_table with their types.
_COLUMNS = {
    "rule": str,
    "facts": str,
    "expected_low": float,
    "expected_high": float,
    "printed_low": float,
    "printed_high": float,
    "unit": float,
    "outcome": str,
    "distance": float,
    "reason": str,
}


class Audit:
    """The findings of an audit, returned by `audit`.

    Attributes
    ----------
    findings : sequence of Finding
        Inconsistent ones first, then the not comparable ones, then the consistent ones.
    counts : dict of str to int
        The number of findings by outcome.
    facts : Facts
        The facts as read.

    Examples
    --------
    >>> import evmarket as em
    >>> audit = em.audit(em.datasets.load("guangzhou"))
    >>> audit.counts["inconsistent"]
    0
    """

    __slots__ = ("_compared", "_starts", "counts", "facts", "findings")

    def __init__(self, facts: Facts, compared: list[Compared]) -> None:
        self.facts = facts
        self._compared = compared
        sizes = [len(claims.kept) for claims in compared]
        self._starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.intp)])
        none = np.empty(0, dtype=np.uint8)
        outcome = np.concatenate([none, *(claims.outcome for claims in compared)])
        self.counts = {
            name: int(np.count_nonzero(outcome == i)) for i, name in enumerate(OUTCOMES)
        }
        rank = np.array([2, 0, 1])[outcome]
        order = np.argsort(rank, kind="stable")
        self.findings: Sequence[Finding] = _Findings(self._finding, order)

    def __len__(self) -> int:
        return len(self.findings)

    def __repr__(self) -> str:
        counted = ", ".join(f"{n} {name}" for name, n in self.counts.items())
        return f"<Audit of {len(self.facts)} facts: {counted}>"

    def plot(self, *, ax: Any = None, top: int = 25) -> Any:
        """Plot printed figures and what the other facts imply, one row per finding.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            The axes to draw on; new ones by default.
        top : int, default 25
            The largest number of findings, in the order of `findings`. Findings with an
            exact printed figure have no last digit and are left out.

        Returns
        -------
        matplotlib.axes.Axes
            Distances from the printed figure, in units of its last printed digit.

        Examples
        --------
        >>> import evmarket as em
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> ax = em.audit(em.datasets.load("guangzhou")).plot(top=2)
        >>> len(ax.get_yticklabels())
        2
        """
        from .plots import plot_audit

        sources = dict(zip(self.facts.id, self.facts.label["source"], strict=True))
        return plot_audit(self.findings, sources, ax, top)

    def _repr_html_(self) -> str:
        from .html import audit

        return audit(len(self.facts), self.counts, self.findings)

    def in_order(self) -> Iterator[Finding]:
        """The findings in the order of the rules.

        Examples
        --------
        >>> import evmarket as em
        >>> audit = em.audit(em.datasets.load("guangzhou"))
        >>> next(audit.in_order()).rule
        'margin'
        """
        return map(self._finding, range(len(self)))

    def _finding(self, i: int) -> Finding:
        place = int(np.searchsorted(self._starts, i, "right")) - 1
        compared = self._compared[place]
        at = i - int(self._starts[place])
        operand = compared.claims.printed
        printed = operand.of.figure(int(operand.at[compared.kept[at]]))
        return Finding(
            rule=compared.rule,
            facts=tuple(self.facts.id[row] for row in compared.rows(at)),
            expected=implied(compared.expected(at), printed.kind, printed.of),
            printed=printed,
            outcome=OUTCOMES[compared.outcome[at]],
            distance=float(compared.distance[at]),
            reason=reason_of(self.facts, compared, at),
        )

    def to_table(self) -> Dataset:
        """The findings as columns.

        Returns
        -------
        Dataset
            rule, facts (ids with blanks between), expected_low, expected_high,
            printed_low, printed_high, unit, outcome, distance, reason;
            in the order of `findings`.

        Examples
        --------
        >>> import evmarket as em
        >>> table = em.audit(em.datasets.load("guangzhou")).to_table()
        >>> sorted(table)[:4], len(table["rule"]) == len(table["outcome"])
        (['distance', 'expected_high', 'expected_low', 'facts'], True)
        """
        from ..datasets._dataset import Dataset

        rows = [
            (
                f.rule,
                " ".join(f.facts),
                f.expected.low,
                f.expected.high,
                f.printed.low,
                f.printed.high,
                f.printed.unit,
                f.outcome,
                f.distance,
                f.reason,
            )
            for f in self.findings
        ]
        columns = zip(*rows, strict=True) if rows else iter([()] * len(_COLUMNS))
        return Dataset(
            {
                name: np.array(values, dtype=dtype)
                for (name, dtype), values in zip(_COLUMNS.items(), columns, strict=True)
            },
            name="audit",
        )


def _chosen(rules: Any) -> dict[str, Rule]:
    if rules is None:
        return AUDIT_RULES
    if isinstance(rules, Mapping):
        chosen = dict(rules)
    elif isinstance(rules, Iterable) and not isinstance(rules, str):
        names = list(rules)
        for name in names:
            if name not in AUDIT_RULES:
                known = ", ".join(AUDIT_RULES)
                raise ValueError(f"rules has {short(name)}: known rules are {known}")
        chosen = {name: AUDIT_RULES[name] for name in names}
    else:
        raise TypeError(
            f"rules is {short(rules)}: it takes names of rules, or a mapping of names "
            "to functions"
        )
    for name, rule in chosen.items():
        if not callable(rule):
            raise TypeError(
                f"rules[{short(name)}] is {short(rule)}: a rule must be a function"
            )
    return chosen


def audit(facts: Any, *, rules: Any = None) -> Audit:
    """Check published figures against each other.

    Parameters
    ----------
    facts : Dataset, table, data frame, list of mappings, or Facts
        Facts in the fact columns (see `Facts` and `evmarket.datasets`). Put the facts
        of several sources into one table to compare them.
    rules : sequence of str, or mapping of str to function, optional
        Names of `AUDIT_RULES`, by default all; or a mapping with other rules, such as
        ``{**em.AUDIT_RULES, "mine": rule}``, where ``rule(facts)`` takes `Facts` and
        yields `Claims`.

    Returns
    -------
    Audit
        ``.findings``, ``.counts``, ``.to_table()``.

    Raises
    ------
    TypeError, ValueError
        If facts is not a table of facts, a text is not a figure (the message names row
        and column), or a rule is unknown.

    Notes
    -----
    Each finding compares the interval that some facts imply with the interval that
    another fact prints. The outcome is "not comparable" if scope, basis, dimension or
    vintage differ, "consistent" if the intervals meet, "not comparable" if they do not
    and one of these labels is not stated, and otherwise "inconsistent". A growth on a
    comparable basis cannot be checked against the level published a year before; the
    finding then gives the factor by which that level was restated.

    Examples
    --------
    >>> import evmarket as em
    >>> common = {"entity": "x", "measure": "sales", "scope": "maker"}
    >>> rows = [
    ...     {"id": "a", **common, "period": "2024", "text": "100"},
    ...     {"id": "b", **common, "period": "2025", "text": "181",
    ...      "growth_text": "+50%", "growth_base": "2024", "growth_basis": "printed"},
    ... ]
    >>> em.audit(rows)
    <Audit of 2 facts: 0 consistent, 1 inconsistent, 0 not comparable>
    >>> em.audit(rows).findings[0].distance > 20
    True
    """
    chosen = _chosen(rules)
    table = facts if isinstance(facts, Facts) else Facts(facts)
    compared = [
        compare(table, name, claims)
        for name, rule in chosen.items()
        for claims in rule(table)
        if len(claims.printed.at)
    ]
    return Audit(table, compared)


def check(*, level: Any, base: Any, growth: Any) -> Finding:
    """Whether a level, its base and its growth agree.

    Parameters
    ----------
    level, base, growth : str, number or Figure
        The three figures of one statement, on the same basis and of the same scope.

    Returns
    -------
    Finding
        Of the rule "growth": `expected` is the growth that level and base imply. The
        outcome is "consistent" or "inconsistent".

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also if one of the three is missing.

    Examples
    --------
    >>> import evmarket as em
    >>> em.check(level="16.49 million", base="12,859,000", growth="28.2%").outcome
    'consistent'
    >>> finding = em.check(level="16.49 million", base="12,859,000", growth="28.4%")
    >>> round(finding.distance, 2)
    0.69
    """
    given = {"level": level, "base": base, "growth": growth}
    for name, value in given.items():
        if value is None:
            raise ValueError(f"{name} is missing: check takes level, base and growth")
    now, before = single(level, "level", "level"), single(base, "base", "level")
    printed = single(growth, "growth", "growth")
    try:
        expected = exact.growth(before.exact, now.exact)
    except exact.BeyondError as error:
        raise ValueError(f"check: {error} (base {short(before, 80)})") from None
    apart, misses = exact.gap(expected, span_of(printed, "growth"))
    unit = printed.unit if printed.unit > 0 else 1.0
    return Finding(
        rule="growth",
        facts=tuple(given),
        expected=implied(expected, "growth"),
        printed=printed,
        outcome=OUTCOMES[INCONSISTENT if misses else CONSISTENT],
        distance=exact.nearest(apart) / unit if misses else math.nan,
        reason="",
    )
