"""What a panel shows of its finest cells: the one order in which it is applied.

Series are chosen, then regrouped (labels recoded, keys dropped), then periods are
regrouped, then periods are shown. The order of calls has no influence.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._calendar.periods import Periods, wholes
from .._common.messages import listing, near, one_line, short
from .._common.record import record
from .series import SeriesIndex, is_label, may_be_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._common.types import Ints, Map, Mask
    from .calendar import Calendar

MANY = (list, tuple, set, np.ndarray)
"""Containers that select several labels of a key, and keep the key."""


class Shown(NamedTuple):
    """Periods to show, of the frequency at which they were asked for; None: open."""

    freq: str
    low: int | None
    high: int | None


@record(frozen=True, eq=False)
class View:
    """What is asked of the finest cells.

    Attributes
    ----------
    series : SeriesIndex
        The finest series; with recoded labels two of them may be alike.
    kept : tuple of str
        The keys that remain.
    chosen : ndarray of bool or None
        Which of the finest series take part; None for all.
    recodes : tuple of (str, dict)
        Keys and their recoded labels, in the order of calls.
    orders : dict of str to tuple
        Labels in the order in which a list asked for them.
    freq : str or None
        The coarser frequency, if there is one.
    shown : tuple of Shown
        All of them limit the periods in view.
    """

    series: SeriesIndex
    kept: tuple[str, ...]
    chosen: Mask | None = None
    recodes: tuple[tuple[str, Mapping[Any, Any]], ...] = ()
    orders: Mapping[str, tuple[Any, ...]] | None = None
    freq: str | None = None
    shown: tuple[Shown, ...] = ()

    @classmethod
    def whole(cls, series: SeriesIndex) -> View:
        """The view that changes nothing."""
        return cls(series, series.keys)

    @property
    def grouping(self) -> tuple[Any, ...]:
        """What two views must share so that their cells can be merged."""
        return self.kept, self.recodes, self.freq

    # ---- asked for ---------------------------------------------------------------

    def selected(self, wanted: Mapping[str, Any], inside: bool = True) -> View:
        """The view with the series that have the labels, or with `inside` False the
        others."""
        words = {key: self._labels(key, labels) for key, labels in wanted.items()}
        if not words:
            return self
        mask = np.ones(self.series.count, bool)
        for key, labels in words.items():
            place = self.series.keys.index(key)
            good = [is_label(word, labels) for word in self.series.labels[place]]
            mask &= np.array(good, bool)[self.series.codes[:, place]]
        if not inside:
            mask = ~mask
        if self.chosen is not None:
            mask &= self.chosen
        view = replace(self, chosen=mask)
        if not inside:
            return view
        single = [key for key, value in wanted.items() if not isinstance(value, MANY)]
        orders = {
            key: tuple(dict.fromkeys(words[key]))
            for key, value in wanted.items()
            if isinstance(value, (list, tuple))
        }
        kept = tuple(key for key in self.kept if key not in single)
        return replace(view, kept=kept, orders={**(self.orders or {}), **orders})

    def _labels(self, key: str, labels: Any) -> list[Any]:
        """Labels of a key as a list, each checked to occur."""
        if key not in self.kept:
            raise KeyError(f"{short(key)} is not a key: {near(key, self.kept)}")
        known = self.used(key)
        plain = []
        for label in labels if isinstance(labels, MANY) else [labels]:
            word = label.item() if isinstance(label, np.generic) else label
            if not is_label(word, known):
                raise KeyError(
                    f"{one_line(key)}: {short(label)} is not a label: "
                    f"{near(label, known)}"
                )
            plain.append(word)
        return plain

    def used(self, key: str) -> list[Any]:
        """The labels of a key that the chosen series have."""
        place = self.series.keys.index(key)
        codes = self.series.codes[:, place]
        if self.chosen is not None:
            codes = codes[self.chosen]
        return [self.series.labels[place][code] for code in np.unique(codes)]

    def recoded(self, key: str, labels: Mapping[Any, Any]) -> View:
        """The view with other labels of a key."""
        if key not in self.kept:
            self.series.place(key)
            raise KeyError(f"key is {short(key)}: the keys are {listing(self.kept)}")
        place = self.series.place(key)
        for new in labels.values():
            if not may_be_label(new):
                raise TypeError(
                    f"labels: {short(new)} is not a label: it takes text, integers or "
                    "booleans"
                )
        known = self.series.labels[place]
        for old in labels:
            if not is_label(old, known):
                raise KeyError(
                    f"labels: {short(old)} is not a label; {near(old, known)}"
                )
        words = tuple(
            labels[word] if is_label(word, list(labels)) else word for word in known
        )
        if len({type(word) for word in words if word is not None}) > 1:
            raise TypeError(f"labels: {one_line(key)} would hold labels of two types")
        every = [*self.series.labels]
        every[place] = words
        orders = dict(self.orders or {})
        if key in orders:
            orders[key] = tuple(
                dict.fromkeys(labels.get(word, word) for word in orders[key])
            )
        return replace(
            self,
            series=replace(self.series, labels=tuple(every)),
            recodes=(*self.recodes, (key, dict(labels))),
            orders=orders or None,
        )

    def rolled(self, keys: tuple[str, ...]) -> View:
        """The view with some of its keys, in their own order."""
        for key in keys:
            if key not in self.kept:
                self.series.place(key, "keys")
                known = listing(self.kept) or "none"
                raise KeyError(f"keys is {short(key)}: the keys are {known}")
        if len(set(keys)) < len(keys):
            raise ValueError(f"keys are {short(keys)}: each may be given once")
        return replace(self, kept=tuple(keys))

    def part(self, groups: Grouping, chosen: Mask) -> View:
        """The view of some of the series that are in view."""
        mask = chosen[groups.to_group]
        if groups.chosen is not None:
            every = np.zeros(self.series.count, bool)
            every[groups.chosen] = mask
            mask = every
        return replace(self, chosen=mask)

    # ---- applied -----------------------------------------------------------------

    def groups(self) -> Grouping:
        """The series that take part, joined by their labels, and their groups."""
        series, chosen = self.series, None
        if self.chosen is not None and not self.chosen.all():
            chosen = np.flatnonzero(self.chosen)
        codes = series.codes if chosen is None else series.codes[chosen]
        if chosen is None and not self.recodes and not self.orders:
            joined, to = series, None
        else:
            joined, to = SeriesIndex.of(
                series.keys, series.labels, codes, self.orders or {}
            )
            if not series.keys:
                joined, to = series.take(np.arange(len(codes))), None
        return Grouping(joined, self.kept, chosen, to, self.orders or {})

    def calendar(self, calendar: Calendar) -> Calendar:
        """The periods in view, of a calendar of this view's frequency."""
        for freq, low, high in self.shown:
            if low is not None and high is not None and high < low:
                low, high = calendar.low, calendar.low - 1
                freq = calendar.freq
            calendar = calendar.narrowed(
                calendar.low if low is None else _coarser(low, freq, calendar.freq),
                calendar.high if high is None else _coarser(high, freq, calendar.freq),
            )
        return calendar


