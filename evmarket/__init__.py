"""Growth and margins of vehicle markets, on the calendar and exact.

Arrays, the earlier value first, rates as fractions, ``return_status=True`` for the why:
    growth, growth_between, log_growth, annualized_growth, cagr, mean_growth, index,
    ytd, from_ytd, trailing, base_effect
    margin, markup, ratio, incremental_margin
    share, concentration, hhi, rank
    Status: the code of every cell, with its meaning

Long tables, joined on the calendar:
    Panel: series by periods, built from a table or a file; roll up, recode, resample,
    select, merge, compare, report
    Measure: one measure of a panel; growth, ytd, trailing, share, rank, arithmetic
    growth_by, Rows: the same growth in the order of the rows, for a column of a frame
    Periods: consecutive periods, their labels and places

Published figures, as text, exact numbers, Figures and (low, high) columns alike:
    Figure, figures
    implied_base, implied_growth, implied_current, implied_increment, implied_ratio,
    implied_ratio_growth, implied_share, implied_remainder, implied_total,
    implied_period_growth
    audit, check: what facts say of each other (Facts, Audit, Finding)
    AUDIT_RULES, Claims, Operand: rules, and what one's own are made of

Targets:
    required_pace, required_outgrowth, share_path, run_rate

Explanations that add up, entry and exit apart:
    contributions, mix_rate, shift_share, price_volume, price_volume_mix, margin_bridge,
    lmdi, price_index, quantity_index, index_contributions

Data:
    datasets.names(), datasets.load(name)

The build:
    build_info, set_workers
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
