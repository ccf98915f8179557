"""What all explanations share: their arrays, their repr, their tables."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._common.messages import short
from .._common.status import Status
from .._common.text import fitted
from .._tables.exported import Exported
from .._tables.table import Table

if TYPE_CHECKING:
    from .._common.types import Array
    from .plots import Stack


class Explanation(Exported):
    """A total and the parts that add up to it, for one group or many.

    Attributes
    ----------
    total : ndarray
        The change that is explained, one number per group.
    residual : ndarray
        ``total`` minus the sum of the parts: rounding error.
    status : ndarray of uint8
        `Status`, one per group.

    Examples
    --------
    >>> import evmarket as em
    >>> em.contributions([[60, 40], [10, 10]], [[90, 30], [10, 12]])
    Contributions, shape (2,), 2 of 2 known
      total     [0.2 0.1]
      parts     [ 0.3 -0.1  0.   0.1]
      residual  [2.775558e-17 0.000000e+00]
      status    [0 0]
    """

    total: Any
    residual: Any
    status: Any

    _formats: ClassVar[dict[str, str]] = {"matched": "share", "residual": "residual"}
    """How arrays print, by name: "rate", "share", "pp", "residual", else as numbers."""

    def arrays(self) -> dict[str, Array]:
        """The arrays by name, in the order in which they print.

        Examples
        --------
        >>> import evmarket as em
        >>> why = em.contributions([60, 40], [90, 30])
        >>> list(why.arrays())
        ['total', 'parts', 'residual', 'status']
        """
        values = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return {
            name: np.asarray(value)
            for name, value in values.items()
            if isinstance(value, (np.ndarray, np.generic))
        }

    def __repr__(self) -> str:
        shape, size = np.shape(self.total), int(np.size(self.total))
        head = self._heading()
        if shape:
            known = int(np.isfinite(self.total).sum())
            head += f", shape {shape}, {known:,} of {size:,} known"
        return "\n".join([fitted(head), *array_lines(self.arrays())])

    def _heading(self) -> str:
        """The name of the class, and the method where there is one."""
        method = getattr(self, "method", None)
        return type(self).__name__ + (f" ({method})" if method else "")

    def _repr_html_(self) -> str:
        from .html import arrays_html, heading

        items = getattr(self, "items", None)
        return arrays_html(
            heading(type(self).__name__, getattr(self, "method", None)),
            self.arrays(),
            self._formats,
            getattr(self, "axis", -1),
            items and items.arrays(),
        )

    def to_pandas(self) -> Any:
        """A DataFrame with one row per group, or per item where items have parts.

        The results of a group (total, residual, status) are repeated for its items. The
        index holds the position along each axis.

        Returns
        -------
        pandas.DataFrame

        Examples
        --------
        >>> import evmarket as em
        >>> why = em.contributions([60, 40], [90, 30])
        >>> why.to_pandas()["parts"].tolist()
        [0.3, -0.1]
        """
        import pandas as pd

        shape, columns = self._flat()
        if not shape:
            return pd.DataFrame(columns)
        index = pd.MultiIndex.from_product(
            [range(n) for n in shape], names=[f"axis {k}" for k in range(len(shape))]
        )
        return pd.DataFrame(columns, index=index)

    def to_table(self) -> Any:
        """The rows of `to_pandas` as a table, with the position along each axis.

        Returns
        -------
        Table
            Columns ``axis 0``, ``axis 1`` ..., then the arrays by name.

        Examples
        --------
        >>> import evmarket as em
        >>> em.contributions([60, 40], [90, 30]).to_table()
        Table(2 rows x 5 columns)
        axis 0    total      parts  residual  status
             0  +20.00%  +30.00 pp   2.8e-17
             1  +20.00%  -10.00 pp   2.8e-17
        """
        shape, columns = self._flat()
        places: dict[str, Array] = {
            f"axis {k}": place.reshape(-1) for k, place in enumerate(np.indices(shape))
        }
        status = columns["status"]
        marks = {name: status for name, x in columns.items() if x.dtype.kind == "f"}
        return Table(places | columns, "", self._formats, marks)

    def _flat(self) -> tuple[tuple[int, ...], dict[str, Array]]:
        """The shape of the finest array, and all arrays in that shape, flat."""
        arrays = self.arrays()
        shape = max((a.shape for a in arrays.values()), key=len)
        axis = getattr(self, "axis", -1)
        return shape, {
            name: np.broadcast_to(
                a if a.ndim == len(shape) else np.expand_dims(a, axis), shape
            ).reshape(-1)
            for name, a in arrays.items()
        }


def array_lines(arrays: dict[str, Array]) -> list[str]:
    """One line per array for a repr: the first and last numbers."""
    return [
        fitted(
            f"  {name:<9} "
            + np.array2string(
                values.reshape(-1) if values.ndim else values,
                max_line_width=10**6,
                precision=6,
                threshold=6,
                edgeitems=2,
                suppress_small=False,
            )
        )
        for name, values in arrays.items()
    ]


class Stacked(Explanation):
    """An explanation whose parts are drawn as stacked bars."""

    def plot(self, group: Any = None, *, ax: Any = None, top: int = 8) -> Any:
        """Stacked bars of the parts, with the total as a line.

        Of a panel there is one bar per period, of arrays one per group. The largest
        items that entered, exited or lack a value are named, the others counted.

        Parameters
        ----------
        group : label or tuple of labels, optional
            The group to plot, for a panel with several groups. A plot of arrays shows
            all groups.
        ax : matplotlib.axes.Axes, optional
            The Axes to draw on. By default a new figure is made.
        top : int, default 8
            Number of items with a colour. The other items share one grey bar.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError, KeyError, TypeError
            If there are several groups and `group` is not given, or there is no such
            group; for arrays, if `group` is given or they have too many dimensions.

        Examples
        --------
        >>> import evmarket as em
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> ax = em.contributions([60, 40], [72, 38]).plot()
        >>> [f"{bar.get_height():.2f}" for bar in ax.patches]
        ['0.12', '-0.02']
        >>> ax = em.mix_rate([50, 50], [0.3, 0.1], [80, 20], [0.3, 0.1]).plot()
        >>> [text.get_text() for text in ax.get_legend().get_texts()]
        ['total', 'mix']
        """
        from .plots import plot_stack

        return plot_stack(self._stack(group), ax, top)

    def _stack(self, group: Any) -> Stack:
        """The bars to plot."""
        raise NotImplementedError


class Bridge(Explanation):
    """An explanation whose parts lead from 0 to the total, step by step."""

    _steps: ClassVar[tuple[str, ...]]
    _title: ClassVar[str]
    _in_points: ClassVar[bool] = False

    def plot(self, group: Any = None, *, at: Any = None, ax: Any = None) -> Any:
        """A waterfall plot of one group: its parts in order, then their total.

        Parameters
        ----------
        group : label, tuple of labels, int or tuple of int, optional
            The group: its labels in a panel, its index in arrays. Required if there is
            more than one group.
        at : str, date, int, optional
            The period, for a panel. The default is the last period with a known total.
        ax : matplotlib.axes.Axes, optional
            The Axes to draw on. By default a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError, KeyError
            If there are several groups and `group` is not given, if there is no such
            group, or if the group has no change to explain.

        Examples
        --------
        >>> import evmarket as em
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> before, after = ([60, 40], [45, 36], [6, 2]), ([66, 70], [48, 63], [6, 4])
        >>> ax = em.margin_bridge(*before, *after).plot()
        >>> [label.get_text() for label in ax.get_xticklabels()]
        ['price', 'unit cost', 'mix', 'total']
        """
        from .plots import plot_waterfall

        place, subtitle, source = self._chosen(group, at)
        total = float(np.asarray(self.total)[place])
        if not np.isfinite(total):
            code = Status(int(np.asarray(self.status)[place]))
            raise ValueError(
                f"group is {short(group)}: there is no change to explain: {code.name}, "
                f"{code.meaning}"
            )
        title = ", ".join([self._title, *subtitle])
        parts = self._steps_at(place)
        return plot_waterfall(ax, parts, total, title, self._in_points, source)

    def _steps_at(self, place: tuple[int, ...]) -> dict[str, float]:
        """The parts of one group, in order."""
        steps = {name: getattr(self, name, None) for name in self._steps}
        return {
            name: 0.0 if values is None else float(np.asarray(values)[place])
            for name, values in steps.items()
        }

    def _chosen(self, group: Any, at: Any) -> tuple[tuple[int, ...], list[str], str]:
        """The index of a group in the arrays, its subtitle and its source."""
        if at is not None:
            raise TypeError(f"at is {short(at)}: arrays have no calendar, omit it")
        shape = np.shape(self.total)
        if group is None:
            if int(np.prod(shape)) == 1:
                return (0,) * len(shape), [], ""
            raise ValueError(f"group is None: give an index into the shape {shape}")
        place = tuple(group) if isinstance(group, (list, tuple)) else (group,)
        if len(place) != len(shape) or not all(
            isinstance(i, (int, np.integer)) and -n <= i < n
            for i, n in zip(place, shape, strict=True)
        ):
            raise ValueError(
                f"group is {short(group)}: it takes an index into the shape {shape}"
            )
        return place, [], ""
