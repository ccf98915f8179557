"""The C core. Public functions stand in the package, which checks what it passes."""

from collections.abc import Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

OK: int
PARTIAL: int
NOT_BEGUN: int
EXITED: int
MISSING: int
OUTSIDE: int
ENTERED: int
GAP: int
INCOMPLETE: int
UNPAIRED: int
INVALID: int
ZERO_BASE: int
BOTH_ZERO: int
TURNED_PROFIT: int
TURNED_LOSS: int
LOSS_NARROWED: int
LOSS_WIDENED: int
LOSS_UNCHANGED: int
BROKE_EVEN: int
ZERO_DENOMINATOR: int
NEGATIVE_DENOMINATOR: int
NO_MATCH: int

version: str
compiler: str
isa: str
isa_available: tuple[str, ...]
numpy_built: str
debug: int

growth_nm: np.ufunc
growth_abs: np.ufunc
growth_signed: np.ufunc
growth_midpoint: np.ufunc
growth_status: np.ufunc
log_growth: np.ufunc
log_status: np.ufunc
compound: np.ufunc
compound_status: np.ufunc
change: np.ufunc
change_status: np.ufunc
index: np.ufunc
index_status: np.ufunc
margin: np.ufunc
margin_status: np.ufunc
markup: np.ufunc
markup_status: np.ufunc
ratio: np.ufunc
ratio_status: np.ufunc
incremental: np.ufunc
incremental_status: np.ufunc

totals: np.ufunc
divide: np.ufunc

mean: np.ufunc
mean_level: np.ufunc
mean_accumulative: np.ufunc
ytd: np.ufunc
from_ytd: np.ufunc
trailing: np.ufunc
hhi: np.ufunc
concentration: np.ufunc
rank_min: np.ufunc
rank_dense: np.ufunc

implied_base: np.ufunc
implied_growth: np.ufunc
implied_current: np.ufunc
implied_increment: np.ufunc
implied_ratio: np.ufunc
implied_ratio_growth: np.ufunc
implied_share: np.ufunc
implied_period_growth: np.ufunc
implied_remainder: np.ufunc
implied_total: np.ufunc

def short_margin(revenue: Any, cost: Any, /) -> NDArray[np.float64] | None: ...
def column_sums(
    x: NDArray[np.float64], sums: NDArray[np.float64], first: int, last: int, /
) -> None: ...
def column_totals(
    x: NDArray[np.float64], sums: NDArray[np.float64], /
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.uint8]]: ...
def short_growth(x: Any, lag: Any, policy: Any, /) -> NDArray[np.float64] | None: ...
def period_frequency(name: str, /) -> str: ...
def period_ordinals(freq: str, batch: Any, name: str, /) -> NDArray[np.int64]: ...
def period_formatted(
    batch: Any, place: int, date_format: str, name: str, rows_before: int, /
) -> tuple[str, NDArray[np.int64]]: ...
def period_parse(text: str, name: str, /) -> tuple[str | None, int, bool]: ...
def period_forms() -> list[tuple[str, str | None]]: ...
def period_at(freq: str, day: int, /) -> int: ...
def period_before(
    lag: tuple[str | None, int, int, bool], ordinals: Any, /
) -> NDArray[np.int64]: ...
def period_days(
    freq: str, first: int, count: int, last: bool, /
) -> NDArray[np.int64]: ...
def period_labels(freq: str, first: int, count: int, /) -> list[str]: ...
def period_parts(
    freq: str, whole: str, first: int, count: int, /
) -> NDArray[np.int64] | None: ...
def explain(
    family: str,
    operands: tuple[NDArray[np.float64], ...],
    offsets: NDArray[np.intp] | None,
    parts: tuple[NDArray[np.float64], ...],
    item_parts: tuple[NDArray[np.float64], ...] | None,
    status: NDArray[np.uint8],
    start: int,
    stop: int,
    /,
) -> None: ...
def lmdi(
    x0: NDArray[np.float64],
    x1: NDArray[np.float64],
    multiplicative: bool,
    effects: NDArray[np.float64],
    total: NDArray[np.float64],
    residual: NDArray[np.float64],
    status: NDArray[np.uint8],
    start: int,
    stop: int,
    /,
) -> int: ...
def shift_share(
    x0: NDArray[np.float64],
    x1: NDArray[np.float64],
    out: tuple[NDArray[np.float64], ...],
    status: NDArray[np.uint8],
    start: int,
    stop: int,
    /,
) -> None: ...

DROPPED: int
SUMMED: int

