"""Tables as text and files: what `Table` inherits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.files import written_whole
from .._common.html import caption, page, text
from .._common.status import Status
from .columns import Coded, decoded
from .excel import Sheet, status_note, workbook
from .html import table_part
from .markdown import markdown
from .rows import csv_pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .._common.html import Html
    from .._common.types import Array
    from .columns import AnyColumn


class Written:
    """What `Table` inherits: all its rows as text and in files.

    Files are written completely or not at all.
    """

    title: str
    note: str
    statuses: dict[str, Array]
    _columns: dict[str, AnyColumn]

    if TYPE_CHECKING:

        def _codes(self) -> list[str]: ...

        def _heading(self) -> Html: ...

        def _row_formats(self) -> Mapping[str, str | Sequence[str]]: ...

    def to_csv(self, path: Any = None, *, spreadsheet_safe: bool = False) -> str | None:
        """The table as CSV: unrounded numbers, names of statuses, empty for missing.

        Parameters
        ----------
        path : str or path, optional
            The file to write, in UTF-8; None returns the text.
        spreadsheet_safe : bool, default False
            Begin text with ``'`` where a spreadsheet would read a formula: text that
            begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return, in
            headings too.

        Returns
        -------
        str or None

        Raises
        ------
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, None]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> print(panel["units"].growth().to_table().to_csv(), end="")
        maker,period,units growth,status
        A,2024,,OUTSIDE
        A,2025,0.5,OK
        B,2024,,OUTSIDE
        """
        pieces = csv_pieces(self._columns, self._codes(), spreadsheet_safe)
        return _written(path, pieces)

    def to_markdown(self) -> str:
        """The table in Markdown (GFM), with numbers as its text shows them.

        The title stands above the table, the meaning of marks and the note below.
        Labels have no effect: what Markdown or HTML would read is escaped.

        Returns
        -------
        str

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> print(panel.to_table().part(0, 2).to_markdown(), end="")
        | maker | period | units |
        | ----- | ------ | ----: |
        | A     | 2024   |    60 |
        | A     | 2025   |    90 |
        """
        notes = self.note.splitlines()
        formats = self._row_formats()
        return markdown(self._columns, formats, self.statuses, self.title, notes)

    def to_html(self, path: Any = None) -> str | None:
        """The whole table as an HTML page, light or dark as the reader has it.

        The page loads nothing. ``_repr_html_`` is the short form for notebooks.

        Parameters
        ----------
        path : str or path, optional
            The file to write; None returns the text.

        Returns
        -------
        str or None

        Raises
        ------
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "<b>B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> page = panel.to_table().to_html()
        >>> page[:15], "&lt;b&gt;B" in page
        ('<!DOCTYPE html>', True)
        """
        notes = [text(line) for line in self.note.splitlines()]
        body = table_part(self._columns, self._row_formats(), self.statuses, notes)
        title = self.title or type(self).__name__
        return _written(path, [page(title, caption(self._heading()), body)])

    def to_excel(self, path: Any) -> None:
        """Write the table to an Excel file, with XlsxWriter (the extra ``excel``).

        Rates and shares are fractions formatted in percent, differences of them in
        percentage points ("%-pt"); days are dates, periods and labels text. A missing
        number is an empty cell with its status as a note; so is the status beside a
        number. Columns of statuses take the place of more than 20,000 notes. Text is
        never a formula or a link. Integers beyond 2**53, which Excel would round, are
        text; other numbers have 16 digits. A second sheet, Notes, has the title, the
        note and the statuses in words.

        Parameters
        ----------
        path : str or path
            The file to write.

        Raises
        ------
        ImportError
            If XlsxWriter is missing.
        ValueError
            If there are more than 1,048,575 rows, which a sheet holds below its header.
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> import evmarket as em
        >>> import os, tempfile
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> path = os.path.join(tempfile.mkdtemp(), "report.xlsx")
        >>> panel.report("units", by="maker").to_excel(path)
        >>> os.path.exists(path)
        True
        """
        with workbook(path, self.title) as book:
            book.sheet(self.title or type(self).__name__, self._sheet())
            notes = self._notes()
            if notes:
                words = {"note": Coded(np.arange(len(notes)), notes)}
                book.sheet("Notes", Sheet(words, {}, {}))

    def _sheet(self) -> Sheet:
        """The table as a sheet of a workbook."""
        return Sheet(self._columns, self._row_formats(), self.statuses, self._codes())

    def _notes(self) -> list[str]:
        """The title, the note and the statuses in words."""
        shown = [
            *self.statuses.values(),
            *(decoded(self._columns[x]) for x in self._codes()),
        ]
        used = {code for codes in shown for code in np.unique(codes).tolist()}
        words = [status_note(code) for code in sorted(used - {Status.OK})]
        return [*filter(None, [self.title, *self.note.splitlines()]), *words]


def _written(path: Any, pieces: Iterable[str]) -> str | None:
    """The text, or None after writing it to a file."""
    if path is None:
        return "".join(pieces)
    with written_whole(path) as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "replace"))
    return None
