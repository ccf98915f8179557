"""The items of explanations of panels: who they are, and that their parts add up."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em
from tests.explain.twins import both
from tests.panel.panels import (
    dense_tables,
    every_kind_of_line,
    refused,
    row,
    tables,
)

EPS = 2.0**-52
EVERY = every_kind_of_line()
WITHIN = [(), ("maker",), ("region",), ("region", "maker")]
NATURAL = st.sampled_from([None, 0, 1, 2, 3, 5, 8, 100])
MARKET = {
    "keys": {"maker": ["A", "B", "A", "C"]},
    "period": ["2024", "2024", "2025", "2025"],
    "measures": {"units": [60, 40, 90, 5]},
}


def explained(panel, lag="1Y", within=()):
    """Every explanation, the bound of its sums, and its parts of each fate."""
    fates = ("entry", "exit", "gap")
    ways = [
        ("contributions", panel.contributions("units", lag, within), 4, fates),
        ("bridge", bridge_of(panel, lag, within), 64, ("gap",)),
    ]
    for method in ("symmetric", "three-way"):
        why = panel.mix_rate("revenue", "units", lag, within, method)
        ways.append((method, why, 64, fates))
    for method in ("bennet", "laspeyres", "paasche", "three-way"):
        why = panel.price_volume("revenue", "units", lag, within, method)
        ways.append((method, why, 8, fates))
    return ways


def bridge_of(panel, lag, within):
    return panel.margin_bridge("revenue", "cost", "units", lag, within)


def groups_of(why, table):
    """The row of `why.groups` of every row of the table."""
    names = [*zip(*(c.tolist() for c in why.groups.values()), strict=True)] or [()]
    columns = [table[key].tolist() for key in why.groups]
    rows = zip(*columns, strict=True) if columns else [()] * len(table)
    return [names.index(name) for name in rows]


def summed(values, where=slice(None)):
    chosen = values[where]
    return chosen[np.isfinite(chosen)].sum()


def check_sums(panel, lag, within, at):
    place = list(panel.periods).index(at)
    for name, why, times, fates in explained(panel, lag, within):
        table = why.items(at)
        group = np.array(groups_of(why, table), int)
        for g in range(len(why.total)):
            own = group == g
            part, fate, total = table["part"][own], table["fate"][own], why.total[g]
            if np.isnan(total[place]) or np.isnan(part).any():
                # Without a matched item a bridge has a total and no parts.
                assert np.isnan(total[place]) or why.status[g, place]
                continue
            size = sizes(table, own, name) + abs(total[place]) + 1
            bound = 4 * times * EPS * size
            where = f"{name} {g} {at}"
            assert abs(part.sum() - total[place]) <= bound, where
            for key, word in zip(fates, FATE_OF[-len(fates) :], strict=True):
                got = getattr(why, key)[g, place]
                if np.isnan(got):  # a negative quantity: only the change stands
                    continue
                assert abs(summed(part, fate == word) - got) <= bound, f"{where} {key}"


FATE_OF = ("entered", "exited", "gap")


def sizes(table, own, name):
    """How large the numbers are whose rounding the sums of parts may show."""
    columns = [c for c in table.columns if c not in ("maker", "region", "fate")]
    return sum(np.nansum(np.abs(table[c][own])) for c in columns)


@pytest.mark.parametrize("within", WITHIN)
@pytest.mark.parametrize("lag", ["1Y", 1, "-1Y"])
def test_parts_of_a_group_add_up_to_its_total(lag, within):
    panel = both(EVERY)[0]
    for at in ("2023-01", "2023-06", "2023-07", "2024-03", "2024-06"):
        check_sums(panel, lag, within, at)


periods = st.integers(0, 24).map(lambda k: f"{2022 + k // 12}-{k % 12 + 1:02}")


@given(
    tables(NATURAL) | dense_tables(NATURAL),
    st.sampled_from(["1Y", 1, 7]),
    st.sampled_from(WITHIN),
    periods,
)
@settings(max_examples=80)
def test_parts_add_up_on_random_tables(rows, lag, within, at):
    panel = both(rows)[0]
    if at in list(panel.periods):
        check_sums(panel, lag, within, at)


def random_accounts(rng, makers):
    """Two years of many makers, of which some come, some go, some lack units."""
    rows = []
    for k in range(makers):
        for year in (2022, 2023):
            if k % 7 == 1 + (year == 2022):
                continue
            revenue = float(rng.lognormal(5, 3))
            units = None if k % 5 == 0 else int(rng.integers(1, 10**6))
            cost = revenue * float(rng.uniform(0.3, 1.4))
            rows.append(account(f"m{k:03}", year, units, revenue, cost))
    return rows


def test_parts_add_up_within_the_stated_bounds():
    rng = np.random.default_rng(12)
    for makers in (5, 20, 400):
        panel = both(random_accounts(rng, makers), exit_after=1)[0]
        check_bounds(panel, "2023-01", 12)


def check_bounds(panel, label, place):
    worth = np.nansum(panel["revenue"].values[:, [0, place]])
    ratios = panel.rollup().ratio("cost", "revenue").values[0, [0, place]]
    highest = max(1.0, *ratios.tolist())
    growth = panel.contributions("revenue")
    whys = {"bridge": (bridge_of(panel, "1Y", ()), 16)}
    for method in ("symmetric", "three-way"):
        why = panel.mix_rate("cost", "revenue", method=method)
        whys[f"rate {method}"] = why, 16 * highest
    for method in ("bennet", "laspeyres", "paasche", "three-way"):
        why = panel.price_volume("revenue", "units", method=method)
        whys[f"value {method}"] = why, 8 * worth
    whys["growth"] = growth, 4 * math.fsum(abs(growth.items(label)["part"]))
    for name, (why, bound) in whys.items():
        rest = math.fsum([*why.items(label)["part"], -why.total[0, place]])
        assert abs(rest) <= EPS * bound, f"{name}: {rest / EPS} of {bound}"


def test_entrants_and_leavers_are_named_and_the_largest_comes_first():
    panel = em.Panel.from_arrays(**MARKET, exit_after=1)
    table = panel.contributions("units").items("2025")
    assert table.columns == ("maker", "base", "current", "part", "fate")
    assert table["maker"].tolist() == ["B", "A", "C"]
    assert table["fate"].tolist() == ["exited", "both", "entered"]
    np.testing.assert_array_equal(table["part"], [-0.4, 0.3, 0.05])
    np.testing.assert_array_equal(table["base"], [40, 60, np.nan])
    np.testing.assert_array_equal(table["current"], [np.nan, 90, 5])
    assert table.statuses["current"].tolist()[0] == em.Status.EXITED
    assert table.title == "units growth, 2025 on 2024"
    assert "total -5.00%" in repr(table) and "EXITED" in table._repr_html_()


def test_an_item_that_is_late_is_a_gap():
    rows = [row("A", t, 100) for t in range(14)] + [row("B", t, 50) for t in range(13)]
    table = both(rows)[0].contributions("units").items("2023-02")
    assert table["maker"].tolist() == ["B", "A"]
    assert table["fate"].tolist() == ["gap", "both"]
    np.testing.assert_array_equal(table["part"], [-50 / 150, 0])


def test_the_period_is_read_as_elsewhere():
    rows = [row("A", t, 100 + t) for t in range(14)]
    why = both(rows)[0].contributions("units")
    assert why.items().title == why.items("2023-02").title
    for at in (np.datetime64("2023-01"), "2023年1月", 202301):
        assert why.items(at).title == why.items("2023-01").title
    with refused(KeyError, "at", "2030-01"):
        why.items("2030-01")


def test_keys_of_groups_come_first():
    panel = both(EVERY)[0]
    table = panel.contributions("units", within="region").items("2024-03")
    assert table.columns[:2] == ("region", "maker")
    assert table["region"].tolist() == sorted(table["region"].tolist())
    for region in set(table["region"].tolist()):
        part = table["part"][table["region"] == region]
        assert (np.diff(np.abs(part)) <= 0).all()


def test_a_key_may_have_the_name_of_a_column():
    keys = {"part": ["A", "B"] * 2, "base": ["x"] * 4}
    years = ["2024", "2024", "2025", "2025"]
    panel = em.Panel.from_arrays(keys, years, {"units": [60, 40, 90, 10]})
    table = panel.contributions("units").items("2025")
    assert table.columns == ("part", "base", "base_", "current", "part_", "fate")
    np.testing.assert_array_equal(table["part_"], [0.3, -0.3])


# ---- several measures ----------------------------------------------------------------


def account(maker, year, units, revenue, cost):
    return row(maker, 12 * (year - 2022), units, revenue, cost)


ACCOUNTS = [
    account("A", 2022, 10, 100, 80), account("A", 2023, 11, 132, 99),
    account("B", 2022, 10, 50, 45), account("B", 2023, 12, 60, 48),
    account("C", 2023, 5, 40, 20),
    account("S", 2022, None, 30, 10), account("S", 2023, None, 40, 12),
]  # fmt: skip


def by_maker(table, name):
    return dict(zip(table["maker"].tolist(), table[name].tolist(), strict=True))


def test_price_and_volume_by_item():
    table = both(ACCOUNTS)[0].price_volume("revenue", "units").items("2023-01")
    assert table.columns[2:6] == (
        "revenue base",
        "revenue current",
        "units base",
        "units current",
    )
    assert by_maker(table, "part") == {"A": 32, "B": 10, "C": 40, "S": 10}
    assert by_maker(table, "unit_value")["A"] == pytest.approx(21)
    assert by_maker(table, "volume")["A"] == pytest.approx(11)
    assert np.isnan(by_maker(table, "volume")["C"])
    fates = {"A": "both", "B": "both", "C": "entered", "S": "gap"}
    assert by_maker(table, "fate") == fates


def test_mix_and_rate_by_item():
    panel = both(ACCOUNTS[:5])[0]
    why = panel.mix_rate("cost", "revenue")
    table = why.items("2023-01")
    assert by_maker(table, "rate")["C"] == 0, "a new segment is all mix"
    assert by_maker(table, "mix")["C"] == by_maker(table, "part")["C"]
    assert why.entry[0, 12] == pytest.approx(by_maker(table, "part")["C"], rel=1e-14)
    for name in ("rate", "mix"):
        own = [by_maker(table, name)[maker] for maker in "AB"]
        np.testing.assert_array_equal(getattr(why, name)[:2, 12], own)


def test_margin_bridge_by_item():
    why = both(ACCOUNTS)[0].margin_bridge("revenue", "cost", "units")
    table = why.items("2023-01")
    for name in ("price", "unit_cost", "mix"):
        group = getattr(why, name)[0, 12]
        assert summed(table[name]) == pytest.approx(group, abs=16 * EPS)
    parts = by_maker(table, "part")
    assert parts["C"] == pytest.approx(why.entry[0, 12], abs=16 * EPS)
    assert parts["S"] == pytest.approx(why.other[0, 12], abs=16 * EPS)
    assert sum(parts.values()) == pytest.approx(why.total[0, 12], abs=16 * EPS)


def test_the_price_of_one_item_is_its_own_effect_in_a_bridge():
    rows = [account("A", 2022, 10, 100, 80), account("A", 2023, 10, 110, 80)]
    table = both(rows)[0].margin_bridge("revenue", "cost", "units").items("2023-01")
    assert table["price"][0] == pytest.approx(30 / 110 - 0.2, abs=4 * EPS)
    assert table["unit_cost"][0] == table["mix"][0] == 0


def test_shift_share_by_item():
    rows = [row(m, t, u, region=r) for m, r, t, u in [
        ("A", "N", 0, 10), ("A", "S", 0, 20), ("B", "N", 0, 30), ("B", "S", 0, 40),
        ("A", "N", 12, 11), ("A", "S", 12, 26), ("B", "N", 12, 33), ("B", "S", 11, 7),
    ]]  # fmt: skip
    panel = both(rows)[0]
    why = panel.shift_share("units", "region", "maker")
    table = why.items("2023-01")
    assert table.columns[:2] == ("region", "maker")
    assert table.columns[4:] == ("national", "mix", "regional", "part", "fate")
    assert table["part"].tolist() == [-40, 6, 3, 1]
    assert table["fate"].tolist() == ["gap", "both", "both", "both"]
    for name in ("national", "mix", "regional"):
        own = np.sort(table[name][1:])
        np.testing.assert_array_equal(own, np.sort(getattr(why, name)[:3, 12]))
    assert table["part"].sum() == panel["units"].change(12).values[:, 12][:3].sum() - 40


@pytest.mark.parametrize(
    "formula", ["fisher", "laspeyres", "paasche", "tornqvist", "sato-vartia"]
)
def test_price_index_by_item(formula):
    why = both(ACCOUNTS)[0].price_index("revenue", "units", formula=formula)
    table = why.items("2023-01")
    assert table["part"].sum() == pytest.approx(why.total[0, 12] - 1, abs=32 * EPS)
    assert by_maker(table, "part")["C"] == by_maker(table, "part")["S"] == 0
    assert by_maker(table, "fate")["C"] == "entered"
    assert by_maker(table, "part")["B"] == pytest.approx(0, abs=4 * EPS)


def test_the_group_of_a_change_that_is_not_known_has_items_without_parts():
    rows = [row("A", 0, 5, 10), row("B", 0, -5, 10), row("A", 12, 1, 10)]
    table = both(rows)[0].contributions("units").items("2023-01")
    assert sorted(table["maker"].tolist()) == ["A", "B"]
    assert np.isnan(table["part"]).all() and "ZERO_BASE" in table.note


def test_no_items():
    rows = [row("A", 0, 5, 10), row("B", 2, 5, 10)]
    table = both(rows)[0].contributions("units", lag=1).items("2022-02")
    assert len(table) <= 1 and "fate" in table.columns
