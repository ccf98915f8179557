"""The report of a panel as an Excel workbook with charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.canvas import COLOURS, GREY, shortened
from .._tables.columns import Coded, free_name
from .._tables.excel import PATTERNS, Sheet, workbook
from .bars import spans
from .content import content

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._panel.panel import Panel
    from .._tables.excel import Book
    from .._tables.table import Table
    from .content import Content, Group, Lines, Steps

_UP, _DOWN = COLOURS[0], COLOURS[3]
_SIZE = {"width": 720, "height": 360}
_NAME = 36
"""The characters of a column's name, which the legend repeats."""
_APART = 19
"""Rows from one chart to the next below it."""
MOST_MARKED = 60
"""Periods up to which the values of a line have marks."""
_SIDES = ("border", "fill")


def write_workbook(
    panel: Panel,
    measure: str,
    path: Any,
    *,
    by: Any = None,
    at: Any = None,
    top: int = 10,
    within: Any = (),
    bridge: Sequence[str] | None = None,
    notices: Sequence[str] = (),
) -> None:
    """Write the report of a panel to an Excel file, completely or not at all.

    The sheets are Report, Levels, Growth, Shares, Contributions, Bridge (if asked for),
    Coverage, Holes and Noticed. Levels, growth and shares have a row per period and a
    column per series of the charts; growth ends with the total, shares with others.

    Parameters
    ----------
    panel, measure, by, at, top, within, bridge, notices
        As for `page`.
    path : str or path
        The file to write.

    Raises
    ------
    ImportError
        If XlsxWriter is missing.
    KeyError, TypeError, ValueError
        As for `page`; or a sheet has more rows than Excel holds.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import evmarket as em
    >>> import os, tempfile
    >>> from evmarket._pages.workbook import write_workbook
    >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
    >>> panel = em.Panel.from_wide(table, "maker", "units")
    >>> path = os.path.join(tempfile.mkdtemp(), "report.xlsx")
    >>> write_workbook(panel, "units", path, by="maker")
    >>> os.path.exists(path)
    True
    """
    shown = content(panel, measure, by, at, top, within, bridge, notices)
    with workbook(path, shown.title, charts=True) as book:
        book.sheet("Report", shown.report._sheet())
        _lines(book, "Levels", shown.groups, lambda group: group.levels)
        _lines(book, "Growth", shown.groups, lambda group: group.growth)
        _lines(book, "Shares", shown.groups, lambda group: group.shares, stacked=True)
        steps = [(group.name, group.contributions) for group in shown.groups]
        _steps(book, "Contributions", shown.contributions, steps, False)
        if shown.bridge is not None:
            bridges = [(g.name, g.bridge) for g in shown.groups if g.bridge is not None]
            _steps(book, "Bridge", shown.bridge, bridges, True)
        book.sheet("Coverage", shown.coverage._sheet())
        book.sheet("Holes", shown.holes._sheet())
        book.sheet("Noticed", _noticed(shown))


def _noticed(shown: Content) -> Sheet:
    """What was noticed, and what the tables say below their rows."""
    title = shown.report.title
    said = [words for words in shown.report._notes() if words != title]
    words = [*shown.notices, *said]
    return Sheet({"notice": Coded(np.arange(len(words)), words)}, {}, {})


# ---- lines by period -------------------------------------------------------------


def _lines(
    book: Book,
    name: str,
    groups: Sequence[Group],
    lines_of: Callable[[Group], Lines],
    stacked: bool = False,
) -> None:
    """A sheet with a row per period and a column per line, and a chart per group."""
    every = [(group.name, lines_of(group)) for group in groups]
    columns: dict[str, Any] = {}
    formats: dict[str, str] = {}
    statuses: dict[str, Any] = {}
    first: list[int] = []
    for title, lines in every:
        if not columns:
            periods = lines.periods.labels
            columns["period"] = Coded(np.arange(len(periods)), periods)
        first.append(len(columns))
        for label, values, codes in zip(
            lines.names, lines.values, lines.codes, strict=True
        ):
            words = shortened(f"{title} · {label}" if title else label, _NAME)
            head = free_name(words, tuple(columns))
            columns[head], formats[head], statuses[head] = values, lines.form, codes
    worksheet = book.sheet(name, Sheet(columns, formats, statuses))
    for k, (title, lines) in enumerate(every):
        if len(lines.names) and len(lines.periods):
            whole = stacked and lines.is_whole
            chart = _line_chart(book, worksheet.get_name(), lines, first[k], whole)
            most = 1 if whole else None
            _finish(chart, f"{name}: {title}" if title else name, lines.form, most)
            worksheet.insert_chart(1 + k * _APART, len(columns) + 1, chart)


