"""The commands: from flags to one call, and the text of its result."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.files import written_whole
from .._common.kinds import KINDS, kinds_table
from .._common.messages import short
from .._inputs.csv_files import Wanted
from .files import tables
from .printing import PRINTERS

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .._panel.panel import Panel
    from .._panel.report import Report
    from .._tables.table import Table


DONE = 0
INCONSISTENT = 1


def run_command(options: Namespace) -> tuple[int, Iterable[str]]:
    """The exit status of a command, and the text that it prints, in pieces."""
    if options.command in _WHOLE:
        return _WHOLE[options.command](options)
    return DONE, PRINTERS[options.format](_ON_FILES[options.command](options))


# Commands that do not print a table of tables in files


def _market(options: Namespace) -> tuple[int, Iterable[str]]:
    from .. import datasets
    from .._market.market import TITLE, market
    from .._market.printing import FORMATS
    from .._market.summary import section_lines, sources, summary

    if options.sources:
        return DONE, [sources(datasets.load("guangzhou"))]
    lines = market()
    if options.section is not None:
        return DONE, [FORMATS[options.format](section_lines(lines, options.section))]
    if options.format == "text" and not options.all:
        return DONE, [summary(TITLE, lines)]
    text = FORMATS[options.format](lines)
    return DONE, [f"{TITLE}\n\n{text}" if options.format == "text" else text]


def _audit(options: Namespace) -> tuple[int, Iterable[str]]:
    from .._audit.audit import audit
    from .._audit.printing import FORMATS, read_facts

    facts = read_facts(options.file, options.encoding)
    result = audit(facts, errors=options.errors)
    wrong = result.counts["inconsistent"] > 0 or result.errors
    failed = options.strict and wrong
    return INCONSISTENT if failed else DONE, [FORMATS[options.format](result)]


def _extract(options: Namespace) -> tuple[int, Iterable[str]]:
    from .._extract.extraction import extract
    from .._extract.files import article

    found = extract(article(options.file, options.encoding))
    if options.facts is not None:
        with _writing("--facts", options.facts):
            found.to_facts().to_csv(options.facts)
    if options.format == "html":
        return DONE, [f"{found._repr_html_()}\n"]
    if options.format == "text":
        unread = [f"not read: {one.text}" for one in found.unread]
        return DONE, ["\n".join([repr(found), *unread]) + "\n"]
    return DONE, PRINTERS[options.format](found.to_table())


@contextmanager
def _writing(flag: str, path: str) -> Iterator[None]:
    """Name the flag and the file of an error."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise ValueError(f"{flag}: cannot write {short(path, 120)}: {why}") from None
    except ImportError as error:
        raise ValueError(f"{flag}: {error}") from None


def _notebook(options: Namespace) -> tuple[int, Iterable[str]]:
    from .notebook import write_tour

    return DONE, [f"wrote {write_tour(options.path, options.force)}\n"]


def _kinds(options: Namespace) -> tuple[int, Iterable[str]]:
    return DONE, [f"{kinds_table()}\n"]


def _why(options: Namespace) -> tuple[int, Iterable[str]]:
    from .._panel.why import why
    from .printing import WHY

    panel = _read(options)
    kept = panel.keys if options.rollup is None else options.rollup
    chosen = _selection(panel, options.select)
    # One label of a key that stays names the series; all else chooses the series.
    labels = {
        key: chosen.pop(key)
        for key, label in list(chosen.items())
        if key in kept and not isinstance(label, list)
    }
    panel = _shown(panel, chosen, options)
    told = []
    for name in map(_kind, options.measures):
        measure = panel[name[0]]
        if options.lag is not None:
            measure = measure.growth(options.lag)
        told.append(why(measure._data, options.at, labels))
    return DONE, [WHY[options.format](told)]


_WHOLE: dict[str, Callable[[Namespace], tuple[int, Iterable[str]]]] = {
    "market": _market,
    "audit": _audit,
    "extract": _extract,
    "kinds": _kinds,
    "notebook": _notebook,
    "why": _why,
}


# Commands on tables in files


def _report(options: Namespace) -> Table:
    from .._tables.columns import free_name
    from .._tables.table import Table

    [name] = _measures(options, 1)
    _add_measures(options, options.bridge or ())
    panel = _panel(options)
    by = options.by or [key for key in panel.keys if key not in options.within]
    table: Report = panel.report(name, by, options.at, options.top, options.within)
    _pages(options, panel, name, by)
    if options.format == "text":
        return table
    # Text has the period in the title; CSV and JSON have a column.
    period = np.full(len(table), table.period, dtype=object)
    columns: dict[str, Any] = {
        free_name("period", table.columns): period
    } | table._columns
    return Table(columns, table.title, table.formats, table.statuses)


def _pages(options: Namespace, panel: Panel, name: str, by: Sequence[str]) -> None:
    """Write the page and the workbook of a report, if they are asked for."""
    if options.bridge and not (options.html or options.excel):
        raise ValueError("--bridge is drawn on a page: it takes --html or --excel")
    asked: dict[str, Any] = {
        name: getattr(options, name) for name in ("at", "top", "within", "bridge")
    }
    if options.html is not None:
        from .._pages.page import page

        whole = page(panel, name, by=by, **asked)
        with _writing("--html", options.html), written_whole(options.html) as file:
            file.write(whole.encode("utf-8", "replace"))
    if options.excel is not None:
        from .._pages.workbook import write_workbook

        with _writing("--excel", options.excel):
            write_workbook(panel, name, options.excel, by=by, **asked)


