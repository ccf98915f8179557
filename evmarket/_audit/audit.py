"""The audit of published figures against each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._common.messages import short
from .._figures import intervals as exact
from .._figures.figure import Figure, figure, implied
from .._figures.intervals import Span
from .._figures.operands import operand, span_of
from .._figures.show import show, show_span
from .claims import Claims, Rule
from .facts import Facts
from .rules import AUDIT_RULES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Rows
    from ..datasets._dataset import Dataset


__all__ = ["Audit", "Finding", "audit", "check"]

OUTCOMES = ("consistent", "inconsistent", "not comparable")
_CONSISTENT, _INCONSISTENT, _NOT_COMPARABLE = range(3)
# Why figures cannot be compared, in the order in which the reasons are looked for.
_LABELS = ("scope", "growth_basis", "dimension", "vintage")
_DIFFERS, _UNSTATED, _DOUBT = 1, 1 + len(_LABELS), 1 + 2 * len(_LABELS)


class Finding(NamedTuple):
    """One comparison of an audit.

    Attributes
    ----------
    rule : str
        Which rule: a key of `AUDIT_RULES`.
    facts : tuple of str
        The ids of the facts used; the first is the one whose figure is checked.
    expected, printed : Figure
        What the other facts imply, and what is printed.
    outcome : str
        consistent, inconsistent or not comparable.
    distance : float
        Inconsistent figures: the gap between the intervals in units of the printed
        figure's rounding (in plain numbers where that is exact); else NaN.
    reason : str
        Why the figures are not comparable; else empty.

    Examples
    --------
    >>> import evmarket as em
    >>> found = em.check(level="139,000", base="77,000", growth="+80%")
    >>> found.outcome, found.expected
    ('consistent', Figure(80.5195% [78.7097%, 82.3529%]))
    >>> found.rule
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
        # A list of findings puts a bracket before each.
        return "\n".join(middle(line, SCREEN - 1) for line in lines)

    def _repr_html_(self) -> str:
        from .looks import finding

        return finding(self)


class _Batch(NamedTuple):
    """The comparisons of one `Claims`, decided."""

    rule: str
    claims: Claims
    kept: Rows
    outcome: NDArray[np.uint8]
    reason: NDArray[np.uint8]
    distance: NDArray[np.float64]


class _Findings(Sequence[Finding]):
    """The findings, each made when it is asked for."""

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
        from .looks import findings

        return findings(self)