def hash_seed() -> int: ...
def kept_bytes() -> int: ...
def kept_bound() -> int: ...
def clear_kept() -> None: ...
def kept_empty(shape: tuple[int, ...], /) -> NDArray[np.float64]: ...
def regroup(
    sources: Any, series: int, measures: tuple[str, ...], /
) -> dict[str, Any]: ...
def merge_open(
    sources: list[Any], series: int, measures: tuple[str, ...], /
) -> object: ...
def merge_count(merge: object, start: int, stop: int, /) -> None: ...
def merge_prepare(merge: object, /) -> None: ...
def merge_write(merge: object, start: int, stop: int, /) -> None: ...
def merge_finish(merge: object, /) -> dict[str, Any]: ...
def gather(
    values: NDArray[Any],
    base: NDArray[np.int32],
    start: int,
    stop: int,
    out: NDArray[Any],
    /,
) -> None: ...
def csv_cuts(
    data: bytes | bytearray,
    start: int,
    stop: int,
    separator: str,
    parts: int,
    final: bool,
    /,
) -> list[int]: ...
def csv_read(
    data: bytes | bytearray,
    start: int,
    stop: int,
    signs: tuple[str, str, str],
    width: int,
    places: tuple[int, ...],
    kinds: tuple[str, ...],
    marks: tuple[bytes, ...],
    /,
) -> tuple[Any, int, int, list[Any] | None, Any]: ...
def add_sums(measures: list[dict[str, Any]], /) -> tuple[dict[str, Any], int]: ...
def slide_sums(
    measure: dict[str, Any],
    known: NDArray[np.bool_],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    /,
) -> tuple[dict[str, Any], int]: ...
def arrange(
    places: NDArray[np.int64], count: int, /
) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
def find_cells(
    indptr: NDArray[np.int64],
    ordinals: NDArray[np.int64],
    series: NDArray[np.int64],
    wanted: NDArray[np.int64],
    exact: bool,
    /,
) -> NDArray[np.int64]: ...
def lag_bases(
    indptr: NDArray[np.int64],
    ordinals: NDArray[np.int64],
    lag: tuple[str | None, int, int, bool],
    first: int,
    last: int,
    bases: NDArray[np.int64],
    /,
) -> None: ...

@final
class Partial:
    def __new__(
        cls,
        keys: tuple[str, ...],
        measures: tuple[str, ...],
        *,
        period: str = ...,
        duplicates: str = ...,
        track: bool = ...,
        skip_nulls: bool = ...,
        find_repeats: int = ...,
        only_repeats: bool = ...,
        isa: str | None = ...,
    ) -> Partial: ...
    def add(
        self,
        batch: Any,
        keys: tuple[int, ...],
        period: tuple[int, ...],
        measures: tuple[int, ...],
        *,
        freq: str | None,
        first_row: int = ...,
        start: int = ...,
        stop: int | None = ...,
    ) -> None: ...
    def merge(self, other: Partial, /) -> None: ...
    def repeats(self, others: tuple[Partial, ...], /) -> tuple[int, int, int]: ...
    def clear(self) -> None: ...
    def prepare(self) -> NDArray[np.int64]: ...
    def write(self, start: int, stop: int, /) -> None: ...
    def finish(self) -> dict[str, Any]: ...

@final
class Rows:
    def __new__(
        cls, batch: Any, columns: tuple[int, ...], ordinals: NDArray[np.int64]
    ) -> Rows: ...
    def __len__(self) -> int: ...
    @property
    def group_count(self) -> int: ...
    @property
    def low(self) -> int: ...
    @property
    def high(self) -> int: ...
    def run(self, start: int, stop: int, /) -> None: ...
    def next(self) -> bool: ...
    def base(
        self,
        lag: tuple[str | None, int, int, bool],
        start: int,
        stop: int,
        out: NDArray[np.int32],
        /,
    ) -> None: ...
    def groups(self, start: int, stop: int, out: NDArray[np.int32], /) -> None: ...
    def presence(
        self,
        values: NDArray[np.float64],
        start: int,
        stop: int,
        first: NDArray[np.int64],
        last: NDArray[np.int64],
        /,
    ) -> None: ...

@final
class Batches:
    names: list[str]
    schema: list[tuple[str, str, bool, str, bool, int]]
    def __new__(
        cls, source: Any, name: str | None = None, first_row: int = 0
    ) -> Batches: ...
    def choose(self, places: tuple[int, ...], /) -> None: ...
    def __iter__(self) -> Batches: ...
    def __next__(self) -> tuple[Any, int]: ...

def arrow_stream(
    batch: Any, names: tuple[str, ...], freqs: tuple[str | None, ...], /
) -> Any: ...
def columns(
    items: Sequence[Any], names: Sequence[str] | None = None, first_row: int = 0
) -> Any: ...
def object_rows(objects: Any, /) -> tuple[int, int, int, int, int]: ...
def batch_lists(batch: Any, /) -> list[list[Any]]: ...