def _add_measures(options: Namespace, names: Sequence[str]) -> None:
    """Read more columns: --measures may give kinds; one it does not name is a flow."""
    named = [_kind(word)[0] for word in options.measures]
    options.measures += [name for name in dict.fromkeys(names) if name not in named]


def _growth(options: Namespace) -> Table:
    from .._panel.listing import growth_table

    panel = _panel(options)
    if options.within is not None:
        panel = panel.rollup(*options.within)
    table = growth_table(panel, options.lag, options.policy, options.at, options.top)
    return _hinted(table, panel, options.at)


def _margin(options: Namespace) -> Table:
    from .._panel.listing import margin_table

    revenue, cost = _measures(options, 2)
    panel = _panel(options)
    table = margin_table(panel, revenue, cost, options.lag, options.at)
    return _hinted(table, panel, options.at)


def _hinted(table: Table, panel: Panel, at: Any) -> Table:
    """The table with a line on the series that have no row."""
    from .._panel.hints import unreported

    data = panel._data
    table.note = unreported(
        data, None if at is None else data.calendar.ordinal(at, "at")
    )
    return table


def _coverage(options: Namespace) -> Table:
    table: Table = _panel(options).coverage()
    return table


def _explain(options: Namespace) -> Table:
    from .._panel.ranking import ranking

    if options.total is None and options.bridge is None:
        raise ValueError("explain takes --total COLUMN, --bridge or both")
    used = [*filter(None, [options.total]), *(options.bridge or [])]
    _add_measures(options, used)
    options.keys = options.keys or list(dict.fromkeys([*options.within, *options.by]))
    return ranking(
        _panel(options)._data,
        options.total,
        options.by,
        bridge=options.bridge,
        lag=options.lag,
        at=options.at,
        top=options.top,
        within=options.within,
    )


_ON_FILES: dict[str, Callable[[Namespace], Table]] = {
    "report": _report,
    "growth": _growth,
    "margin": _margin,
    "coverage": _coverage,
    "explain": _explain,
}


# From flags to a panel


def _panel(options: Namespace) -> Panel:
    """The panel of the files, with the series and periods that are asked for."""
    panel = _read(options)
    return _shown(panel, _selection(panel, options.select), options)


def _shown(panel: Panel, chosen: dict[str, Any], options: Namespace) -> Panel:
    periods = _periods(options.periods)
    if chosen or periods is not None:
        panel = panel.select(chosen, periods=periods)
    return panel if options.rollup is None else panel.rollup(*options.rollup)


def _read(options: Namespace) -> Panel:
    """The panel of the files."""
    from .._panel.panel import Panel

    kinds = dict(map(_kind, options.measures))
    if len(options.period) > 2:
        raise ValueError(
            f"--period has {len(options.period)} columns: it takes one, or a year and "
            "a month or quarter"
        )
    wanted = Wanted(tuple(options.keys), tuple(options.period), tuple(kinds))
    files = options.files
    try:
        panel = Panel.from_table(
            tables(files, wanted, options.encoding, options.null),
            options.keys,
            options.period[0] if len(options.period) == 1 else tuple(options.period),
            kinds,
            freq=options.freq,
            absent=options.absent,
            duplicates=options.duplicates,
            complete_through=options.complete_through,
            date_format=options.date_format,
            year_end=options.year_end,
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        message = str(error.args[0])
        if any(message.startswith(f"{file}: ") for file in files):
            raise
        raise type(error)(f"{', '.join(files)}: {message}") from None
    return panel


def _measures(options: Namespace, count: int) -> list[str]:
    """The names of the measures, which must be `count`."""
    names = [_kind(word)[0] for word in options.measures]
    if len(names) != count:
        raise ValueError(
            f"--measures has {len(names)}: {options.command} takes {count}"
            + (", revenue and cost" if count == 2 else "")
        )
    return names


def _kind(word: str) -> tuple[str, str]:
    """Name and kind of COLUMN[=KIND]."""
    name, _, kind = word.rpartition("=")
    return (name, kind) if name and kind in KINDS else (word, "flow")


def _selection(panel: Panel, words: Sequence[str]) -> dict[str, Any]:
    """KEY=LABEL as `Panel.select` takes it; an empty label is None."""
    chosen: dict[str, list[Any]] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise ValueError(f"--select has {short(word)}: it takes KEY=LABEL")
        label: Any = text or None
        known = panel.series.get(key)
        if label is not None and known is not None and label not in known:
            # The labels of a Parquet file may be integers.
            integers = [item for item in known.tolist() if str(item) == label]
            label = integers[0] if integers else label
        chosen.setdefault(key, []).append(label)
    return {key: many if len(many) > 1 else many[0] for key, many in chosen.items()}


def _periods(words: Sequence[str] | None) -> Any:
    if words is None:
        return None
    if len(words) > 2:
        raise ValueError(f"--periods has {len(words)} labels: it takes at most two")
    return words[0] if len(words) == 1 else slice(words[0], words[1])
