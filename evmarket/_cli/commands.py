"""The commands: from flags to one call, and the text of its result."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.files import written_whole
from .._common.kinds import kinds_table
from .._common.messages import short
from .._panel.notices import sign_told
from .printing import PRINTERS
from .reading import asked_panel, kind_of, notice, read_panel, selection, shown

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


def _guide(options: Namespace) -> tuple[int, Iterable[str]]:
    from .guides import guide, guides

    return DONE, [guides() if options.name is None else _shown(guide(options.name))]


def _shown(guide: str) -> str:
    """A guide without the words that doctest needs for an empty line."""
    return guide.replace("<BLANKLINE>\n", "\n")


def _kinds(options: Namespace) -> tuple[int, Iterable[str]]:
    return DONE, [f"{kinds_table()}\n"]


def _why(options: Namespace) -> tuple[int, Iterable[str]]:
    from .._panel.why import why
    from .printing import WHY

    panel = read_panel(options)
    kept = panel.keys if options.rollup is None else options.rollup
    chosen = selection(panel, options.select, "--select")
    # One label of a key that stays names the series; all else chooses the series.
    labels = {
        key: chosen.pop(key)
        for key, label in list(chosen.items())
        if key in kept and not isinstance(label, list)
    }
    panel = shown(panel, chosen, options)
    told = []
    for name in map(kind_of, options.measures):
        measure = panel[name[0]]
        if options.lag is not None:
            measure = measure.growth(options.lag)
        told.append(why(measure._data, options.at, labels))
    return DONE, [WHY[options.format](told)]


_WHOLE: dict[str, Callable[[Namespace], tuple[int, Iterable[str]]]] = {
    "market": _market,
    "audit": _audit,
    "extract": _extract,
    "guide": _guide,
    "kinds": _kinds,
    "notebook": _notebook,
    "why": _why,
}


# Commands on tables in files


def _report(options: Namespace) -> Table:
    from .._tables.columns import free_name
    from .._tables.table import Table

    assigned = _assigned(options)
    if options.wide:
        options.measures = options.measures or ["value"]
    name = assigned[-1] if assigned else _measures(options, 1)[0]
    _add_measures(options, options.bridge or ())
    panel = asked_panel(options)
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
    if options.bridge:
        notice(options, sign_told(panel, *options.bridge[:2]))
    asked["notices"] = options.noticed
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
    named = [kind_of(word)[0] for word in options.measures] + _assigned(options)
    options.measures += [name for name in dict.fromkeys(names) if name not in named]


def _assigned(options: Namespace) -> list[str]:
    """The names of the measures given by formulas."""
    return [word.partition("=")[0].strip() for word in options.assign]


def _growth(options: Namespace) -> Table:
    from .._panel.listing import growth_table

    panel = asked_panel(options)
    within = options.within
    if within is not None and not options.matched:
        panel, within = panel.rollup(*within), None
    levels = [_level(panel[name], options) for name in panel.measures]
    if options.matched:
        within = within or ()
    table = growth_table(
        levels, options.lag, options.policy, options.at, options.top, within
    )
    return _hinted(table, panel, options.at)


def _level(measure: Any, options: Namespace) -> Any:
    """The level whose growth is asked for."""
    if options.from_ytd:
        measure = measure.from_ytd()
    if options.ytd:
        measure = measure.ytd()
    if options.trailing is not None:
        window = options.trailing
        measure = measure.trailing(int(window) if window.isdecimal() else window)
    if options.to_date is not None:
        measure = measure.to_date(options.to_date)
    return measure


def _margin(options: Namespace) -> Table:
    from .._panel.listing import margin_table

    assigned = _assigned(options)
    if assigned:  # the first column, and what is formed of it
        revenue, cost = kind_of(options.measures[0])[0], assigned[-1]
    else:
        revenue, cost = _measures(options, 2)
    panel = asked_panel(options)
    notice(options, sign_told(panel, revenue, cost))
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
    table: Table = asked_panel(options).coverage()
    return table


def _explain(options: Namespace) -> Table:
    from .._panel.ranking import ranking

    if options.total is None and options.bridge is None:
        raise ValueError("explain takes --total COLUMN, --bridge or both")
    used = [*filter(None, [options.total]), *(options.bridge or [])]
    _add_measures(options, used)
    options.keys = options.keys or list(dict.fromkeys([*options.within, *options.by]))
    panel = asked_panel(options)
    if options.bridge:
        notice(options, sign_told(panel, *options.bridge[:2]))
    return ranking(
        panel._data,
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


def _measures(options: Namespace, count: int) -> list[str]:
    """The names of the measures, which must be `count`."""
    names = [kind_of(word)[0] for word in options.measures]
    if len(names) != count:
        raise ValueError(
            f"--measures has {len(names)}: {options.command} takes {count}"
            + (", revenue and cost" if count == 2 else "")
        )
    return names
