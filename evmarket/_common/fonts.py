"""Fonts of plots: texts as they are, in fonts that have their characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from warnings import warn
from weakref import WeakSet

from .warning import EvmarketWarning

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "Microsoft YaHei",
    "SimHei",
    "Noto Serif CJK SC",
    "Arial Unicode MS",
)
"""Font families with many characters; the first that has those needed is used."""
LAST_RESORT = "Last Resort High-Efficiency"
"""A font of matplotlib that has a box for every character."""

_warned: WeakSet[Any] = WeakSet()
"""The figures that have had their warning."""


def legible(ax: Any) -> Any:
    """Give the texts of an Axes fonts that have their characters; return the Axes.

    A ``$`` is no formula. Characters that no font has become boxes, and one warning for
    the whole figure names them. Texts of the user inside the plot are left alone.
    """
    from matplotlib import rcParams

    texts = _texts(ax)
    for text in texts:
        text.set(parse_math=False, usetex=False)
    usual = list(rcParams["font.family"])
    needed = _without(usual, "".join(text.get_text() for text in texts))
    if not needed:
        return ax
    families = [*usual, *_best(needed)]
    absent = _without(families, needed)
    for text in texts:
        if not needed.isdisjoint(text.get_text()):
            text.set_fontfamily([*families, LAST_RESORT])
            if absent and _font(LAST_RESORT) is None:
                words = ("□" if c in absent else c for c in text.get_text())
                text.set_text("".join(words))
    if absent and ax.figure not in _warned:
        _warned.add(ax.figure)
        some = "".join(sorted(absent)[:8]) + ("..." if len(absent) > 8 else "")
        warn(
            f"no font has {len(absent)} characters of the plot ({some}), drawn as "
            "boxes: install one that has, such as Noto Sans CJK, and remove the list "
            "of fonts in matplotlib.get_cachedir(); or name one in "
            "rcParams['font.family']",
            EvmarketWarning,
            stacklevel=4,
        )
    return ax


def _texts(ax: Any) -> list[Any]:
    """The title, the names and labels of the axes, and the legend."""
    from matplotlib.text import Text

    ax.get_xticklabels(), ax.get_yticklabels()  # they write the texts of the ticks
    own = {id(text) for text in ax.texts}
    return [text for text in ax.findobj(Text) if id(text) not in own]


def _best(needed: set[str]) -> Sequence[str]:
    """The family that has the most of some characters; none if no family has any."""
    lacking = {family: len(_without([family], needed)) for family in FAMILIES}
    best = min(FAMILIES, key=lambda family: lacking[family], default="")
    return [best] if best and lacking[best] < len(needed) else []


def _without(families: Iterable[str], characters: Iterable[str]) -> set[str]:
    """The characters that no font of some families has."""
    fonts = [font for font in map(_font, families) if font is not None]
    return {
        c
        for c in set(characters)
        if c.isprintable() and not any(font.get_char_index(ord(c)) for font in fonts)
    }


def _font(family: str) -> Any:
    """The font of a family as matplotlib finds it; None if none is installed."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    try:
        path = findfont(FontProperties(family=[family]), fallback_to_default=False)
    except ValueError:
        return None
    return get_font(path)
