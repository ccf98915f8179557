"""From flags to a panel: the files, what they hold, which part is asked for."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any

from .._common.kinds import KINDS
from .._common.messages import listing, one_line, short, visible
from .._common.text import printable
from .._inputs.files import STANDARD_INPUT, Files, file_tables, is_kept
from .._inputs.wanted import Everything, Form, Told, Wanted, WideWanted
from .._panel.notices import noticed
from .formulas import with_formulas
from .wording import as_flags

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from .._panel.panel import Panel


def asked_panel(options: Namespace) -> Panel:
    """The panel of the files, with the series and periods that are asked for."""
    panel = read_panel(options)
    return shown(panel, selection(panel, options.select, "--select"), options)


def shown(panel: Panel, chosen: dict[str, Any], options: Namespace) -> Panel:
    """The chosen series, in the periods and by the keys that are asked for."""
    periods = _periods(options.periods)
    if chosen or periods is not None:
        panel = panel.select(chosen, periods=periods)
    if options.rollup is not None:
        panel = panel.rollup(*options.rollup)
    if options.resample is not None:
        panel = panel.resample(options.resample)
    return panel


def read_panel(options: Namespace) -> Panel:
    """The panel of the files, without the series that are excluded."""
    told = Told()
    options.noticed = []
    for path in options.files:
        if path != STANDARD_INPUT and not os.path.exists(path):
            raise ValueError(f"{one_line(path)}: No such file or directory")
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            panel = (_wide if options.wide else _long)(options, told)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        message = str(error.args[0])
        if any(message.startswith(f"{one_line(file)}: ") for file in options.files):
            raise
        raise type(error)(f"{listing(options.files)}: {message}") from None
    finally:
        for line in told.lines:
            say(line)
    for key, labels in selection(panel, options.exclude, "--exclude").items():
        panel = panel.exclude({key: labels})
    options.noticed += told.lines
    notice(options, [str(warning.message) for warning in caught])
    notice(options, noticed(panel, told.percents) + _overlaps(panel, options))
    return with_formulas(panel, options.assign)


def notice(options: Namespace, lines: Sequence[str]) -> None:
    """Say what was noticed; a page shows it, too."""
    for line in lines:
        say(f"notice: {line}")
    options.noticed += lines


def _overlaps(panel: Panel, options: Namespace) -> list[str]:
    """A line if two files have rows of the same series and period."""
    paths = list(options.files)
    again = len(paths) > 1 and all(map(is_kept, paths)) and not options.wide
    if not again or not panel.coverage()["duplicates"].any():
        return []
    seen: dict[Any, str] = {}
    both: dict[tuple[str, str], list[Any]] = {}
    for path in paths:
        one = _long(argparse.Namespace(**vars(options) | {"files": [path]}), Told())
        table = one.to_table()
        cells = zip(
            *(table[name].tolist() for name in (*one.keys, "period")), strict=True
        )
        for cell in cells:
            before = seen.setdefault(cell, path)
            if before != path:
                both.setdefault((before, path), []).append(cell)
    return [
        f"{one_line(first)} and {one_line(second)} overlap: {len(cells):,} of their "
        f"cells are in both, the first {' '.join(map(one_line, cells[0]))}: their rows "
        "were added"
        for (first, second), cells in both.items()
    ]


def say(line: str) -> None:
    """A line on standard error."""
    if sys.stderr is not None:
        print(f"evmarket: {printable(as_flags(line))}", file=sys.stderr)


def _form(options: Namespace) -> Form:
    for text in options.null:
        if os.path.isfile(text):
            raise ValueError(
                f"--null has {short(text)}, which is a file: give the files first"
            )
    return Form(
        sheet=options.sheet,
        sep={"\\t": "\t", "tab": "\t"}.get(options.sep, options.sep),
        decimal=options.decimal,
        thousands=options.thousands,
        encoding=options.encoding,
        skip=options.skip,
        skip_footer=options.skip_footer,
        header=options.header,
        nulls=options.null,
        flags=True,
    )


def _rules(options: Namespace) -> dict[str, Any]:
    """The options of a panel."""
    rules = {
        "freq": options.freq,
        "absent": options.absent,
        "duplicates": options.duplicates,
        "complete_through": options.complete_through,
        "date_format": options.date_format,
        "year_end": options.year_end,
        "units": dict(map(_unit, options.units)) or None,
    }
    if options.exit_after is not None:
        after = options.exit_after
        rules["exit_after"] = int(after) if after.isdecimal() else after
    return rules


def _unit(word: str) -> tuple[str, str]:
    name, equals, unit = word.rpartition("=")
    if not equals or not name or not unit:
        raise ValueError(f"--units has {short(word)}: it takes COLUMN=UNIT")
    return name, unit


def _long(options: Namespace, told: Told) -> Panel:
    from .._panel.panel import Panel

    kinds = dict(map(kind_of, options.measures))
    period = _period_columns(options)
    if not period:
        raise ValueError(
            "--period is missing: it names the column of dates or periods; --wide "
            f"reads the periods from the headers{_seen(options)}"
        )
    if not kinds and options.command != "coverage":
        raise ValueError(
            f"--measures is missing: it names the columns of numbers{_seen(options)}"
        )
    wanted = Wanted(tuple(options.keys), period, tuple(kinds))
    return Panel.from_table(
        Files(options.files, wanted, _form(options), told),
        options.keys,
        period[0] if len(period) == 1 else period,  # type: ignore[arg-type]
        kinds,
        **_rules(options),
    )


def _seen(options: Namespace) -> str:
    """The columns of the first file, as the end of a message."""
    told = Told()
    parts = file_tables(options.files[:1], Everything(()), _form(options), told)
    try:
        next(parts, None)
    except (ValueError, KeyError, OverflowError):
        return ""
    return f"; the columns are {listing(map(visible, told.names[:20]))}"


def _wide(options: Namespace, told: Told) -> Panel:
    """Each file as a panel of its own, because each may have other headers."""
    from .._panel.panel import Panel

    names = options.measures or ["value"]
    if len(names) > 1:
        raise ValueError(f"--measures has {len(names)}: a wide table holds one")
    name, kind = kind_of(names[0])
    period = _period_columns(options)
    if len(period) > 1:
        raise ValueError("--period has 2 columns: a wide table has one")
    wanted = WideWanted(tuple(options.keys), period)
    panels = []
    for path in options.files:
        parts = list(file_tables([path], wanted, _form(options), told))
        values = [column for column in parts[0] if column not in wanted.names]
        panel: Panel = Panel.from_wide(
            parts,
            options.wide_key if period else None,
            name,
            period[0] if period else None,
            columns=values,
            keys=options.keys,
            kind=kind,
            **_rules(options),
        )
        panels.append(panel)
    return panels[0].merge(*panels[1:]) if len(panels) > 1 else panels[0]


def _period_columns(options: Namespace) -> tuple[str, ...]:
    columns = tuple(options.period or ())
    if len(columns) > 2:
        raise ValueError(
            f"--period has {len(columns)} columns: it takes one, or a year and "
            "a month or quarter"
        )
    return columns


def kind_of(word: str) -> tuple[str, str]:
    """Name and kind of COLUMN[=KIND]."""
    name, _, kind = word.rpartition("=")
    return (name, kind) if name and kind in KINDS else (word, "flow")


def selection(panel: Panel, words: Sequence[str], flag: str) -> dict[str, Any]:
    """KEY=LABEL as `Panel.select` takes it; an empty label is None."""
    chosen: dict[str, list[Any]] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise ValueError(f"{flag} has {short(word)}: it takes KEY=LABEL")
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
