"""The methods of Panel that explain a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    """Base class of `Panel` with the methods that explain changes.

    Each method compares every period with its base period, for each group of series.
    The parts add up to ``.total`` (an index has no parts). ``.residual`` is the
    rounding error, and ``.status`` gives the reason for NaN, or INCOMPLETE beside the
    numbers of a group in which a series lacks a value. ``.entry`` and ``.exit``
    are the effects of series that entered and exited, ``.gap`` that of series that lack
    a value in one of the two periods. ``.items(period)`` lists the series by name, with
    their values and parts, the largest part first.
    """

    _data: PanelData

    def contributions(
        self, measure: str, lag: int | str = "1Y", within: Any = ()
    ) -> PanelContributions:
        """Contribution of each series to the growth of the total of its group.

        Parameters
        ----------
        measure : str
            A level.
        lag : int or str, default "1Y"
            As for `Measure.growth`.
        within : str or sequence of str, default ()
            The keys whose labels make the groups; () for the total.

        Returns
        -------
        PanelContributions
            ``.parts`` (series, periods) is ``(x1 - x0) / sum(x0)`` of the series with a
            value in both periods. ``.entry``, ``.exit`` and ``.gap`` (groups, periods)
            are the rest of ``.total``, the growth of the total. All are fractions. A
            series that has not reported yet counts in ``.gap``.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a measure or key is unknown, a measure is a rate, or the lag is 0.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_arrays(
        ...     keys={"maker": ["A", "B", "A", "C"]},
        ...     period=["2024", "2024", "2025", "2025"],
        ...     measures={"units": [60, 40, 90, 5]},
        ...     exit_after=1,
        ... )
        >>> why = panel.contributions("units")
        >>> why.parts[:, 1], why.entry[:, 1], why.exit[:, 1], why.gap[:, 1]
        (array([0.3, nan, nan]), array([0.05]), array([-0.4]), array([0.]))
        """
        from .._explain.panels import contributions

        return contributions(self._data, measure, lag, within)

    def mix_rate(
        self,
        numerator: str,
        denominator: str,
        lag: int | str = "1Y",
        within: Any = (),
        method: str = "symmetric",
    ) -> PanelMixRate:
        """Change of the ratio of each group, split into ratios of its series and mix.

        Parameters
        ----------
        numerator, denominator : str
            Levels.
        lag, within
            As for `contributions`.
        method : {"symmetric", "three-way"}
            As for `evmarket.mix_rate`, which gives the formulas.

        Returns
        -------
        PanelMixRate
            ``.total`` (groups, periods) is the change of the ratio. ``.rate`` and
            ``.mix`` (series, periods) are those of the series with a value in both
            periods.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a measure or key is unknown, a measure is a rate, or the lag is 0, or the
            method is unknown.

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
        from .._explain.panels import mix_rate

        return mix_rate(self._data, numerator, denominator, lag, within, method)

    def price_volume(
        self,
        value: str,
        quantity: str,
        lag: int | str = "1Y",
        within: Any = (),
        method: str = "bennet",
    ) -> PanelPriceVolume:
        """Change of the value of each group, split into value per unit and volume.

        Parameters
        ----------
        value, quantity : str
            Levels, such as revenue and units.
        lag, within
            As for `contributions`.
        method : {"bennet", "laspeyres", "paasche", "three-way"}
            As for `evmarket.price_volume`, which gives the formulas.

        Returns
        -------
        PanelPriceVolume
            ``.total``, ``.unit_value``, ``.volume``, ``.entry``, ``.exit`` and ``.gap``
            (groups, periods), in the unit of the value. A value per unit is not a
            price: it also changes with the mix within a series.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a measure or key is unknown, a measure is a rate, or the lag is 0, or the
            method is unknown.

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
        from .._explain.panels import price_volume

        return price_volume(self._data, value, quantity, lag, within, method)

    def margin_bridge(
        self,
        revenue: str,
        cost: str,
        quantity: str,
        lag: int | str = "1Y",
        within: Any = (),
    ) -> PanelMarginBridge:
        """Change of the margin of each group, split into price, unit cost and mix.

        Parameters
        ----------
        revenue, cost, quantity : str
            Levels. A series without a quantity counts in ``.other``, as services do.
        lag, within
            As for `contributions`.

        Returns
        -------
        PanelMarginBridge
            ``.total``, ``.price``, ``.unit_cost``, ``.mix``, ``.entry``, ``.exit``,
            ``.other`` and ``.gap`` (groups, periods), as fractions;
            `evmarket.margin_bridge` gives the formulas. NaN and UNPAIRED if a series
            has revenue without cost, or cost without revenue.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a measure or key is unknown, a measure is a rate, or the lag is 0.

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
        from .._explain.panels import margin_bridge

        return margin_bridge(self._data, revenue, cost, quantity, lag, within)

    def shift_share(
        self, measure: str, region: str, industry: str, lag: int | str = "1Y"
    ) -> PanelShiftShare:
        """Change of industries in regions: national, industry and regional parts.

        Parameters
        ----------
        measure : str
            A level.
        region, industry : str
            The keys. All other keys are added up.
        lag : int or str, default "1Y"
            As for `contributions`.

        Returns
        -------
        PanelShiftShare
            ``.total``, ``.national``, ``.mix`` (the industry) and ``.regional``, all
            (series, periods), in the unit of the measure. `evmarket.shift_share` gives
            the formulas.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a measure or key is unknown, a measure is a rate, or the lag is 0, or the
            keys are the same.

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
        from .._explain.panels import shift_shares

        return shift_shares(self._data, measure, region, industry, lag)

    def price_index(
        self,
        value: str,
        quantity: str,
        lag: int | str = "1Y",
        within: Any = (),
        formula: str = "fisher",
    ) -> PanelIndex:
        """Price index of each group, from the unit values of its series.

        Parameters
        ----------
        value, quantity : str
            Levels, such as revenue and units.
        lag, within
            As for `contributions`.
        formula : {"fisher", "laspeyres", "paasche", "tornqvist", "sato-vartia"}
            As for `evmarket.price_index`, which gives the formulas and their source.

        Returns
        -------
        PanelIndex
            ``.total`` (groups, periods) is the index: 1 if unit values did not change.
            It uses the series with a value in both periods.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a measure or key is unknown, a measure is a rate, or the lag is 0, or the
            formula is unknown.

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
        from .._explain.panels import price_index

        return price_index(self._data, value, quantity, lag, within, formula)
