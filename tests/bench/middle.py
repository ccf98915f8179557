"""Benchmarks D and E: small and middle tables, and what is asked of their panels.

Run ``python -m tests.bench.middle`` on an idle machine. D is the whole query of 1,000
to 1,000,000 rows: sums by maker and month, growth on the year, margin, both as dense
tables of makers by months. E times the methods of the panels, and a report against the
same lines in polars and in SQL. Each package starts from a table of its own kind.
Results are compared before a ratio is printed. Amounts are multiples of 0.25, so that
sums do not depend on their order.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np

from tests.bench.timing import machine, minima, peer, same, table, versions

FIRST, MONTHS = np.datetime64("2020-01"), 60
SIZES = {1_000: 20, 10_000: 100, 100_000: 500, 1_000_000: 5_000}
"""Rows, and the makers among them."""


def sales(rows, makers):
    """A pandas frame: maker, date, units, revenue, cost."""
    import pandas as pd

    rng = np.random.default_rng(0)
    maker = rng.integers(0, makers, rows)
    dates = FIRST + rng.integers(0, MONTHS, rows)
    maker[:makers], dates[:2] = np.arange(makers), [FIRST, FIRST + MONTHS - 1]
    names = np.array([f"maker {k:04d}" for k in range(makers)], dtype=object)
    return pd.DataFrame(
        {
            "maker": pd.array(names[maker], dtype="str"),
            "date": dates.astype("M8[D]").astype("M8[s]"),
            "units": rng.integers(1, 1_000, rows),
            "revenue": rng.integers(1, 10**6, rows) * 0.25,
            "cost": rng.integers(1, 10**6, rows) * 0.25,
        }
    )


# ---- D: the whole query --------------------------------------------------------------


def by_evmarket(data, **options):
    import evmarket as em

    panel = em.Panel.from_table(
        data, "maker", "date", ["units", "revenue", "cost"], freq="M", **options
    )
    growth, margin = panel["units"].growth("1Y"), panel.margin("revenue", "cost")
    return growth.values, margin.values


def by_polars(frame):
    import polars as pl

    month = pl.col("date").dt.truncate("1mo").alias("month")
    cells = (
        frame.lazy()
        .group_by("maker", month)
        .agg(pl.col("units").sum(), pl.col("revenue").sum(), pl.col("cost").sum())
    )
    before = cells.select(
        "maker",
        pl.col("month").dt.offset_by("1y"),
        pl.col("units").cast(pl.Float64).alias("base"),
    )
    done = (
        cells.join(before, on=["maker", "month"], how="left")
        .select(
            "maker",
            "month",
            growth=(pl.col("units") - pl.col("base")) / pl.col("base"),
            margin=(pl.col("revenue") - pl.col("cost")) / pl.col("revenue"),
        )
        .sort("maker", "month")
        .collect()
    )
    wide = (
        done.pivot("month", index="maker", values=name).drop("maker")
        for name in ("growth", "margin")
    )
    return tuple(one.select(sorted(one.columns)).to_numpy() for one in wide)


def by_pandas(frame):
    month = frame["date"].to_numpy().astype("M8[M]").astype(np.int64)
    cells = frame.groupby(["maker", month], sort=True)[["units", "revenue", "cost"]]
    # One row a maker, one column a month: the column twelve to the left is the base.
    wide = cells.sum().unstack()
    units = wide["units"]
    every = range(units.columns[0], units.columns[-1] + 1)
    units = units.reindex(columns=every)
    base = units.shift(12, axis=1)
    growth = (units - base) / base
    margin = ((wide["revenue"] - wide["cost"]) / wide["revenue"]).reindex(columns=every)
    return growth.values, margin.values


def whole_query(rows, makers, rounds):
    import pyarrow as pa

    frame = sales(rows, makers)
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    calls = {
        "evmarket, Arrow table": lambda: by_evmarket(arrow),
        "evmarket, Arrow, 1 worker": lambda: by_evmarket(arrow, workers=1),
        "evmarket, pandas frame": lambda: by_evmarket(frame),
        "pandas": lambda: by_pandas(frame),
    }
    if peer("polars"):
        import polars as pl

        own = pl.from_arrow(arrow)
        calls["polars"] = lambda: by_polars(own)
        calls["evmarket, polars frame"] = lambda: by_evmarket(own)
    expected = by_evmarket(arrow)
    for name, call in calls.items():
        for ours, theirs in zip(expected, call(), strict=True):
            assert same(ours, theirs, rtol=1e-12), name
    best = minima(calls, rounds)
    table(f"D, {rows:,} rows, {makers:,} makers", best, "polars", next(iter(calls)))


# ---- E: what is asked of a panel -----------------------------------------------------

SHOWN = 10
"""Makers that a report lists by name."""
COLUMNS = ("level", "mom", "yoy", "ytd", "ytd_yoy", "share", "share_change")


def report_of_evmarket(panel):
    return panel.report("units", by="maker", top=SHOWN)


def report_of_polars(frame, last):
    """The makers that sold most in the last month, the others and the total."""
    import polars as pl

    def sold(first, stop):
        first, stop = (month.astype("M8[D]").item() for month in (first, stop))
        inside = (pl.col("date") >= first) & (pl.col("date") < stop)
        return pl.when(inside).then("units").otherwise(0).sum()

    year = last.astype("M8[Y]").astype("M8[M]")
    one = (
        frame.lazy()
        .filter(pl.col("date") >= (year - 12).astype("M8[D]").item())
        .group_by("maker")
        .agg(
            level=sold(last, last + 1),
            month_before=sold(last - 1, last),
            year_before=sold(last - 12, last - 11),
            ytd=sold(year, last + 1),
            ytd_before=sold(year - 12, last - 11),
        )
        .sort("level", "maker", descending=[True, False])
        .collect()
    )
    named = {"others": one.slice(SHOWN), "total": one}
    sums = [
        part.drop("maker").sum().insert_column(0, pl.Series("maker", [name]))
        for name, part in named.items()
    ]
    lines = pl.concat([one.head(SHOWN), *sums])
    whole, whole_before = sums[1]["level"][0], sums[1]["year_before"][0]

    def rate(name, base):
        return pl.when(pl.col(base) > 0).then(pl.col(name) / pl.col(base) - 1)

    share = pl.col("level") / whole
    return lines.with_columns(
        mom=rate("level", "month_before"),
        yoy=rate("level", "year_before"),
        ytd_yoy=rate("ytd", "ytd_before"),
        share=share,
        share_change=share - pl.col("year_before") / whole_before,
    )


REPORT_SQL = """
with one as (
    select maker,
        coalesce(sum(units) filter (date >= $last), 0) as level,
        coalesce(sum(units) filter (date >= $last - interval 1 month
            and date < $last), 0) as month_before,
        coalesce(sum(units) filter (date >= $last - interval 12 month
            and date < $last - interval 11 month), 0) as year_before,
        coalesce(sum(units) filter (date >= date_trunc('year', $last)), 0) as ytd,
        coalesce(sum(units) filter (date < $last - interval 11 month), 0) as ytd_before
    from sales where date >= date_trunc('year', $last) - interval 1 year
    group by maker),
