"""What labels say about their table: totals among parts, one thing under two names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from .._common.messages import counted, listing, short, visible
from .sniffing import bare

if TYPE_CHECKING:
    from collections.abc import Iterable


# English, German, French, Spanish and Portuguese, Italian, Dutch, Scandinavian, Polish,
# Russian; then Chinese, Japanese and Korean.
_TOTALS = frozenset(
    """
total/totals/grand total/subtotal/sub-total/sum/all/overall/total market/all makes
all brands/all makers/all models/gesamt/summe/insgesamt/gesamtsumme/zwischensumme
gesamtmarkt/alle marken/ensemble/total général/totaux/sous-total/toutes marques
total general/totales/suma/suma total/total geral/soma/totale/totale generale/somma
complessivo/totaal/totaal generaal/totalt/i alt/summa/alle/razem/ogółem/итого/всего
world/global/whole market/welt/monde/mundo/全球/世界
合计/总计/小计/总和/总量/共计/全部/合計/總計/総計/小計/計/합계/총계/소계/전체
""".strip()
    .replace("\n", "/")
    .split("/")
)

_ENGLISH = re.compile(r"(?:grand |sub-?)?totals?\b.*|.*\btotal")


def is_total(label: object) -> bool:
    """Whether a label says that its row is the total of others.

    Examples
    --------
    >>> from evmarket._inputs.labels import is_total
    >>> [is_total(word) for word in ("Total", "合计", "Total cars", "Totalenergies")]
    [True, True, True, False]
    """
    if not isinstance(label, str):
        return False
    if label.isascii() and label.isupper() and len(label) <= 4:
        return False  # a code, such as a ticker
    word = alike(label)
    return word in _TOTALS or bool(_ENGLISH.fullmatch(word))


def alike(label: str) -> str:
    """A label without case, full width, and blanks at its ends or doubled."""
    if label.isascii():
        return " ".join(label.lower().split())
    return " ".join(normalize("NFKC", label).replace("\u200b", "").casefold().split())


def labels_told(name: str, labels: Iterable[Any]) -> list[str]:
    """Lines on the labels of a column, each given once: totals, then twins."""
    words = [label for label in labels if isinstance(label, str)]
    named, told = short(name), []
    totals = [word for word in words if is_total(word)] if len(words) > 1 else []
    if totals and len(totals) < len(words):
        told.append(
            f"{named}: {listing(map(short, totals[:3]))} may be the total of the "
            f"others, which counts them twice: exclude {name}={visible(totals[0])}"
        )
    twins: dict[str, list[str]] = {}
    for word in words:
        twins.setdefault(alike(word), []).append(word)
    pairs = [pair for pair in twins.values() if len(pair) > 1]
    if pairs:
        first = listing(f"'{visible(word)}'" for word in pairs[0][:3])
        more = f" ({len(pairs) - 1} more such)" if len(pairs) > 1 else ""
        told.append(
            f"{named}: {first} differ in case or blanks only{more}: recode joins labels"
        )
    blank = [word for word in words if word != bare(word)]
    if blank:
        told.append(
            f"{named}: {counted(len(blank), 'label')} with a blank at an end, such as "
            f"'{visible(blank[0])}'"
        )
    return told


_PERCENTS = re.compile(
    r"%|％|率|占比|份额|シェア|(?:^|[^a-z])(?:percent|percentage|pct|share|rate|ratio|"
    r"margin|anteil|quote|part de|quota|andel)(?:$|[^a-z])"
)


def names_percents(name: str) -> bool:
    """Whether the name of a column says that its numbers are percentages or rates."""
    return bool(_PERCENTS.search(alike(name)))
