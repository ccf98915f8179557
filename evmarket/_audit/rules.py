"""The table of the rules of an audit.

A rule takes `Facts` and yields `Claims`: comparisons between the interval that some
facts imply and the interval that another fact prints. It finds the facts by joining
keys, and it computes over columns. The outcome is decided in `comparing`.
"""

from __future__ import annotations

from collections.abc import Iterator

from .claims import Claims, Rule, group, pairs
from .facts import Facts
from .growths import (
    change,
    growth,
    loss_growth,
    ratio_growth,
    same_growth,
    total_growth,
)
from .levels import Operand
from .periods import months, period_growth, within
from .rates import gross_margin, margin, points, share
from .sums import part, parts


def same(facts: Facts) -> Iterator[Claims]:
    """The same fact, printed twice: by two sources, or in two vintages."""
    levels = facts.rows("level", "count", "share", "margin", "pp")
    names = ("entity", "measure", "period", "kind", "mode")
    one, two = pairs(group(facts.code, names, levels))
    one, two = levels[one], levels[two]
    yield Claims(
        (two, one),
        Operand(facts.stated, one),
        Operand(facts.stated, two),
        dimensions=True,
    )
    yield from same_growth(facts)


class AuditRules(dict[str, Rule]):
    """The rules of `audit` by name: a dict that you can copy and extend.

    A rule is a function that takes `Facts` and yields `Claims`. It says which figures
    the facts imply, and which printed figures they are compared with. The outcome, the
    distance and the reason are worked out for it. ``audit(facts, rules=...)`` takes
    names of rules, or a mapping such as ``{**em.AUDIT_RULES, "mine": rule}``.

    Examples
    --------
    A rule of your own, that exports are at most the sales of the same entity:

    >>> import evmarket as em
    >>> import numpy as np
    >>> def exports(facts):
    ...     rows = facts.rows("level")
    ...     measure = np.array(facts.label["measure"])[rows]
    ...     sold, sent = rows[measure == "sales"], rows[measure == "exports"]
    ...     sales = facts.code["measure"][sold[:1]].repeat(len(sent))
    ...     key = dict(zip(facts.key(sold).tolist(), sold.tolist()))
    ...     found = [key.get(k, -1) for k in facts.key(sent, measure=sales).tolist()]
    ...     found = np.array(found, dtype=int)
    ...     sent, found = sent[found >= 0], found[found >= 0]
    ...     low = np.zeros(len(sent))
    ...     high = facts.stated.high[found]
    ...     printed = em.Operand(facts.stated, sent)
    ...     yield em.Claims((sent, found), (low, high), printed)
    ...
    >>> common = {"entity": "x", "period": "2025", "scope": "maker"}
    >>> rows = [
    ...     {**common, "id": "a", "measure": "sales", "text": "9,000"},
    ...     {**common, "id": "b", "measure": "exports", "text": "12,000"},
    ... ]
    >>> em.audit(rows, rules={"exports": exports}).findings[0].facts
    ('b', 'a')
    >>> list(em.AUDIT_RULES)[:4]
    ['growth', 'growth of a loss', 'change', 'share']
    """

    __slots__ = ()


AUDIT_RULES = AuditRules(
    {
        "growth": growth,
        "growth of a loss": loss_growth,
        "change": change,
        "share": share,
        "margin": margin,
        "gross margin": gross_margin,
        "parts": parts,
        "part": part,
        "total growth": total_growth,
        "growth of a ratio": ratio_growth,
        "months": months,
        "period growth": period_growth,
        "within a period": within,
        "pp": points,
        "same fact": same,
    }
)
"""The rules of `audit` by name; each takes `Facts` and yields `Claims`."""
