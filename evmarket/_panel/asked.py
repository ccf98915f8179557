"""The methods of Panel and Measure that tell where a cell comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._common.types import Ints
    from .why import Why


class AskedMeasure:
    """Base class of `Measure` with what tells how its cells are made up."""

    _data: MeasureData

    @property
    def members(self) -> Ints:
        """The number of series with a number in each cell, (series, periods)."""
        return self._data.members()

    @property
    def living(self) -> Ints:
        """The number of series that live in each cell, (series, periods)."""
        return self._data.living()

    def why(self, period: Any, **labels: Any) -> Why:
        """Where the number or the hole of one cell comes from, in words.

        Parameters
        ----------
        period : str, date, datetime64, pandas Period or int
            A period of the calendar, or a label or date within it.
        **labels
            Key to label. They must leave one series.

        Returns
        -------
        Why
            The cell's number, status and formula, and the cells that it is computed
            from, down to the numbers of rows.

        Raises
        ------
        KeyError
            If a key, label or period is unknown. The message lists similar names.
        ValueError
            If several series have the labels. The message names the keys that are
            needed.

        Examples
        --------
        >>> import evmarket as em
        >>> months = ["2025-01", "2025-02", "2025-02", "2025-03"]
        >>> makers, units = ["A", "A", "B", "A"], [5, 7, 1, 8]
        >>> panel = em.Panel.from_arrays({"maker": makers}, months, {"units": units})
        >>> print(panel.rollup()["units"].why("2025-03"))
        units, 2025-03: 8
          INCOMPLETE: 1 of 2 lack 2025-03: B.
          the sum of its members = 8
          maker=A: 8  1 row.
          lacks: maker=B: no number (MISSING)
            No row: the last before is of 2025-02, and none after; exit_after is 12.
        """
        from .why import why

        return why(self._data, period, labels)


class AskedPanel:
    """Base class of `Panel` with the methods that tell of cells and list holes."""

    _data: PanelData

    def why(self, measure: str, period: Any, **labels: Any) -> Why:
        """Where the number or the hole of one cell of a measure comes from, in words.

        Parameters
        ----------
        measure : str
            A measure of the panel.
        period, **labels
            As for `Measure.why`, with the same errors.

        Returns
        -------
        Why

        Examples
        --------
        >>> import evmarket as em
        >>> months = ["2025-01", "2025-03"]
        >>> panel = em.Panel.from_arrays({}, months, {"units": [5, 8]})
        >>> print(panel.why("units", "2025-02"))
        units, 2025-02: no number
          MISSING: the current value is absent: a hole, or not reported yet
          No row: the last before is of 2025-01, the next of 2025-03.
        """
        from .why import why

        return why(self._data.measure(measure), period, labels)

    def holes(self) -> Any:
        """Table of all cells that are MISSING, with the values around them.

        Returns
        -------
        Table
            One row per missing cell in view, by series and period: the keys,
            ``period``, ``measure``, the last value before it (``before``,
            ``before_period``), the next one (``after``, ``after_period``), and ``row``:
            whether it has a row, which then has no value.

        Examples
        --------
        >>> import evmarket as em
        >>> months = ["2025-01", "2025-03"]
        >>> keys, units = {"maker": ["A", "A"]}, {"units": [5, 8]}
        >>> panel = em.Panel.from_arrays(keys, months, units)
        >>> print(panel.holes())
        Table(1 rows x 8 columns)
        Missing cells
        maker  period   measure  before  before_period  after  after_period  row
        A      2025-02  units         5  2025-01            8  2025-03       False
        """
        from .holes import holes

        return holes(self._data)