ranked as (
    select *, row_number() over (order by level desc, maker) as rank from one),
lines as (
    select maker, level, month_before, year_before, ytd, ytd_before
    from ranked where rank <= 10
    union all
    select 'others', sum(level), sum(month_before), sum(year_before), sum(ytd),
        sum(ytd_before)
    from ranked where rank > 10
    union all
    select 'total', sum(level), sum(month_before), sum(year_before), sum(ytd),
        sum(ytd_before)
    from ranked),
whole as (select level, year_before from lines where maker = 'total')
select lines.maker, lines.level,
    lines.level / nullif(lines.month_before, 0) - 1 as mom,
    lines.level / nullif(lines.year_before, 0) - 1 as yoy,
    lines.ytd, lines.ytd / nullif(lines.ytd_before, 0) - 1 as ytd_yoy,
    lines.level / whole.level as share,
    lines.level / whole.level - lines.year_before / whole.year_before as share_change
from lines, whole
"""


def report_of_duckdb(data, last):
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.register("sales", data)
    first = last.astype("M8[D]").item()
    return connection.execute(REPORT_SQL, {"last": first}).to_arrow_table()


def report_against_peers(rows, makers, rounds):
    """The report from rows, panel and all, against the same lines in other packages."""
    import pyarrow as pa

    import evmarket as em

    arrow = pa.Table.from_pandas(sales(rows, makers), preserve_index=False)
    last = FIRST + MONTHS - 1

    def ours():
        panel = em.Panel.from_table(
            arrow, "maker", "date", ["units"], freq="M", absent="zero"
        )
        return report_of_evmarket(panel)

    calls = {"evmarket": ours}
    if peer("polars"):
        import polars as pl

        own = pl.from_arrow(arrow)
        calls["polars"] = lambda: report_of_polars(own, last)
    if peer("duckdb"):
        calls["duckdb"] = lambda: report_of_duckdb(arrow, last)
    expected = lines_of(ours().to_dict())
    for name, call in list(calls.items())[1:]:
        found = call()
        columns = (
            found.to_dict(as_series=False) if name == "polars" else found.to_pydict()
        )
        found = lines_of(columns)
        assert expected.keys() == found.keys(), name
        for maker, numbers in expected.items():
            assert same(numbers, found[maker], rtol=1e-9, atol=1e-12), (name, maker)
    best = minima(calls, rounds)
    table(f"E, report from {rows:,} rows", best, "polars", "evmarket")


def lines_of(columns):
    """The numbers of each line of a report."""
    lines = zip(*(columns[name] for name in COLUMNS), strict=True)
    return {
        maker: [np.nan if number is None else float(number) for number in line]
        for maker, line in zip(columns["maker"], lines, strict=True)
    }


def methods(rows, makers, rounds):
    """The methods of a panel, beside the time of its build."""
    import pyarrow as pa

    import evmarket as em

    arrow = pa.Table.from_pandas(sales(rows, makers), preserve_index=False)

    def build():
        names = ["units", "revenue", "cost"]
        return em.Panel.from_table(arrow, "maker", "date", names, freq="M")

    def read(measure):  # what is put off until it is read is timed, too
        return measure._data.cells.values

    def fresh():  # the same cells, of which nothing was asked before
        return em.Panel(panel._data.seen(panel._data.view))

    panel = build()
    units = panel["units"]
    calls = {
        "build": build,
        "growth": lambda: units.growth("1Y"),
        "margin": lambda: panel.margin("revenue", "cost"),
        "rollup to the total, integers": lambda: read(fresh().rollup()["units"]),
        "rollup to the total, floats": lambda: read(fresh().rollup()["revenue"]),
        "share": lambda: read(fresh()["units"].share()),
        "resample to quarters": lambda: read(fresh().resample("Q")["units"]),
        "ytd": lambda: read(units.ytd()),
        "trailing 12M": lambda: read(units.trailing("12M")),
        "report, top 10": lambda: report_of_evmarket(fresh()),
        "contributions": lambda: fresh().contributions("units"),
        "margin bridge": lambda: fresh().margin_bridge("revenue", "cost", "units"),
        "to_pandas": lambda: panel.to_pandas(),
    }
    best = minima(calls, rounds)
    cells = len(units._data.cells.values)
    title = f"E, panel of {rows:,} rows, {cells:,} cells (x: of the build)"
    table(title, best, "build", "build")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="times per call")
    parser.add_argument("--only", choices=["D", "E"], help="run one benchmark")
    options = parser.parse_args()
    print(machine())
    print(versions("numpy", "pandas", "polars", "duckdb", "pyarrow"))
    with warnings.catch_warnings():
        # Of 1,000 rows some repeat another one by chance.
        warnings.simplefilter("ignore")
        for rows, makers in SIZES.items():
            rounds = options.rounds if rows >= 10**6 else 5 * options.rounds
            if options.only != "E":
                whole_query(rows, makers, rounds)
            if options.only != "D":
                methods(rows, makers, rounds)
                report_against_peers(rows, makers, rounds)


if __name__ == "__main__":
    main()
