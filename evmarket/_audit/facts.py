"""Facts: a table of printed figures, read for an audit."""

from __future__ import annotations

from typing import Any

import numpy as np

from .columns import FactColumns
from .levels import find_levels


class Facts(FactColumns):
    """A table of facts, read once for `audit`.

    Parameters
    ----------
    table : Dataset, mapping of columns, data frame, Arrow table, iterable of mappings
        One printed figure per row, in the fact columns (see `evmarket.datasets`). The
        columns entity, measure and period are required, and text or value; other
        missing columns count as empty. Columns with other names are ignored. Texts such
        as "-", "n/a" and 不适用 are empty.
    errors : {"raise", "collect"}, default "raise"
        Whether the first bad entry is an error, which also gives their number, or all
        of them are kept in `errors` and count as empty.

    Attributes
    ----------
    id : list of str
        The id of each row; "row 0" and so on without one.
    label, code : dict of str to list of str, and to int array
        The label of each row and its code, by column; 0 is the code of an empty label
        in columns of free labels.
    stated, growths, changes : Readings
        The printed figures, the printed growths, and the changes printed instead of a
        growth ("an increase of 580,000", "up 2 pp"): ``.low``, ``.high``, ``.unit``,
        ``.figure(row)``.
    errors : tuple of Problem
        The bad entries by row: ``.row``, ``.column``, ``.message``.
    first, last : int array
        First and last month of each code of a period.
    levels : Levels
        The printed levels, and those that follow from one growth.

    Raises
    ------
    TypeError
        If table is none of the types above.
    ValueError
        If a column is missing; with ``errors="raise"`` also if a label is unknown, a
        period is bad, or a text is not a figure of its kind; the message names the row.

    Examples
    --------
    >>> import evmarket as em
    >>> facts = em.Facts(em.datasets.load("guangzhou"))
    >>> len(facts), facts.stated.figure(0)
    (52, Figure('139,000': 139,000 [138,500, 139,500]))
    """

    __slots__ = ("levels",)

    def __init__(self, table: Any, *, errors: str = "raise") -> None:
        super().__init__(table, errors)
        self.levels = find_levels(self)

    def __repr__(self) -> str:
        growths = int(np.count_nonzero(~np.isnan(self.growths.low)))
        return f"<Facts: {len(self)} figures, {growths} with a growth>"

    def _repr_html_(self) -> str:
        from .html import facts

        return facts(self)
