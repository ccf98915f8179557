"""The audit of published figures against each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short
from .._figures import intervals as exact
from .._figures.figure import implied
from .._figures.operands import single, span_of
from .claims import Rule
from .comparing import (
    CONSISTENT,
    CUT,
    INCONSISTENT,
    OUTCOMES,
    Compared,
    compare,
    cut_short,
    reason_of,
)
from .facts import Facts
from .findings import Finding, FindingList
from .rules import AUDIT_RULES
from .unchecked import Unchecked, find_unchecked

if TYPE_CHECKING:
    from ..datasets._dataset import Dataset
    from .reading import Problem


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
    errors : tuple
        The entries that could not be read, by row: ``.row``, ``.column``, ``.message``.
        Empty unless the facts were read with ``errors="collect"``.

    Examples
    --------
    >>> import evmarket as em
    >>> audit = em.audit(em.datasets.load("guangzhou"))
    >>> audit.counts["inconsistent"]
    0
    >>> audit.unchecked[0].id, audit.unchecked[0].why
    ('g03', 'no fact of gac-own-overseas sales in the base period 2024')
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
        self.findings: Sequence[Finding] = FindingList(self._finding, order)

    def __len__(self) -> int:
        return len(self.findings)

    def __repr__(self) -> str:
        counted = ", ".join(f"{n} {name}" for name, n in self.counts.items())
        unread = f"; {len(self.errors)} bad entries" if self.errors else ""
        return f"<Audit of {len(self.facts)} facts: {counted}{unread}>"

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The entries that could not be read, by row."""
        return self.facts.errors

    @property
    def unchecked(self) -> list[Unchecked]:
        """The facts that no rule compared, each with its ``id`` and ``why``.

        Examples
        --------
        >>> import evmarket as em
        >>> row = {"id": "a", "entity": "x", "measure": "sales", "text": "5,000"}
        >>> em.audit([{**row, "period": "2025"}]).unchecked
        [Unchecked(id='a', why='no other fact of x sales')]
        """
        used = np.zeros(len(self.facts), dtype=bool)
        for compared in self._compared:
            for column in compared.claims.facts:
                rows = column[compared.kept]
                used[rows[rows >= 0]] = True
        return find_unchecked(self.facts, np.flatnonzero(~used))

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

        bad = len(self.errors)
        counts = self.counts | ({"bad entries": bad} if bad else {})
        return audit(len(self.facts), counts, self.findings)

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


def audit(facts: Any, *, rules: Any = None, errors: str = "raise") -> Audit:
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
    errors : {"raise", "collect"}, default "raise"
        Whether a bad entry is an error, or all of them are listed in ``.errors`` and
        count as empty.

    Returns
    -------
    Audit
        ``.findings``, ``.counts``, ``.unchecked``, ``.errors``, ``.to_table()``.

    Raises
    ------
    TypeError, ValueError
        If facts is not a table of facts, a text is not a figure (the message names row
        and column of the first one, and their number), or a rule is unknown.

    Notes
    -----
    Each finding compares the interval that some facts imply with the interval that
    another fact prints. The outcome is "not comparable" if scope, basis, dimension or
    vintage differ, "consistent" if the intervals meet, "not comparable" if they do not
    and one of these labels is not stated, and otherwise "inconsistent". Within one
    source, facts without a scope have one scope, and a growth without a basis is on the
    printed one. A growth on a comparable basis cannot be checked against the level
    published a year before; the finding then gives the factor by which that level was
    restated.

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
    table = facts if isinstance(facts, Facts) else Facts(facts, errors=errors)
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
    span = span_of(printed, "growth")
    apart, misses = exact.gap(expected, span)
    ends = [exact.nearest(end) for x in (expected, span) for end in x[:2]]
    cut = misses and cut_short(np.array(ends), printed.unit)
    unit = printed.unit if printed.unit > 0 else 1.0
    return Finding(
        rule="growth",
        facts=tuple(given),
        expected=implied(expected, "growth"),
        printed=printed,
        outcome=OUTCOMES[INCONSISTENT if misses else CONSISTENT],
        distance=exact.nearest(apart) / unit if misses else math.nan,
        reason=CUT if cut else "",
    )
