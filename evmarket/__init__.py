"""Growth and margins of vehicle markets, on the calendar and exact.

Rates, shares and margins are fractions: 0.8 is 80%. The earlier value comes
first. What is undefined is NaN, and a status says why:
``return_status=True`` of functions, ``.status`` of measures. The help of a
name, such as ``help(evmarket.growth)``, gives formula, units, the rule for
NaN and an example.

Growth of arrays:
    growth             rate on the value a lag before
    growth_between     rate between two values or arrays
    log_growth         logarithmic rate, which adds up over time
    annualized_growth  rate over a lag, at a yearly rate
    cagr               compound rate between a first and a last value
    mean_growth        mean rate of a series: level or accumulative method
    index              index numbers, 100 at a base
    ytd                year-to-date sums of single periods
    from_ytd           single periods out of year-to-date sums
    trailing           sums of the last periods
    base_effect        change of a growth rate: this year's step or last's
    BaseEffect         what base_effect gives

Margins and structure of arrays:
    margin             (revenue - cost) / revenue
    markup             (revenue - cost) / cost
    ratio              numerator / denominator, such as value per vehicle
    incremental_margin change of profit per change of revenue
    share              parts of their sum
    concentration      share of the k largest
    hhi                Herfindahl-Hirschman index
    rank               places, 1 for the largest
    Status             the code of every cell, with its meaning

Long tables, joined on the calendar:
    Panel              series by periods, out of a table or a file
    Measure            one measure of a panel: growth, ytd, share, rank ...
    growth_by          growth in the order of rows, for a column of a frame
    Rows               the same for many columns: growth, trailing, ytd
    Periods            consecutive periods, their labels and places

Published figures, as text, numbers, Figures and (low, high) columns alike:
    Figure             one figure with the interval its rounding allows
    figures            a column of texts as columns of numbers
    implied_base       last year's level, of a level and its growth
    implied_growth     growth, of two levels
    implied_current    this year's level, of a base and its growth
    implied_increment  the increase, of a level and its growth
    implied_ratio      ratio of two figures
    implied_ratio_growth    growth of a ratio, of two growths
    implied_share      share of a part in a whole
    implied_remainder  what is left of a whole
    implied_total      growth of a sum, of levels and growths
    implied_period_growth   growth of the last period, of two years to date
    check              whether a level, a base and a growth agree
    audit              what facts say of each other
    Facts              a table of facts, read for an audit
    Audit              the findings of an audit
    Finding            one comparison: expected, printed, outcome, reason
    AUDIT_RULES        the rules, by name
    Claims             what a rule yields
    Operand            figures or levels that a rule compares

Explanations that add up, entry and exit apart:
    contributions      growth of a total, by item
    mix_rate           change of a pooled rate: rates and mix
    shift_share        change of regions: nation, industry, region
    price_volume       change of a value: price and volume
    price_volume_mix   the same, volume told from mix
    margin_bridge      change of a margin: price, unit cost, mix and more
    lmdi               change of a product, by factor
    price_index        index of prices
    quantity_index     index of quantities
    index_contributions     change of a Fisher index, by item
    Contributions      what contributions and index_contributions give
    MixRate            what mix_rate gives
    ShiftShare         what shift_share gives
    PriceVolume        what price_volume gives
    PriceVolumeMix     what price_volume_mix gives
    MarginBridge       what margin_bridge gives
    Lmdi               what lmdi gives
    IndexNumber        what price_index and quantity_index give

Targets:
    required_pace      what each remaining period must bring
    required_outgrowth how much faster than the market a share needs to grow
    share_path         the shares on the way to a target
    run_rate           the year, from what has been reached

Data and build:
    datasets           figures of the package: names(), load(name)
    build_info         compiler, instruction set, versions
    set_workers        threads for large arrays
    __version__        the version of the package

``python -m evmarket --help`` lists the commands; ``notebook`` writes the
tour, which shows the package at work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._build import build_info
from ._core import version as __version__
from ._growth import (
    annualized_growth,
    cagr,
    from_ytd,
    growth,
    growth_between,
    index,
    log_growth,
    mean_growth,
    trailing,
    ytd,
)
from ._margin import incremental_margin, margin, markup, ratio
from ._status import Status
from ._structure import concentration, hhi, rank, share
from ._workers import set_workers

if TYPE_CHECKING:
    from . import datasets
    from ._audit import Audit, Finding, audit, check
    from ._audit_claims import Claims
    from ._audit_rules import AUDIT_RULES
    from ._base_effect import BaseEffect, base_effect
    from ._explain import (
        Contributions,
        MarginBridge,
        MixRate,
        PriceVolume,
        PriceVolumeMix,
        contributions,
        margin_bridge,
        mix_rate,
        price_volume,
        price_volume_mix,
    )
    from ._fact_levels import Operand
    from ._fact_table import Facts
    from ._figure import Figure, figures
    from ._figures import (
        implied_base,
        implied_current,
        implied_growth,
        implied_increment,
        implied_period_growth,
        implied_ratio,
        implied_ratio_growth,
        implied_remainder,
        implied_share,
        implied_total,
    )
    from ._indices import (
        IndexNumber,
        index_contributions,
        price_index,
        quantity_index,
    )
    from ._lmdi import Lmdi, ShiftShare, lmdi, shift_share
    from ._measure import Measure
    from ._panel import Panel
    from ._period import Periods
    from ._rows import Rows, growth_by
    from ._targets import required_outgrowth, required_pace, run_rate, share_path

# Loaded when first used, so that importing the package costs little more than NumPy.
_LATER = {
    "BaseEffect": "_base_effect",
    "Contributions": "_explain",
    "IndexNumber": "_indices",
    "Lmdi": "_lmdi",
    "MarginBridge": "_explain",
    "MixRate": "_explain",
    "PriceVolume": "_explain",
    "PriceVolumeMix": "_explain",
    "ShiftShare": "_lmdi",
    "Measure": "_measure",
    "Panel": "_panel",
    "Periods": "_period",
    "Rows": "_rows",
    "growth_by": "_rows",
    "base_effect": "_base_effect",
    "contributions": "_explain",
    "datasets": "datasets",
    "AUDIT_RULES": "_audit_rules",
    "Audit": "_audit",
    "Claims": "_audit_claims",
    "Facts": "_fact_table",
    "Figure": "_figure",
    "Finding": "_audit",
    "Operand": "_fact_levels",
    "audit": "_audit",
    "check": "_audit",
    "figures": "_figure",
    "required_outgrowth": "_targets",
    "required_pace": "_targets",
    "run_rate": "_targets",
    "share_path": "_targets",
    "implied_base": "_figures",
    "implied_current": "_figures",
    "implied_growth": "_figures",
    "implied_increment": "_figures",
    "implied_period_growth": "_figures",
    "implied_ratio": "_figures",
    "implied_ratio_growth": "_figures",
    "implied_remainder": "_figures",
    "implied_share": "_figures",
    "implied_total": "_figures",
    "index_contributions": "_indices",
    "lmdi": "_lmdi",
    "margin_bridge": "_explain",
    "mix_rate": "_explain",
    "price_index": "_indices",
    "price_volume": "_explain",
    "price_volume_mix": "_explain",
    "quantity_index": "_indices",
    "shift_share": "_lmdi",
}

__all__ = [
    "AUDIT_RULES",
    "Audit",
    "BaseEffect",
    "Claims",
    "Contributions",
    "Facts",
    "Figure",
    "Finding",
    "IndexNumber",
    "Lmdi",
    "MarginBridge",
    "Measure",
    "MixRate",
    "Operand",
    "Panel",
    "Periods",
    "PriceVolume",
    "PriceVolumeMix",
    "Rows",
    "ShiftShare",
    "Status",
    "__version__",
    "annualized_growth",
    "audit",
    "base_effect",
    "build_info",
    "cagr",
    "check",
    "concentration",
    "contributions",
    "datasets",
    "figures",
    "from_ytd",
    "growth",
    "growth_between",
    "growth_by",
    "hhi",
    "implied_base",
    "implied_current",
    "implied_growth",
    "implied_increment",
    "implied_period_growth",
    "implied_ratio",
    "implied_ratio_growth",
    "implied_remainder",
    "implied_share",
    "implied_total",
    "incremental_margin",
    "index",
    "index_contributions",
    "lmdi",
    "log_growth",
    "margin",
    "margin_bridge",
    "markup",
    "mean_growth",
    "mix_rate",
    "price_index",
    "price_volume",
    "price_volume_mix",
    "quantity_index",
    "rank",
    "ratio",
    "required_outgrowth",
    "required_pace",
    "run_rate",
    "set_workers",
    "share",
    "share_path",
    "shift_share",
    "trailing",
    "ytd",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'evmarket' has no attribute {name!r}")
    from importlib import import_module

    module = import_module(f".{_LATER[name]}", __name__)
    found = module if _LATER[name] == name else getattr(module, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