def _line_chart(book: Book, sheet: str, lines: Lines, first: int, whole: bool) -> Any:
    """Lines; or stacked columns of parts that make up the whole."""
    options = {"type": "column", "subtype": "stacked"} if whole else {"type": "line"}
    chart = book.book.add_chart(options)
    count = len(lines.periods)
    for k, name in enumerate(lines.names):
        colour = GREY if name in ("total", "others") else COLOURS[k % len(COLOURS)]
        look: dict[str, Any] = {"line": {"color": colour, "width": 2}}
        if count <= MOST_MARKED:  # a line does not show a single value
            dot = {"type": "circle", "size": 3}
            look["marker"] = dot | {side: {"color": colour} for side in _SIDES}
        if whole:
            look = {"fill": {"color": colour}, "gap": 30}
        chart.add_series(
            {
                "name": [sheet, 0, first + k],
                "categories": [sheet, 1, 0, count, 0],
                "values": [sheet, 1, first + k, count, first + k],
                **look,
            }
        )
    chart.set_x_axis({"label_position": "low", "interval_unit": max(1, count // 12)})
    # Cells without a number are gaps, not zeros.
    chart.show_blanks_as("gap")
    return chart


# ---- parts of a change -----------------------------------------------------------


def _steps(
    book: Book,
    name: str,
    table: Table,
    every: Sequence[tuple[str, Steps]],
    running: bool,
) -> None:
    """A table of parts, and beside it the columns of a chart per group."""
    sheet = book.sheet(name, table._sheet())
    left = len(table.columns) + 1
    row = 0
    for title, steps in every:
        if np.isfinite(steps.values[-1]):
            _write_columns(book, sheet, steps, row, left, running)
            chart = _column_chart(book, sheet.get_name(), steps, row, left)
            _finish(chart, f"{name}: {title}" if title else name, "pp")
            sheet.insert_chart(row, left + 5, chart)
        row += max(_APART, len(steps.names) + 2)


def _write_columns(
    book: Book, sheet: Any, steps: Steps, row: int, left: int, running: bool
) -> None:
    """The stacked columns of a chart: an unseen part, and those above and below 0."""
    starts, ends = spans(steps.values, running)
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    unseen = np.where(low > 0, low, np.where(high < 0, high, 0.0))
    above = np.maximum(high, 0.0) - np.maximum(low, 0.0)
    below = np.minimum(low, 0.0) - np.minimum(high, 0.0)
    columns: dict[str, Any] = {"chart": Coded(np.arange(len(steps.names)), steps.names)}
    columns |= {"from": unseen, "above": above, "below": below}
    formats = dict.fromkeys(("from", "above", "below"), "pp")
    book.fill(sheet, Sheet(columns, formats, {}), row, left)


def _column_chart(book: Book, sheet: str, steps: Steps, row: int, left: int) -> Any:
    """Stacked columns; those that rise and fall have their own colours."""
    chart = book.book.add_chart({"type": "column", "subtype": "stacked"})
    colours = [_UP if value >= 0 else _DOWN for value in steps.values]
    colours[-1] = GREY
    points = [{"fill": {"color": colour}} for colour in colours]
    last = row + len(steps.names)
    for k in range(3):
        look: dict[str, Any] = {"points": points} if k else {"fill": {"none": True}}
        chart.add_series(
            {
                "name": [sheet, row, left + 1 + k],
                "categories": [sheet, row + 1, left, last, left],
                "values": [sheet, row + 1, left + 1 + k, last, left + 1 + k],
                "gap": 40,
                **look,
            }
        )
    chart.set_legend({"none": True})
    chart.set_x_axis({"label_position": "low"})
    return chart


def _finish(chart: Any, title: str, form: str, most: float | None = None) -> None:
    """The title, the numbers of the axis and the size of a chart."""
    chart.set_title({"name": title, "overlay": False, "name_font": {"size": 12}})
    pattern = {"rate": "0%", "share": "0%", "pp": PATTERNS["pp"]}.get(form, "#,##0")
    lines = {"visible": True, "line": {"color": "#D9D9D9"}}
    chart.set_y_axis({"num_format": pattern, "major_gridlines": lines, "max": most})
    chart.set_size(_SIZE)
    if form != "pp":
        chart.set_legend({"position": "bottom"})
