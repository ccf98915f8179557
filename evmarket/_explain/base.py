"""What explanations have in common: items in groups, looks, tables."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._common.text import fitted

if TYPE_CHECKING:
    from .._common.types import Array


class Explanation:
    """A total and the parts that add up to it, for one group or many.

    Attributes
    ----------
    total : ndarray
        What is explained, one number a group.
    residual : ndarray
        ``total`` less the sum of the parts as they are given: rounding only.
    status : ndarray of uint8
        The `Status` of each group.

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

    _looks: ClassVar[dict[str, str]] = {}
    """How the arrays of fractions are shown: "rate", "share", "pp"."""

    def arrays(self) -> dict[str, Array]:
        """The arrays by name, in the order in which they are shown.

        Examples
        --------
        >>> import evmarket as em
        >>> why = em.contributions([60, 40], [90, 30])
        >>> list(why.arrays())
        ['total', 'parts', 'residual', 'status']
        """
        found = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return {
            name: np.asarray(value)
            for name, value in found.items()
            if isinstance(value, (np.ndarray, np.generic))
        }

    def __repr__(self) -> str:
        shape = np.shape(self.total)
        known = int(np.isfinite(self.total).sum())
        size = int(np.size(self.total))
        head = type(self).__name__
        method = getattr(self, "method", None)
        if method is not None:
            head += f" ({method})"
        if shape:
            head += f", shape {shape}, {known:,} of {size:,} known"
        lines = [fitted(head)]
        lines += [self._line(name, values) for name, values in self.arrays().items()]
        return "\n".join(lines)

    def _line(self, name: str, values: Array) -> str:
        """An array on one line."""
        row = np.array2string(
            values.reshape(-1) if values.ndim else values,
            max_line_width=10**6,
            precision=6,
            threshold=6,
            edgeitems=2,
            suppress_small=False,
        )
        line = f"  {name:<9} {row}"
        return fitted(line)

    def _repr_html_(self) -> str:
        from .looks import explanation

        return explanation(self)

    def to_pandas(self) -> Any:
        """A DataFrame with a row for each group, or each item where items have parts.

        What is known of a whole group (its total, residual, status) then stands beside
        each of its items. Rows are indexed by the places along the axes.

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

        arrays = self.arrays()
        shape = max((a.shape for a in arrays.values()), key=len)
        axis = getattr(self, "axis", -1)
        columns = {
            name: np.broadcast_to(
                a if a.ndim == len(shape) else np.expand_dims(a, axis), shape
            ).reshape(-1)
            for name, a in arrays.items()
        }
        if not shape:
            return pd.DataFrame(columns)
        places = [range(n) for n in shape]
        index = pd.MultiIndex.from_product(
            places, names=[f"axis {k}" for k in range(len(shape))]
        )
        return pd.DataFrame(columns, index=index)


class Bridge(Explanation):
    """An explanation whose parts lead from 0 to the total, step by step."""

    _steps: ClassVar[tuple[str, ...]]
    _title: ClassVar[str]
    _in_points: ClassVar[bool] = False

    def plot(self, group: Any = None, *, at: Any = None, ax: Any = None) -> Any:
        """A waterfall of one group: its parts one after the other, and their total.

        Parameters
        ----------
        group : label, tuple of labels, or place, optional
            Which group: on panels by its labels, of arrays by its place. Needed where
            there are several.
        at : str, date, int, optional
            The period, of a panel; the last with a known total.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError, KeyError
            If there are several groups and none is chosen, or no such group; if the
            group has no change to explain, with its status.

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
        from .plots import plot_bridge

        return plot_bridge(
            self, self._steps, self._title, self._in_points, group, at, ax
        )


# What became of an item between two periods, as csrc/explain/fates.c counts them.
BOTH, ENTRY, EXIT, GAP = range(4)
FATES = ("both", "entry", "exit", "gap")