def _coarser(ordinal: int, freq: str, to: str) -> int:
    """The period of frequency `to` that holds a period."""
    if freq == to:
        return ordinal
    return wholes(Periods.of(freq, ordinal, 1), to).periods.start


@record(frozen=True, eq=False)
class Grouping:
    """Series joined by their labels, and their groups.

    Attributes
    ----------
    joined : SeriesIndex
        The series under all keys; each has one life.
    kept : tuple of str
        The keys of the groups.
    chosen : ndarray of int64 or None
        The numbers of the finest series that take part; None for all.
    to_joined : ndarray of int32 or None
        The joined series of each that takes part; None where they are the same.
    """

    joined: SeriesIndex
    kept: tuple[str, ...]
    chosen: Any
    to_joined: Map | None
    orders: Mapping[str, Any]

    @property
    def joins(self) -> bool:
        """Whether a joined series holds several of the finest."""
        return self.to_joined is not None and self.joined.count < len(self.to_joined)

    @cached_property
    def _grouped(self) -> tuple[SeriesIndex, Map | None]:
        joined = self.joined
        if self.kept == joined.keys:
            return joined, None
        if not self.kept:
            return joined.grouped(())
        places = [joined.keys.index(key) for key in self.kept]
        labels = [joined.labels[k] for k in places]
        orders = self.orders
        return SeriesIndex.of(self.kept, labels, joined.codes[:, places], orders)

    @property
    def series(self) -> SeriesIndex:
        """The groups, which are the series in view."""
        return self._grouped[0]

    @property
    def to(self) -> Map | None:
        """The group of each joined series; None where each is a group."""
        return self._grouped[1]

    def members_of(self, joined: int) -> Ints:
        """The numbers of the finest series that a joined series holds."""
        place = np.array([joined])
        if self.to_joined is not None:
            place = np.flatnonzero(self.to_joined == joined)
        return place if self.chosen is None else self.chosen[place]

    def into(self, other: Grouping) -> Map:
        """The group of another grouping of the same series that holds each group."""
        every = np.arange(self.joined.count, dtype=np.int32)
        to = np.zeros(self.series.count, np.int32)
        own = every if self.to is None else self.to
        to[own] = every if other.to is None else other.to
        return to

    @cached_property
    def to_group(self) -> Map:
        """The group of each finest series that takes part."""
        count = self.joined.count
        joined = np.arange(count, dtype=np.int32)
        if self.to_joined is not None:
            joined = self.to_joined
        return joined if self.to is None else self.to[joined]


def wanted_labels(labels: Any, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Keys to labels, from the dict and the keywords."""
    if labels is not None and not isinstance(labels, dict):
        raise TypeError(
            f"labels is {one_line(short(labels))}: it takes a dict of key to label"
        )
    return {**(labels or {}), **keys}