class Audit:
    """The findings of an audit; made by `audit`.

    Attributes
    ----------
    findings : sequence of Finding
        Inconsistent ones first, then those not comparable, then the consistent ones.
    counts : dict of str to int
        How many findings have each outcome.
    facts : Facts
        The facts as they were read.

    Examples
    --------
    >>> import evmarket as em
    >>> found = em.audit(em.datasets.load("guangzhou"))
    >>> found.counts["inconsistent"]
    0
    """

    __slots__ = ("_batches", "_starts", "counts", "facts", "findings")

    def __init__(self, facts: Facts, batches: list[_Batch]) -> None:
        self.facts = facts
        self._batches = batches
        sizes = [len(b.kept) for b in batches]
        self._starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.intp)])
        outcome = self._column("outcome")
        self.counts = {
            name: int(np.count_nonzero(outcome == i)) for i, name in enumerate(OUTCOMES)
        }
        rank = np.array([2, 0, 1])[outcome]
        order = np.argsort(rank, kind="stable")
        self.findings: Sequence[Finding] = _Findings(self._finding, order)

    def _column(self, name: str) -> NDArray[Any]:
        found = [getattr(b, name) for b in self._batches]
        return np.concatenate(found) if found else np.empty(0, dtype=np.uint8)

    def __len__(self) -> int:
        return len(self.findings)

    def __repr__(self) -> str:
        counted = ", ".join(f"{n} {name}" for name, n in self.counts.items())
        return f"<Audit of {len(self.facts)} facts: {counted}>"

    def plot(self, *, ax: Any = None, top: int = 25) -> Any:
        """What is printed beside what the other facts imply, a row a finding.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it.
        top : int, default 25
            At most so many findings, in the order of `findings`; exact ones, which
            have no last digit to measure in, are left out.

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

        return plot_audit(self, ax, top)

    def _repr_html_(self) -> str:
        from .looks import audit

        return audit(self)

    def in_order(self) -> Iterator[Finding]:
        """The findings rule by rule, whatever their outcome.

        Examples
        --------
        >>> import evmarket as em
        >>> found = em.audit(em.datasets.load("guangzhou"))
        >>> next(found.in_order()).rule
        'margin'
        """
        return map(self._finding, range(len(self)))

    def _finding(self, i: int) -> Finding:
        place = int(np.searchsorted(self._starts, i, "right")) - 1
        batch = self._batches[place]
        at = i - int(self._starts[place])
        entry = int(batch.kept[at])
        claims = batch.claims
        printed = claims.printed.of.figure(int(claims.printed.at[entry]))
        return Finding(
            batch.rule,
            tuple(self.facts.id[row] for row in _rows(claims, entry)),
            implied(_expected(claims, entry), printed.kind, printed.of),
            printed,
            OUTCOMES[batch.outcome[at]],
            float(batch.distance[at]),
            _reason(self.facts, claims, entry, int(batch.reason[at])),
        )

    def to_table(self) -> Dataset:
        """The findings as columns.

        Returns
        -------
        Dataset
            rule, facts (ids, blank-separated), expected_low, expected_high,
            printed_low, printed_high, unit, outcome, distance, reason;
            in the order of `findings`.

        Examples
        --------
        >>> import evmarket as em
        >>> found = em.audit(em.datasets.load("guangzhou")).to_table()
        >>> sorted(found)[:4], len(found["rule"]) == len(found["outcome"])
        (['distance', 'expected_high', 'expected_low', 'facts'], True)
        """
        from ..datasets._dataset import Dataset

        names = ("expected_low", "expected_high", "printed_low", "printed_high", "unit")
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
        columns = list(zip(*rows, strict=True)) if rows else [()] * 10
        keys = ("rule", "facts", *names, "outcome", "distance", "reason")
        return Dataset(
            {
                key: np.array(values, dtype=float if key in names else None)
                if rows or key in (*names, "distance")
                else np.array(values, dtype=str)
                for key, values in zip(keys, columns, strict=True)
            },
            name="audit",
        )


def _rows(claims: Claims, entry: int) -> list[int]:
    """The rows of one comparison, each once."""
    rows = [int(column[entry]) for column in claims.facts]
    return list(dict.fromkeys(row for row in rows if row >= 0))


def _expected(claims: Claims, entry: int) -> Span:
    expected = claims.expected
    if isinstance(expected, tuple) and not hasattr(expected, "span"):
        return exact.closed(float(expected[0][entry]), float(expected[1][entry]))
    span: Span = expected.span(entry)
    return span


def _ends(expected: Any) -> tuple[Any, Any]:
    if hasattr(expected, "span"):
        return expected.low, expected.high
    low, high = expected
    return np.asarray(low, np.float64), np.asarray(high, np.float64)


def _decide(facts: Facts, rule: str, claims: Claims) -> _Batch:
    """Which figures meet: in doubles where the gap or the overlap is beyond any
    rounding, else exactly."""
    low, high = _ends(claims.expected)
    first, last = claims.printed.low, claims.printed.high
    kept = np.flatnonzero((low <= high) & (first <= last))
    low, high, first, last = low[kept], high[kept], first[kept], last[kept]
    ends = np.stack([low, high, first, last])
    with np.errstate(invalid="ignore"):
        slack = 1e-12 * np.abs(np.where(np.isinf(ends), 0, ends)).max(axis=0, initial=0)
        gap = np.maximum(low - last, first - high)  # positive: apart
    misses = gap > 0
    distance = np.maximum(gap, 0)
    for i in np.flatnonzero(np.abs(gap) <= slack):
        entry = int(kept[i])
        apart, misses[i] = exact.gap(
            _expected(claims, entry), claims.printed.span(entry)
        )
        distance[i] = exact.nearest(apart)
    reason = _comparable(facts, claims, kept, misses)
    outcome = np.where(
        reason > 0, _NOT_COMPARABLE, np.where(misses, _INCONSISTENT, _CONSISTENT)
    ).astype(np.uint8)
    unit = claims.printed.of.unit[claims.printed.at[kept]]
    distance = distance / np.where(unit > 0, unit, 1)
    distance[outcome != _INCONSISTENT] = np.nan
    return _Batch(rule, claims, kept, outcome, reason, distance)


def _comparable(
    facts: Facts, claims: Claims, kept: Rows, misses: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """The reason why not, by number; 0 where the figures are comparable."""
    reason = np.zeros(len(kept), dtype=np.uint8)
    differ, unstated = _label_state(facts, claims, kept)
    for k in reversed(range(len(_LABELS))):
        reason[unstated[k] & misses] = _UNSTATED + k
    if claims.doubt:
        reason[misses] = _DOUBT
    for k in reversed(range(len(_LABELS))):
        reason[differ[k]] = _DIFFERS + k
    return reason


def _label_state(
    facts: Facts, claims: Claims, kept: Rows
) -> tuple[list[Any], list[Any]]:
    """For each of _LABELS where it differs, and where it is not stated."""
    code = facts.code
    rows = [column[kept] for column in claims.facts]
    nothing = np.zeros(len(kept), dtype=bool)
    scope = _states(code["scope"], rows)
    vintage = code["vintage"].copy()
    forecast = code["mode"] == 2
    forecast |= np.array([v == "forecast" for v in facts.label["vintage"]], dtype=bool)
    vintage[forecast] = -1
    vintages = _states(vintage, rows)
    dimension = (
        _states(code["dimension"], rows) if claims.dimensions else (nothing,) * 3
    )
    basis = code["growth_basis"]  # 0 unknown, 1 printed, 2 comparable
    basis_differs, basis_unstated = nothing.copy(), nothing.copy()
    for column in claims.against:
        used = np.where(column[kept] >= 0, basis[column[kept]], 1)
        basis_differs |= used == 2
        basis_unstated |= used == 0
    together = _states(basis, [column[kept] for column in claims.together])
    return (
        [scope[0], basis_differs | together[0], dimension[0], vintages[0]],
        [
            scope[1],
            basis_unstated | together[1],
            dimension[1],
            vintages[1] & vintages[2],
        ],
    )


def _states(code: Any, rows: list[Rows]) -> tuple[Any, Any, Any]:
    """Whether two stated codes differ, one is empty, one is stated; -1 rows and codes
    count for nothing."""
    if not rows:
        return np.False_, np.False_, np.False_
    least = np.full(len(rows[0]), np.iinfo(np.int64).max)
    most = np.zeros(len(rows[0]), dtype=np.int64)
    empty = np.zeros(len(rows[0]), dtype=bool)
    for column in rows:
        here = np.where(column >= 0, code[column], -1)
        empty |= here == 0
        least = np.where(here > 0, np.minimum(least, here), least)
        most = np.maximum(most, here)
    return (most > 0) & (least != most), empty, most > 0


def _reason(facts: Facts, claims: Claims, entry: int, number: int) -> str:
    """A reason in words."""
    if number == 0:
        return ""
    if number == _DOUBT:
        return claims.doubt
    label = _LABELS[(number - 1) % len(_LABELS)]
    word = label.removeprefix("growth_")
    if number >= _UNSTATED:
        return f"{word} not stated"
    rows = _rows(claims, entry)
    if label == "growth_basis":
        growths = [int(c[entry]) for c in (*claims.against, *claims.together)]
        rows = list(dict.fromkeys(row for row in growths if row >= 0))
    stated = list(dict.fromkeys(facts.label[label][row] for row in rows))
    said = f"{word}: {', '.join(filter(None, stated))}"
    restated = _restatement(claims, entry) if label == "growth_basis" else None
    return (
        said if restated is None else f"{said}; published base restated by {restated}"
    )


def _restatement(claims: Claims, entry: int) -> str | None:
    """The comparable base over the published one, for a growth against a level."""
    if not claims.against or not hasattr(claims.expected, "of"):
        return None
    operands = getattr(claims.expected.of, "operands", ())
    if len(operands) != 2:
        return None
    published, level = (x.span(entry) for x in operands)
    try:
        base = exact.base(level, claims.printed.span(entry))
        factor = exact.ratio(base, published)
    except exact.BeyondError:
        return None
    return f"{show(factor.low, 'multiple')} to {show(factor.high, 'multiple')}"


def _chosen(rules: Any) -> dict[str, Rule]:
    if rules is None:
        return AUDIT_RULES
    if isinstance(rules, Mapping):
        found = dict(rules)
    elif isinstance(rules, Iterable) and not isinstance(rules, str):
        names = list(rules)
        unknown = [n for n in names if n not in AUDIT_RULES]
        if unknown:
            raise ValueError(
                f"rules has {short(unknown[0])}: known are {', '.join(AUDIT_RULES)}"
            )
        found = {name: AUDIT_RULES[name] for name in names}
    else:
        raise TypeError(
            f"rules is {short(rules)}: it takes names, or a mapping of rules"
        )
    for name, rule in found.items():
        if not callable(rule):
            raise TypeError(
                f"rules[{short(name)}] is {short(rule)}: it takes functions"
            )
    return found


def audit(facts: Any, *, rules: Any = None) -> Audit:
    """Check published figures against each other.

    Parameters
    ----------
    facts : Dataset, table, data frame, list of mappings, or Facts
        Facts in the fact columns (see `Facts` and `evmarket.datasets`). Several
        sources go into one list: the audit compares what they say.
    rules : sequence of str, or mapping of str to function, optional
        Names out of `AUDIT_RULES`, all by default; or rules of one's own:
        ``{**em.AUDIT_RULES, "mine": rule}``, where ``rule(facts)`` takes `Facts` and
        yields `Claims`.

    Returns
    -------
    Audit
        ``.findings``, ``.counts``, ``.to_table()``.

    Raises
    ------
    TypeError, ValueError
        For what is no table of facts, a text that is no figure (naming row and column),
        an unknown rule.

    Notes
    -----
    Each finding compares the interval that some facts imply with the one that another
    fact prints. It is consistent where they meet; not comparable where scope, basis,
    dimension or vintage differ, or where they miss each other and one of these is not
    stated; else inconsistent. A growth on a comparable basis says nothing of the level
    published a year before: the finding names the factor of restatement.

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
    read = facts if isinstance(facts, Facts) else Facts(facts)
    batches = []
    for name, rule in chosen.items():
        for claims in rule(read):
            if len(claims.printed.at):
                batches.append(_decide(read, name, claims))
    return Audit(read, batches)


