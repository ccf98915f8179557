"""Panels of tables in many parts, built by Dask: ``import evmarket.dask``.

Each part of a table (a file, a partition) becomes a panel in a task of its own. The
panels are merged in a tree. Sums are exact, so the panel has the same bits as one that
is built in one process. A task has no side effects: Dask may run it again, as it does
when a worker is lost.

Examples
--------
>>> import os, tempfile
>>> import evmarket.dask
>>> folder = tempfile.mkdtemp()
>>> for month, units in (("2024-01", 10), ("2025-01", 15)):
...     with open(os.path.join(folder, f"{month}.csv"), "w") as file:
...         _ = file.write(f"maker,month,units\\nA,{month},{units}\\n")
>>> paths = os.path.join(folder, "*.csv")
>>> panel = evmarket.dask.panel(paths, "maker", "month", "units", freq="M")
>>> panel.compute(scheduler="sync")["units"].growth("1Y").at("2025-01")
array([0.5])
"""

from __future__ import annotations

import glob
import os
import sys
import zlib
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ._cells.merge import chosen_base, merge
from ._cells.panel import PanelData
from ._common.arguments import positive
from ._common.kinds import TABLE
from ._common.messages import near, one_line, short
from ._common.workers import cut, one_worker
from ._inputs.files import Files
from ._inputs.wanted import Form, Wanted
from ._panel.build import build
from ._panel.options import Columns, Options
from ._panel.panel import Panel

try:
    from dask.delayed import delayed
except ImportError:
    raise ImportError(
        'evmarket.dask needs dask: pip install "evmarket[dask]"'
    ) from None

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


__all__ = ["gather", "panel"]

_REFUSED = {
    "workers": "each task has one thread",
    "progress": "dask.diagnostics shows the progress of tasks",
}


def panel(
    table: Any,
    keys: str | Sequence[str],
    period: str | tuple[str, str],
    measures: str | Sequence[str] | Mapping[str, str],
    *,
    freq: str,
    split_every: int = 8,
    by: str | None = None,
    partitions: int = 8,
    **options: Any,
) -> Any:
    """A panel of a table in many parts, as a task of Dask.

    Parameters
    ----------
    table : dask.dataframe.DataFrame, path, or sequence of paths
        A frame, of which each partition is a part; or files, each of which is one, in
        the formats of `evmarket.read_table`. A path may hold ``*`` and other wildcards;
        a folder stands for all files in it. Every worker must find the files under
        these paths.
    keys, period, measures
        As for `evmarket.Panel.from_table`.
    freq : str
        The frequency: no part decides it.
    split_every : int, default 8
        How many panels a task merges.
    by : str, optional
        A key. The result is then a bag of panels, each with all series of some labels
        of this key, for cells that one machine cannot hold.
    partitions : int, default 8
        The number of panels in the bag.
    **options
        As for `evmarket.Panel.from_table`, with the same errors. Rules of absence are
        applied to the merged panel. Under ``duplicates="last"`` the last row of a part
        counts, and among parts the last date: two parts with rows of one series and
        date are an error, because parts have no order. ``workers`` and ``progress`` are
        refused.

    Returns
    -------
    dask.delayed.Delayed or dask.bag.Bag
        Its ``compute()`` gives the `Panel`. The panels of a bag have the calendar of
        the whole, so that growth of their series is that of the whole panel.

    Raises
    ------
    KeyError, TypeError, ValueError
        If an argument is invalid. Bad rows raise an error when it is computed; the
        message names the file or partition, the column and the row.

    Notes
    -----
    Rows that repeat another one are added without a warning.

    Examples
    --------
    >>> import pandas as pd
    >>> import dask.dataframe as dd
    >>> import evmarket.dask
    >>> columns = {"maker": ["A", "B"], "year": ["2024", "2024"], "units": [60, 40]}
    >>> frame = dd.from_pandas(pd.DataFrame(columns), npartitions=2)
    >>> whole = evmarket.dask.panel(frame, "maker", "year", "units", freq="Y")
    >>> whole["units"].at("2024").compute(scheduler="sync")
    array([60., 40.])
    """
    columns = Columns.of(keys, period, measures)
    asked = _options(options | {"freq": freq}, columns)
    positive(partitions, "partitions")
    if positive(split_every, "split_every") < 2:
        raise ValueError(f"split_every is {split_every}: it takes an integer from 2")
    if by is not None and by not in columns.keys:
        raise KeyError(f"by is {short(by)}: {near(str(by), columns.keys)}")
    # Of the rules of absence a part needs none.
    plain = replace(asked, absent="missing", complete_through=None, exit_after="1Y")
    parts = _parts(table, columns, plain)
    if by is None:
        return delayed(_finished)(_merged(parts, split_every), asked, None)
    return _bag(parts, columns.keys.index(by), partitions, split_every, asked)


