"""The public names of evmarket: the one list of them, in the groups of its help.

`evmarket/__init__.py` reads this file for lazy loading, ``__all__``, ``dir()`` and
``help(evmarket)``. The comment after a name is its line in the help.
"""

# Growth of arrays
from ._arrays.growth import (
    growth as growth,  # rate of change from the value a lag before
    growth_between as growth_between,  # rate of change between two values or arrays
    log_growth as log_growth,  # logarithmic growth, which adds up over time
    annualized_growth as annualized_growth,  # growth over a lag, as a yearly rate
    cagr as cagr,  # compound yearly rate between two values
    mean_growth as mean_growth,  # mean yearly rate: level or accumulative method
    index as index,  # index numbers, 100 at the base
)
from ._arrays.sums import (
    ytd as ytd,  # year-to-date sums of single periods
    from_ytd as from_ytd,  # single periods from year-to-date sums
    trailing as trailing,  # sums over the last periods
)
from ._explain.base_effect import (
    base_effect as base_effect,  # change of a growth rate: momentum or base
    BaseEffect as BaseEffect,  # result of base_effect
)

# Margins and structure of arrays
from ._arrays.margin import (
    margin as margin,  # (revenue - cost) / revenue
    markup as markup,  # (revenue - cost) / cost
    ratio as ratio,  # numerator / denominator, such as a unit value
    incremental_margin as incremental_margin,  # change in profit per change in revenue
)
from ._arrays.structure import (
    share as share,  # shares of the total
    concentration as concentration,  # combined share of the k largest
    hhi as hhi,  # Herfindahl-Hirschman index
    rank as rank,  # ranks; 1 is the largest
)
from ._common.status import (
    Status as Status,  # status codes of cells, with their meaning
)
from ._common.warning import (
    EvmarketWarning as EvmarketWarning,  # a table may not be what it seems
)

# Files
from ._tables.read_table import (
    read_table as read_table,  # a file as a table: CSV, Excel, JSON, Parquet
)

# Long tables with a calendar
from ._panel.panel import (
    Panel as Panel,  # series by periods, built from a table or a file
)
from ._panel.measure import (
    Measure as Measure,  # one measure of a panel: growth, share, rank ...
)
from ._panel.rows import (
    growth_by as growth_by,  # growth per row of a long table
    Rows as Rows,  # the same for many columns: growth, trailing, ytd
)
from ._calendar.periods import (
    Periods as Periods,  # consecutive periods with their labels
)

# Published figures and audits
from ._figures.figure import (
    Figure as Figure,  # one figure with its rounding interval
    figures as figures,  # a column of texts as columns of numbers
)
from ._extract.extraction import (
    extract as extract,  # the figures of a running text
    Extraction as Extraction,  # what extract returns
)
from ._figures.implied import (
    implied_base as implied_base,  # base, from a level and its growth
    implied_growth as implied_growth,  # growth, from two levels
    implied_current as implied_current,  # current level, from a base and its growth
    implied_increment as implied_increment,  # increase, from a level and its growth
    implied_ratio as implied_ratio,  # ratio of two figures
    implied_ratio_growth as implied_ratio_growth,  # growth of a ratio, from two growths
    implied_share as implied_share,  # share of a part in a whole
    implied_remainder as implied_remainder,  # the rest of a whole
    implied_total as implied_total,  # growth of a sum, from levels and growths
    implied_period_growth as implied_period_growth,  # growth of the last period
)
from ._audit.audit import (
    check as check,  # does a level agree with its base and growth?
    audit as audit,  # do the figures of a table of facts agree?
)
from ._audit.facts import (
    Facts as Facts,  # a table of facts, read for an audit
)
from ._audit.audit import (
    Audit as Audit,  # the findings of an audit
)
from ._audit.findings import (
    Finding as Finding,  # one comparison: expected, printed, outcome
)
from ._audit.rules import (
    AUDIT_RULES as AUDIT_RULES,  # the rules of an audit, by name
)
from ._audit.claims import (
    Claims as Claims,  # result of an audit rule
)
from ._audit.levels import (
    Operand as Operand,  # figures or levels that a rule compares
)

# Explanations that add up
from ._explain.arrays import (
    contributions as contributions,  # growth of a total, by item
    mix_rate as mix_rate,  # change of a pooled rate: rates and mix
)
from ._explain.lmdi import (
    shift_share as shift_share,  # change of regions: nation, industry, region
)
from ._explain.arrays import (
    price_volume as price_volume,  # change of a value: price and volume
    price_volume_mix as price_volume_mix,  # change of a value: price, volume and mix
    margin_bridge as margin_bridge,  # change of a margin: price, unit cost, mix ...
)
from ._explain.lmdi import (
    lmdi as lmdi,  # change of a product, by factor
)
from ._explain.indices import (
    price_index as price_index,  # price index
    quantity_index as quantity_index,  # quantity index
    index_contributions as index_contributions,  # change of a Fisher index, by item
)
from ._explain.arrays import (
    Contributions as Contributions,  # result of contributions
    MixRate as MixRate,  # result of mix_rate
)
from ._explain.lmdi import (
    ShiftShare as ShiftShare,  # result of shift_share
)
from ._explain.arrays import (
    PriceVolume as PriceVolume,  # result of price_volume
    PriceVolumeMix as PriceVolumeMix,  # result of price_volume_mix
    MarginBridge as MarginBridge,  # result of margin_bridge
)
from ._explain.lmdi import (
    Lmdi as Lmdi,  # result of lmdi
)
from ._explain.indices import (
    IndexNumber as IndexNumber,  # result of price_index and quantity_index
)

# Targets
from ._figures.targets import (
    required_pace as required_pace,  # level needed in each remaining period
    required_outgrowth as required_outgrowth,  # growth needed above the market
    share_path as share_path,  # yearly shares on the way to a target
    run_rate as run_rate,  # estimate of the full year
)

# Data and build
from . import (
    datasets as datasets,  # shipped data: names(), load(name)
)
from ._common.build import (
    build_info as build_info,  # compiler, instruction set, versions, kept memory
    clear_cache as clear_cache,  # give kept memory back
)
from ._common.workers import (
    set_workers as set_workers,  # set the number of threads for large inputs
)
from ._core import (
    version as __version__,  # version of the package
)