def check(*, level: Any, base: Any, growth: Any) -> Finding:
    """Whether a level, its base and its growth agree.

    Parameters
    ----------
    level, base, growth : str, number or Figure
        The three figures of one statement, on one basis and of one scope.

    Returns
    -------
    Finding
        Of rule "growth": expected is the growth that level and base imply. Consistent
        or inconsistent, with the distance in units of the printed growth.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also where one of the three is missing.

    Examples
    --------
    >>> import evmarket as em
    >>> em.check(level="16.49 million", base="12,859,000", growth="28.2%").outcome
    'consistent'
    >>> found = em.check(level="16.49 million", base="12,859,000", growth="28.4%")
    >>> round(found.distance, 2)
    0.69
    """
    read = {}
    for name, value, role in (
        ("level", level, "level"),
        ("base", base, "level"),
        ("growth", growth, "growth"),
    ):
        if value is None:
            raise ValueError(f"{name} is missing: check takes level, base and growth")
        found = operand(value, name, role)
        if not isinstance(found, Figure):
            raise TypeError(f"{name} is {short(value)}: check takes single figures")
        read[name] = found
    printed = figure(read["growth"])
    try:
        expected = exact.growth(read["base"].exact, read["level"].exact)
    except exact.BeyondError as error:
        raise ValueError(f"check: {error} (base {read['base']!r})") from None
    apart, misses = exact.gap(expected, span_of(printed, "growth"))
    unit = printed.unit if printed.unit > 0 else 1.0
    return Finding(
        "growth",
        ("level", "base", "growth"),
        implied(expected, "growth"),
        printed,
        OUTCOMES[_INCONSISTENT if misses else _CONSISTENT],
        exact.nearest(apart) / unit if misses else math.nan,
        "",
    )
