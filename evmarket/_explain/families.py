"""Decompositions of the core, and how they run over groups of items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._arrays.apply import axis_of, common_shape, series_array
from .._common import workers
from .._inputs.arrays import check_labels, whole_array

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .._common.types import Array, Codes, Floats


@dataclass(frozen=True)
class Family:
    """A decomposition: its name in the core and its results, in the core's order."""

    name: str
    groups: tuple[str, ...]
    """Names of the results of a group."""
    items: tuple[str, ...] = ()
    """Names of the results of an item."""


CONTRIBUTIONS = Family("contributions", ("total", "residual"), ("parts",))
INDEX_CONTRIBUTIONS = {
    of: Family(f"index_contributions_{of}", ("total", "residual"), ("parts",))
    for of in ("price", "quantity")
}

_EFFECTS = ("rate", "mix")
MIX_RATE = {
    "symmetric": Family("mix_rate_symmetric", ("total", "residual"), _EFFECTS),
    "three-way": Family(
        "mix_rate_three_way", ("total", "residual"), (*_EFFECTS, "joint")
    ),
}

_WORTH = ("total", "price", "volume", "entry", "exit", "residual")
PRICE_VOLUME = {
    method: Family(f"price_volume_{method}", _WORTH)
    for method in ("laspeyres", "paasche", "bennet")
}
PRICE_VOLUME["three-way"] = Family(
    "price_volume_three_way", (*_WORTH[:3], "joint", *_WORTH[3:])
)
PRICE_VOLUME_MIX = Family("price_volume_mix", (*_WORTH[:3], "mix", *_WORTH[3:]))

MARGIN_STEPS = ("price", "unit_cost", "mix", "entry", "exit", "other")
MARGIN_BRIDGE = Family("margin_bridge", ("total", *MARGIN_STEPS, "matched", "residual"))

FORMULAS = {
    formula: Family(
        f"index_{formula.replace('-', '_')}",
        ("price", "quantity", "matched", "dropped", "residual"),
    )
    for formula in ("laspeyres", "paasche", "fisher", "tornqvist", "sato-vartia")
}

BOTH, ENTRY, EXIT, GAP = range(4)
"""Transitions of an item between base and current period, numbered as in the core."""
TRANSITIONS = ("both", "entry", "exit", "gap")
FATES = ("both", "entered", "exited", "gap")
"""What tables print for each transition."""
SUMS = Family("sums_by_fate", (*TRANSITIONS, "residual"))
"""Sums of values by transition; `residual` is the rounding error of the last three."""


def fate_names(transitions: Codes) -> Array:
    """The transitions of items in words."""
    return np.array(FATES, dtype=object)[transitions]


def run_groups(
    kernel: Callable[..., Any], arguments: tuple[Any, ...], count: int, size: int
) -> list[Any]:
    """Call kernel(*arguments, start, stop) on the workers, over `count` groups.

    `size` is the number of values in all groups.
    """
    runs = workers.chunks(count, size)
    return workers.run(kernel, [(*arguments, *run) for run in runs])


def decompose(
    family: Family,
    operands: tuple[Array, ...],
    offsets: NDArray[np.intp] | None,
    shape: tuple[int, ...],
) -> tuple[dict[str, Floats], dict[str, Floats], Codes]:
    """Results of the groups, results of the items, and the status of each group.

    Operands and results of items have the shape (groups, items). With `offsets` the
    shape is (items,), and group g holds the items offsets[g] to offsets[g + 1] - 1.
    """
    count = shape[0] if offsets is None else len(offsets) - 1
    # One allocation for all results is cheaper than one for each.
    groups = tuple(np.empty((len(family.groups), count)))
    items = tuple(np.empty((len(family.items), *shape)))
    status = np.empty(count, np.uint8)
    arguments = (family.name, operands, offsets, groups, items or None, status)
    run_groups(_core.explain, arguments, count, int(np.prod(shape, dtype=np.intp)))
    return (
        dict(zip(family.groups, groups, strict=True)),
        dict(zip(family.items, items, strict=True)),
        status,
    )


@dataclass(frozen=True)
class Groups:
    """Operands in the shape (groups, items), and where their items came from."""

    operands: tuple[Array, ...]
    outer: tuple[int, ...]
    """Shape of the groups in the arguments of the user."""
    axis: int
    """Axis of the items in the arguments of the user."""

    @classmethod
    def of(cls, values: Sequence[Any], names: Sequence[str], axis: Any) -> Groups:
        """Broadcast the arguments and move `axis`, which holds the items, last."""
        arrays = [series_array(v, n, axis) for v, n in zip(values, names, strict=True)]
        check_labels(values, names)
        shape = common_shape(arrays, names)
        place = axis_of(axis, len(shape), names[0])
        outer, items = shape[:place] + shape[place + 1 :], shape[place]
        count = int(np.prod(outer, dtype=np.intp))
        operands = (
            np.broadcast_to(array.astype(np.float64, copy=False), shape)
            for array in arrays
        )
        return cls(
            tuple(np.moveaxis(x, place, -1).reshape(count, items) for x in operands),
            outer,
            place,
        )

    def decompose(self, family: Family) -> tuple[dict[str, Any], dict[str, Any]]:
        """Results of the groups with their status, and results of the items."""
        shape = self.operands[0].shape
        groups, items, status = decompose(family, self.operands, None, shape)
        whole = (*self.outer, shape[1])
        of_groups: dict[str, Array] = {**groups, "status": status}
        return (
            {n: x.reshape(self.outer)[()] for n, x in of_groups.items()},
            {n: np.moveaxis(x.reshape(whole), -1, self.axis) for n, x in items.items()},
        )


@dataclass(frozen=True)
class Matrices:
    """Earlier and later values in the shape (groups, rows, columns)."""

    x0: Floats
    x1: Floats
    outer: tuple[int, ...]
    """Shape of the groups in the arguments of the user."""

    @classmethod
    def of(cls, x0: Any, x1: Any, rows: str, columns: str) -> Matrices:
        arrays = [whole_array(x0, "x0"), whole_array(x1, "x1")]
        check_labels((x0, x1), ("x0", "x1"))
        shape = common_shape(arrays, ("x0", "x1"))
        if len(shape) < 2:
            raise ValueError(f"x0 has shape {shape}: it takes (..., {rows}, {columns})")
        outer = shape[:-2]
        whole = (int(np.prod(outer, dtype=np.intp)), *shape[-2:])
        before, after = (
            np.ascontiguousarray(np.broadcast_to(x, shape), np.float64).reshape(whole)
            for x in arrays
        )
        return cls(before, after, outer)

    def restored(self, results: Any) -> Any:
        """Results of the groups, with the groups in the shape the user gave."""
        return results.reshape(self.outer + results.shape[1:])[()]