def gather(bag: Any, measures: str | Sequence[str]) -> Any:
    """The panels of a bag as one panel with some of the measures.

    Parameters
    ----------
    bag : dask.bag.Bag
        The result of `panel` with `by`.
    measures : str or sequence of str
        The measures to bring to one machine: one for `growth` or `report`, two for
        `margin`.

    Returns
    -------
    dask.delayed.Delayed
        Its ``compute()`` gives the `Panel`. Methods may be called before: they are
        computed by a worker, and only their result is sent.

    Raises
    ------
    KeyError
        When it is computed, if there is no such measure.

    Examples
    --------
    >>> import pandas as pd
    >>> import dask.dataframe as dd
    >>> import evmarket.dask
    >>> columns = {"maker": ["A", "B"], "year": ["2024", "2024"], "units": [60, 40]}
    >>> frame = dd.from_pandas(pd.DataFrame(columns), npartitions=2)
    >>> bag = evmarket.dask.panel(frame, "maker", "year", "units", freq="Y", by="maker")
    >>> report = evmarket.dask.gather(bag, "units").report("units", by="maker")
    >>> report.compute(scheduler="sync")["level"]
    array([ 60,  40, 100])
    """
    names = [measures] if isinstance(measures, str) else list(measures)
    parts = [delayed(_only)(part, names) for part in bag.to_delayed()]
    return _merged(parts, len(parts) + 1)


def _options(given: Mapping[str, Any], columns: Columns) -> Options:
    """The options of a panel, checked."""
    for name, why in _REFUSED.items():
        if name in given:
            raise TypeError(f"{name} is not an option here: {why}")
    options = Options.of(given)
    options.check(columns.kinds)
    if options.asked is None:
        raise ValueError("freq is None: parts need the frequency of the whole")
    options.rules(options.asked)  # raises for what is no rule
    return options


def _parts(table: Any, columns: Columns, options: Options) -> list[Any]:
    """The panels of the parts of a table, as tasks."""
    make = delayed(_part)
    if hasattr(table, "to_delayed"):
        for name in columns.every:
            if name not in table.columns:
                known = tuple(map(str, table.columns))
                raise KeyError(f"no column {short(name)}; {near(name, known)}")
        frames = table[columns.every].to_delayed()
        return [
            make([(f"partition {k}", frame)], columns, options)
            for k, frame in enumerate(frames)
        ]
    files = _files(table)
    groups = cut(len(files), min(len(files), _tasks()))
    return [
        make([(name, name) for name in files[start:stop]], columns, options)
        for start, stop in groups
    ]


def _tasks() -> int:
    """How many tasks of files keep all threads of the cluster at work.

    A task reads several files where there are more: their panels are then merged where
    they are made.
    """
    threads = os.cpu_count() or 1
    distributed = sys.modules.get("distributed")
    if distributed is not None:
        with suppress(ValueError):  # there is no client
            threads = sum(distributed.default_client().nthreads().values())
    return max(1, threads) * _TASKS_PER_THREAD


_TASKS_PER_THREAD = 2
"""So that a thread that ends early finds another one; fewer are merged sooner."""


def _files(table: Any) -> list[str]:
    """The files that paths name."""
    paths = [table] if isinstance(table, (str, os.PathLike)) else table
    files: list[str] = []
    for path in paths:
        name = os.fspath(path)
        if os.path.isdir(name):
            found = _files_in(name)
        else:
            found = sorted(glob.glob(name)) if glob.has_magic(name) else [name]
        if not found:
            raise ValueError(f"no file matches {short(name, 200)}")
        files += found
    if not files:
        raise ValueError("table is an empty list: it takes at least one path")
    return files


