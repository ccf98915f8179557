"""Faults that were found on real tables, put back one at a time.

Each is a context manager that patches the package; the driver has to find it. The
patches know the inside of the package, the tests that use them do not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

from evmarket._cells import (
    align,
    calendar,
    lives,
    merge,
    panel,
    ratios,
    view,
    windows,
    within,
)
from evmarket._common import kinds
from evmarket._panel import report

FAULTS: dict[str, Callable] = {}


def fault(function: Callable[..., Iterator]) -> Callable:
    FAULTS[function.__name__] = contextmanager(function)
    return function


@dataclasses.dataclass(eq=False)
class NeverLacking(lives.Lives):
    """Lives in which no period is ever lacked."""

    def periods(self, series: Any, starts: Any, ends: Any) -> Any:
        return np.zeros(np.shape(series), np.int64)


def never_lacking(one: lives.Lives) -> NeverLacking:
    return NeverLacking(one.first, one.last, one.gaps)


@fault
def a_resampled_panel_then_select() -> Iterator:
    """Quarters of chosen series forget their holes if `resample` came first."""
    resampled, cells = panel.resampled, panel.PanelData._cells

    def whole(level: Any, *rest: Any) -> Any:
        return resampled(level._replace(lives=never_lacking(level.lives)), *rest)

    def forgetful(self: Any, name: str) -> Any:
        if self.view.freq is None or self.view.chosen is None:
            return cells(self, name)
        with patch.object(panel, "resampled", whole):
            return cells(self, name)

    with patch.object(panel.PanelData, "_cells", forgetful):
        yield


@fault
def a_stock_beside_a_flow_at_m_jf() -> Iterator:
    """Which of January and February have a value is kept once for all measures."""
    joined = panel.joined

    def once(base: Any, *rest: Any) -> Any:
        months = base.levels[-1].months
        levels = [dataclasses.replace(one, months=months) for one in base.levels]
        return joined(dataclasses.replace(base, levels=tuple(levels)), *rest)

    with patch.object(panel, "joined", once):
        yield


@fault
def a_merge_of_two_currencies() -> Iterator:
    """Nobody asks for the units of parts."""
    with patch.object(merge, "units", lambda data: {}):
        yield


@fault
def a_report_on_two_bases() -> Iterator:
    """The growth beside a level is that of the series in both years."""
    numbers = report._Sums.numbers

    def mixed(self: Any, at: int) -> Any:
        out = numbers(self, at)
        return {**out, "yoy": out["yoy_matched"]}

    with patch.object(report._Sums, "numbers", mixed):
        yield


@fault
def a_date_that_selects_the_next_month() -> Iterator:
    """The last day of a period picks the period after it."""
    span = calendar.Calendar.span

    def late(self: Any, label: Any, name: str) -> tuple[int, int]:
        low, high = span(self, label, name)
        return (low + 1, high + 1) if hasattr(label, "year") else (low, high)

    with patch.object(calendar.Calendar, "span", late):
        yield


@fault
def null_rows_read_as_exits() -> Iterator:
    """A row without a value is as no row."""
    joined = panel.joined

    def blind(base: Any, number: int, groups: Any, where: Any, rules: Any) -> Any:
        rules = dataclasses.replace(rules, nulls="absent")
        return joined(base, number, groups, where, rules)

    with patch.object(panel, "joined", blind):
        yield


@fault
def a_running_total_against_another_place_in_its_year() -> Iterator:
    """December's total against November's: any lag is right for running totals."""
    row = kinds.TABLE["cumulative"]._replace(growth="any")
    with patch.dict(kinds.TABLE, cumulative=row):
        yield


@fault
def a_rollup_that_is_nan_beside_incomplete() -> Iterator:
    """One member without a value erases the total."""
    over_series = panel.over_series

    def erased(*arguments: Any) -> Any:
        level = over_series(*arguments)
        if level.members is None:
            return level
        cells = level.cells
        values = np.where(cells.codes == 8, np.nan, cells.values)
        sums = dataclasses.replace(cells.sums, values=values)
        return level._replace(
            cells=dataclasses.replace(cells, values=values, sums=sums)
        )

    with patch.object(panel, "over_series", erased):
        yield


@fault
def periods_that_change_statuses() -> Iterator:
    """What is not shown is not there either."""
    shown = view.View.calendar

    def cut(self: Any, whole: Any) -> Any:
        made = shown(self, whole)
        low, high = made.visible
        return dataclasses.replace(made, low=low, high=high) if high >= low else made

    with patch.object(view.View, "calendar", cut):
        yield


@fault
def a_window_that_counts_a_hole_as_zero() -> Iterator:
    windowed = windows._windowed

    def filled(measure: Any, *rest: Any) -> Any:
        holeless = dataclasses.replace(measure, lives=never_lacking(measure.lives))
        return windowed(holeless, *rest)

    with patch.object(windows, "_windowed", filled):
        yield


@fault
def shares_of_the_wrong_total() -> Iterator:
    """The share within a group is of the whole market."""
    totals = within._totals
    with patch.object(within, "_totals", lambda measure, keys: totals(measure, ())):
        yield


@fault
def unpaired_forgotten() -> Iterator:
    """Revenue of more rows than its costs makes a margin."""

    def never(both: Any, sides: Any, one: Any, two: Any) -> Any:
        return np.zeros(len(one.values), bool)

    with (
        patch.object(align, "unpaired", never),
        patch.object(ratios, "unpaired", never),
    ):
        yield


@fault
def exits_judged_after_the_rollup() -> Iterator:
    """A total lacks nobody: a member that is late counts as having left."""
    counts = lives.Lives.counts

    def seen(self: Any, series: Any, ordinals: Any, to: Any) -> Any:
        living = counts(self, series, ordinals, to)
        return living if to is None else np.minimum(living, 1)

    with patch.object(lives.Lives, "counts", seen):
        yield


@fault
def zeros_before_entry_and_after_exit() -> Iterator:
    """absent="zero" fills the calendar, so that nobody enters or leaves."""
    joined = panel.joined

    def endless(base: Any, number: int, groups: Any, where: Any, rules: Any) -> Any:
        if rules.absent == "zero":
            rules = dataclasses.replace(rules, exit_after=10**6)
        return joined(base, number, groups, where, rules)

    with patch.object(panel, "joined", endless):
        yield


@fault
def an_assumed_zero_of_a_stock() -> Iterator:
    row = kinds.TABLE["stock"]._replace(zero=True)
    with patch.dict(kinds.TABLE, stock=row):
        yield


@fault
def an_empty_month_that_ends_a_quarter() -> Iterator:
    """A stock's quarter takes the last month with a value, not the last month."""
    row = kinds.TABLE["stock"]._replace(periods="add")
    with patch.dict(kinds.TABLE, stock=row):
        yield
