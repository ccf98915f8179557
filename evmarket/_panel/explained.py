"""The methods of Panel that explain a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._explain import panels

if TYPE_CHECKING:
    from .._cells.panel import PanelData
    from .._explain.panels import (
        PanelContributions,
        PanelIndex,
        PanelMarginBridge,
        PanelMixRate,
        PanelPriceVolume,
        PanelShiftShare,
    )


class Explained:
    """What `Panel` inherits: why totals, margins and values changed."""

    _data: PanelData

    def contributions(
        self, measure: str, lag: int | str = "1Y", within: Any = ()
    ) -> PanelContributions:
        """Contribution of each series to the growth of its group's total.

        Parameters
        ----------
        measure : str
            A level.
        lag : int or str, default "1Y"
            As for `Measure.growth`.
        within : str or sequence of str, default ()
            The keys that make the groups; () for the total.

        Returns
        -------
        PanelContributions
            ``.parts`` (series, periods) holds ``(x1 - x0) / sum(x0)`` of what both
            periods have; ``.entry``, ``.exit`` and ``.gap`` (groups, periods) the rest
            of ``.total``, the growth of the totals. What has not been reported yet is
            in ``.gap``.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_arrays(
        ...     keys={"maker": ["A", "B", "A", "C"]},
        ...     period=["2024", "2024", "2025", "2025"],
        ...     measures={"units": [60, 40, 90, 5]},
        ... )
        >>> why = panel.contributions("units")
        >>> why.parts[:, 1], why.entry[:, 1], why.exit[:, 1], why.gap[:, 1]
        (array([0.3, nan, nan]), array([0.05]), array([-0.4]), array([0.]))
        """
        return panels.contributions(self._data, measure, lag, within)

    def mix_rate(
        self,
        numerator: str,
        denominator: str,
        lag: int | str = "1Y",
        within: Any = (),
        method: str = "symmetric",
    ) -> PanelMixRate:
        """Change of the groups' ratio: by the series' own ratios, and by their mix.

        Parameters
        ----------
        numerator, denominator : str
            Levels.
        lag, within
            As for `contributions`.
        method : {"symmetric", "three-way"}
            As for `evmarket.mix_rate`.

        Returns
        -------
        PanelMixRate

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> measures = {"profit": [20, 30, 5, 5], "revenue": [100, 150, 50, 50]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> why = panel.mix_rate("profit", "revenue")
        >>> [x[:, 1].round(6).tolist() for x in (why.total, why.rate, why.mix)]
        [[0.008333], [0.0, 0.0], [0.002431, 0.005903]]
        """
        return panels.mix_rate(self._data, numerator, denominator, lag, within, method)

    def price_volume(
        self,
        value: str,
        quantity: str,
        lag: int | str = "1Y",
        within: Any = (),
        method: str = "bennet",
    ) -> PanelPriceVolume:
        """Change of the groups' value: by value a unit, volume, entry and exit.

        Parameters
        ----------
        value, quantity : str
            Levels, such as revenue and units.
        lag, within
            As for `contributions`.
        method : {"bennet", "laspeyres", "paasche", "three-way"}
            As for `evmarket.price_volume`.

        Returns
        -------
        PanelPriceVolume

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> measures = {"revenue": [100, 132, 50, 60], "units": [10, 11, 10, 12]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> why = panel.price_volume("revenue", "units")
        >>> [float(x[0, 1]) for x in (why.total, why.unit_value, why.volume)]
        [42.0, 21.0, 21.0]
        """
        return panels.price_volume(self._data, value, quantity, lag, within, method)

    def margin_bridge(
        self,
        revenue: str,
        cost: str,
        quantity: str,
        lag: int | str = "1Y",
        within: Any = (),
    ) -> PanelMarginBridge:
        """Change of the groups' margin: price, unit cost, mix, entry, exit, other.

        Parameters
        ----------
        revenue, cost, quantity : str
            Levels. A series without quantity is one of services.
        lag, within
            As for `contributions`.

        Returns
        -------
        PanelMarginBridge

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> revenue, cost = [100, 120, 50, 60], [80, 90, 45, 50]
        >>> measures = {"revenue": revenue, "cost": cost, "units": [10, 11, 10, 12]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> why = panel.margin_bridge("revenue", "cost", "units")
        >>> parts = why.price, why.unit_cost, why.mix
        >>> [round(float(x[0, 1]), 6) for x in (why.total, *parts)]
        [0.055556, 0.046698, 0.010619, -0.001761]
        """
        return panels.margin_bridge(self._data, revenue, cost, quantity, lag, within)

    def shift_share(
        self, measure: str, region: str, industry: str, lag: int | str = "1Y"
    ) -> PanelShiftShare:
        """Change of industries in regions: the nation's, the industry's, their own.

        Parameters
        ----------
        measure : str
            A level.
        region, industry : str
            The keys; all others are added up.
        lag : int or str, default "1Y"
            As for `contributions`.

        Returns
        -------
        PanelShiftShare

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"region": ["N", "N", "S", "S"], "fuel": ["EV", "EV", "EV", "EV"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> panel = em.Panel.from_arrays(keys, years, {"units": [60, 90, 40, 50]})
        >>> why = panel.shift_share("units", "region", "fuel")
        >>> why.national[:, 1], why.regional[:, 1]
        (array([24., 16.]), array([ 6., -6.]))
        """
        return panels.shift_shares(self._data, measure, region, industry, lag)

    def price_index(
        self,
        value: str,
        quantity: str,
        lag: int | str = "1Y",
        within: Any = (),
        formula: str = "fisher",
    ) -> PanelIndex:
        """Index of the series' unit values in each group.

        Parameters
        ----------
        value, quantity : str
            Levels, such as revenue and units.
        lag, within
            As for `contributions`.
        formula : {"fisher", "laspeyres", "paasche", "tornqvist", "sato-vartia"}
            As for `evmarket.price_index`.

        Returns
        -------
        PanelIndex

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> measures = {"revenue": [100, 110, 50, 60], "units": [10, 10, 10, 10]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> panel.price_index("revenue", "units").total[:, 1].round(6)
        array([1.133333])
        """
        return panels.price_index(self._data, value, quantity, lag, within, formula)
