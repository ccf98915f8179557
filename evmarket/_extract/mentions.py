"""A figure in a text, and a number that is not read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._figures.figure import Figure


@dataclass(frozen=True)
class Mention:
    """A figure in a text.

    Attributes
    ----------
    span : (int, int)
        Where it stands: ``text[start:end]``.
    figure : Figure
    sentence : str
        The sentence in which it stands.
    of : Mention or None
        Of a growth, the level in the same sentence that has grown.

    Examples
    --------
    >>> import evmarket as em
    >>> level, growth = em.extract("Exports rose 20% to 15,000 cars.").figures[::-1]
    >>> growth.figure.value, growth.of is level
    (0.2, True)
    """

    span: tuple[int, int]
    figure: Figure
    sentence: str
    of: Mention | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """The figure as printed."""
        return self.figure.text


@dataclass(frozen=True)
class Unread:
    """A number with a unit that is not read as a figure.

    Attributes
    ----------
    span : (int, int)
    text : str
    sentence : str
    """

    span: tuple[int, int]
    text: str
    sentence: str