def _files_in(folder: str) -> list[str]:
    """The files of a folder and of those in it, without hidden ones and marks."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        found += [os.path.join(place, n) for n in names if not n.startswith((".", "_"))]
    return sorted(found)


def _bag(
    parts: list[Any], key: int, partitions: int, split_every: int, asked: Options
) -> Any:
    """Each part cut by the labels of a key, the pieces of equal labels merged."""
    from dask.bag import from_delayed

    ends = delayed(_widest)([delayed(_ends)(part) for part in parts])
    pieces_of = delayed(_cut, nout=partitions)
    pieces = [pieces_of(part, key, partitions) for part in parts]
    merged = [
        _merged([each[k] for each in pieces], split_every) for k in range(partitions)
    ]
    one = delayed(_finished_list)
    return from_delayed([one(each, asked, ends) for each in merged])


def _merged(parts: list[Any], split_every: int) -> Any:
    """The tasks that merge panels, some at a time, in their order."""
    merged = delayed(_merge)
    while len(parts) > 1:
        starts = range(0, len(parts), split_every)
        parts = [merged(parts[start : start + split_every]) for start in starts]
    return parts[0]


# ---- tasks ---------------------------------------------------------------------------


def _part(parts: list[tuple[str, Any]], columns: Columns, options: Options) -> Panel:
    """The panel of some parts of a table, each with its name for messages."""
    with one_worker():
        panels = [_panel(name, part, columns, options) for name, part in parts]
        return _merged_by_rule(panels)


def _panel(name: str, part: Any, columns: Columns, options: Options) -> Panel:
    """The panel of one part; what is wrong with it names the part."""
    table = part
    if isinstance(part, str):
        wanted = Wanted(columns.keys, columns.when, columns.measures)
        table = Files([part], wanted, Form())
    period = columns.when if len(columns.when) > 1 else columns.when[0]
    try:
        data = build(table, columns.keys, period, columns.kinds, options, warns=False)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        text = str(error.args[0] if error.args else error)
        shown = one_line(name)  # as the readers of files print it
        text = text if text.startswith(f"{shown}: ") else f"{shown}: {text}"
        kinds = (KeyError, TypeError, OverflowError)
        kind = next((k for k in kinds if isinstance(error, k)), ValueError)
        raise kind(text) from None
    return Panel(data)


def _merge(panels: list[Panel]) -> Panel:
    """Some panels in one, by one thread."""
    with one_worker():
        return _merged_by_rule(panels)


def _merged_by_rule(panels: list[Panel]) -> Panel:
    """Some panels in one; under "last" parts have no order."""
    if all(panel._data.base.duplicates != "last" for panel in panels):
        return panels[0].merge(*panels[1:])
    # Measures that are not added take the latest date without a rule, and refuse two of
    # one date. What is added must not meet.
    kinds = [TABLE[level.kind].repeats for level in panels[0]._data.base.levels]
    overlap = "error" if "add" in kinds else "add"
    plain = [_with_duplicates(panel, None)._data for panel in panels]
    reason = "duplicates is 'last', and parts have no order"
    return _with_duplicates(Panel(merge(plain, overlap, reason)), "last")


def _with_duplicates(panel: Panel, rule: str | None) -> Panel:
    data = panel._data
    return Panel(replace(data, base=replace(data.base, duplicates=rule)))


def _finished(panel: Panel, asked: Options, ends: tuple[int, int] | None) -> Panel:
    """The panel under the rules of absence, in the calendar of the whole."""
    data = panel._data
    base = data.base
    if ends is not None:
        base = replace(base, low=ends[0], high=ends[1])
    return Panel(replace(data, base=base, rules=asked.rules(base.freq)))


def _finished_list(panel: Panel, asked: Options, ends: tuple[int, int]) -> list[Panel]:
    return [_finished(panel, asked, ends)]


def _ends(panel: Panel) -> tuple[int, int]:
    """First and last period; (0, -1) without rows."""
    return panel._data.base.low, panel._data.base.high


def _widest(every: list[tuple[int, int]]) -> tuple[int, int]:
    known = [ends for ends in every if ends[1] >= ends[0]]
    if not known:
        return 0, -1
    return min(low for low, _ in known), max(high for _, high in known)


def _cut(panel: Panel, key: int, count: int) -> list[Panel]:
    """A panel cut by the labels of a key; a label goes the same way in every part."""
    data = panel._data
    series = data.base.series
    # Not hash(): that of text differs from process to process.
    labels = [zlib.crc32(repr(label).encode()) % count for label in series.labels[key]]
    piece = np.array(labels, np.int64)[series.codes[:, key]]
    parts = [data.part(piece == k) for k in range(count)]
    return [Panel(PanelData.of(chosen_base(p, data), data.rules)) for p in parts]


def _only(panels: list[Panel], names: list[str]) -> Panel:
    """The only panel of a partition, with the cells of some measures."""
    (panel,) = panels
    data = panel._data.with_names(names)
    if data.assigned or data.view.chosen is not None:
        return Panel(data)
    return Panel(replace(data, base=chosen_base(data, data)))
