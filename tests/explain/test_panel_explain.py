"""Explanations of panels against the slow reference, arrays and totals."""

import copy
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em
from tests.explain import reference_panel_explain as reference
from tests.explain.twins import both
from tests.model.measures import part_of
from tests.model.panel import in_order
from tests.panel.panels import (
    JAN,
    SMALL,
    WIDE,
    Row,
    completes,
    dense_tables,
    every_kind_of_line,
    refused,
    row,
    series_of,
    tables,
)
from tests.reference import Status as Code

EPS = 2.0**-52
EVERY = every_kind_of_line()
COMPLETE = JAN + 27
LAGS = ["1Y", 1, "-1Y", 7]
WITHIN = [(), ("maker",), ("region",)]
NATURAL = st.sampled_from([None, 0, 1, 2, 3, 5, 8, 100])


def assert_found(got, expected, model, within, names, scale, of_items=()):
    """Compare every group, period and item with the reference.

    `scale` maps the reference of a group to the magnitude that errors are relative to.
    """
    part, keys = part_of(model.keys, within), model.series
    ordered = sorted({part(key) for key in keys}, key=in_order)
    groups = {key: n for n, key in enumerate(ordered)}
    series = {key: n for n, key in enumerate(keys)}
    for (group, i), found in expected.items():
        at, where = (groups[group], i), f"{group} {model.periods[i]}"
        assert Code(got.status[at]).name == found["status"], where
        bound = float(16 * EPS * scale(found))
        for name in ("total", *names):
            close(getattr(got, name)[at], found[name], bound, f"{where} {name}")
        for key in keys:
            if part(key) == group:
                mine = found["items"].get(key, {})
                for name in of_items:
                    value = getattr(got, name)[series[key], i]
                    close(value, mine.get(name), bound, f"{where} {key} {name}")


def close(value, exact, bound, where):
    if exact is None:
        assert np.isnan(value), f"{where}: {value}, expected none"
    else:
        off = abs(Fraction(float(value)) - exact)
        assert off <= bound, f"{where}: {value}, expected {float(exact)}"


def numbers_of(found):
    """One plus the magnitudes of the numbers of a group and of its items."""
    parts = [part for item in found["items"].values() for part in item.values()]
    own = [x for n, x in found.items() if n not in ("items", "status")]
    return 1 + sum(abs(x) for x in [*own, *parts] if x is not None)


# ---- against the reference -----------------------------------------------------------


def check_contributions(panel, slow, lag, within):
    got = panel.contributions("units", lag, within)
    expected = reference.contributions(slow, "units", lag, within)
    names = ("entry", "exit", "gap", "matched")
    assert_found(got, expected, slow, within, names, numbers_of, ("parts",))


def check_price_volume(panel, slow, lag, within, method):
    got = panel.price_volume("revenue", "units", lag, within, method)
    expected = reference.price_volume(slow, "revenue", "units", lag, within, method)
    names = ["price", "unit_value", "volume", "entry", "exit", "gap", "matched"]
    if method == "three-way":
        names.append("joint")
    else:
        assert got.joint is None
    for found in expected.values():
        found["unit_value"] = found["price"]
    assert_found(got, expected, slow, within, names, worths_of)


def worths_of(found):
    """Larger, because prices of one period multiply quantities of the other."""
    return 1000 * numbers_of(found)


def check_mix_rate(panel, slow, lag, within, method):
    got = panel.mix_rate("revenue", "units", lag, within, method)
    expected = reference.mix_rate(slow, "revenue", "units", lag, within, method)
    names, of_items = ("entry", "exit", "gap", "matched"), ["rate", "mix"]
    if method == "three-way":
        of_items.append("joint")
    assert_found(got, expected, slow, within, names, worths_of, of_items)


def check_bridge(panel, slow, lag, within):
    got = panel.margin_bridge("revenue", "cost", "units", lag, within)
    expected = reference.margin_bridge(slow, "revenue", "cost", "units", lag, within)
    names = (*reference.BRIDGE, "gap", "matched")
    assert_found(got, expected, slow, within, names, worths_of)


def check_index(panel, slow, lag, within, formula):
    got = panel.price_index("revenue", "units", lag, within, formula)
    expected = reference.price_index(slow, "revenue", "units", lag, within, formula)
    assert_found(got, expected, slow, within, ("matched_share",), worths_of)
    for (_, i), found in expected.items():
        if not within and found["status"] == "OK":
            assert got.matched[0, i] == found["matched"]
            assert got.dropped[0, i] == found["dropped"]


@pytest.mark.parametrize("within", WITHIN)
@pytest.mark.parametrize("lag", LAGS)
def test_every_kind_of_series(lag, within):
    for complete in (None, COMPLETE):
        two = both(EVERY, complete=complete)
        check_contributions(*two, lag, within)
        check_bridge(*two, lag, within)
        check_mix_rate(*two, lag, within, "symmetric")
        check_price_volume(*two, lag, within, "bennet")
        check_index(*two, lag, within, "fisher")


@st.composite
def twins(draw, cell=SMALL):
    """A panel and its model, under any rules of absence, of months or quarters."""
    rows = draw(tables(cell) | dense_tables(cell))
    absent = draw(st.sampled_from(["missing", "missing", "zero"]))
    exit_after = draw(st.sampled_from([1, 6, 12]))
    options = {"absent": absent, "exit_after": exit_after}
    two = both(rows, complete=draw(completes()), **options)
    if draw(st.integers(0, 2)) == 0:
        two = tuple(side.resample("Q") for side in two)
    return two


lags, groups = st.sampled_from(["1Y", 1, "-1Y", 7]), st.sampled_from(WITHIN)


@given(twins(), lags, groups)
@settings(max_examples=60)
def test_contributions(two, lag, within):
    check_contributions(*two, lag, within)


METHODS = ["bennet", "laspeyres", "paasche", "three-way"]


@given(twins(), lags, groups, st.sampled_from(METHODS))
@settings(max_examples=50)
def test_price_volume(two, lag, within, method):
    check_price_volume(*two, lag, within, method)


@given(
    twins(NATURAL),
    lags,
    groups,
    st.sampled_from(["symmetric", "three-way"]),
)
@settings(max_examples=50)
def test_mix_rate(two, lag, within, method):
    check_mix_rate(*two, lag, within, method)


@given(twins(NATURAL), lags, groups)
@settings(max_examples=50)
def test_margin_bridge(two, lag, within):
    check_bridge(*two, lag, within)


@given(
    twins(NATURAL),
    lags,
    groups,
    st.sampled_from(["laspeyres", "paasche", "fisher"]),
)
@settings(max_examples=50)
def test_price_index(two, lag, within, formula):
    check_index(*two, lag, within, formula)


@given(dense_tables(WIDE), completes(), lags, groups)
@settings(max_examples=40)
def test_parts_add_up_to_the_growth_of_the_totals(rows, complete, lag, within):
    panel, _ = both(rows, complete=complete)
    got = panel.contributions("units", lag, within)
    total = panel["units"].growth(lag, within=within)
    known = np.isfinite(got.total)
    np.testing.assert_array_equal(got.total[known], total.values[known])
    group = [series_of(total).index(part_of_panel(k, within)) for k in series_of(panel)]
    sums, sizes = np.zeros(got.total.shape), np.zeros(got.total.shape)
    parts = np.where(np.isnan(got.parts), 0, got.parts)
    np.add.at(sums, group, parts)
    np.add.at(sizes, group, np.abs(parts))
    rest = got.total - (sums + got.entry + got.exit + got.gap)
    sizes += np.abs(got.entry) + np.abs(got.exit) + np.abs(got.gap)
    # Items are rounded to doubles; the total grows from exact sums.
    assert (np.abs(rest) <= 1e-9 * sizes)[known].all()


def part_of_panel(key, within):
    return tuple(key[("maker", "region").index(name)] for name in within)


def test_the_difference_of_an_item_is_exact():
    rows = [row("A", 0, 1e15), row("A", 12, 1e15), row("A", 12, 1e-9)]
    got = both(rows)[0].contributions("units")
    assert got.total[0, 12] == got.parts[0, 12] == pytest.approx(1e-24, rel=1e-15)
    assert got.gap[0, 12] == got.residual[0, 12] == 0


# ---- against explanations of arrays --------------------------------------------------


def whole_panel():
    """Two years of four makers in two regions, with no value absent."""
    rng = np.random.default_rng(1)
    makers, regions, months = "ABCD", "NS", 24
    rows = [
        Row((m, r), JAN + t, dict(zip(("units", "revenue", "cost"), v, strict=True)))
        for m in makers
        for r in regions
        for t in range(months)
        for v in [rng.integers(1, 1000, 3).tolist()]
    ]
    return both(rows)[0]


def test_equal_to_explanations_of_arrays_if_no_value_is_absent():
    panel = whole_panel()
    u, r, c = (panel[name].values for name in ("units", "revenue", "cost"))
    t, b = 23, 11
    pairs = u[:, b], u[:, t]
    got, direct = panel.contributions("units"), em.contributions(*pairs)
    assert got.total[0, t] == direct.total
    np.testing.assert_array_equal(got.parts[:, t], direct.parts)
    assert got.entry[0, t] == got.exit[0, t] == got.gap[0, t] == 0
    assert got.matched[0, t] == 1 and abs(got.residual[0, t]) < 4 * EPS
    prices = r / u
    worth = prices[:, b], u[:, b], prices[:, t], u[:, t]
    direct = em.price_volume(*worth)
    got = panel.price_volume("revenue", "units")
    assert got.unit_value[0, t] == got.price[0, t] == direct.price
    assert got.volume[0, t] == direct.volume
    assert got.total[0, t] == r[:, t].sum() - r[:, b].sum()
    direct = em.mix_rate(u[:, b], prices[:, b], u[:, t], prices[:, t])
    got = panel.mix_rate("revenue", "units")
    np.testing.assert_array_equal(got.rate[:, t], direct.rate)
    np.testing.assert_array_equal(got.mix[:, t], direct.mix)
    sides = [x[:, k] for k in (b, t) for x in (r, c, u)]
    direct, got = (
        em.margin_bridge(*sides),
        panel.margin_bridge("revenue", "cost", "units"),
    )
    for name in ("price", "unit_cost", "mix", "entry", "exit", "other", "matched"):
        assert getattr(got, name)[0, t] == getattr(direct, name), name
    for formula in ("fisher", "tornqvist", "sato-vartia"):
        got = panel.price_index("revenue", "units", formula=formula)
        assert got.total[0, t] == em.price_index(*worth, formula=formula).total
        assert got.matched[0, t] == 8 and got.dropped[0, t] == 0
        assert got.matched_share[0, t] == 1


def test_a_group_has_the_result_of_its_own_panel():
    panel = whole_panel()
    got = panel.contributions("units", within="maker")
    assert got.groups["maker"].tolist() == list("ABCD")
    assert got.series.keys() == {"maker", "region"}
    for n, maker in enumerate("ABCD"):
        own = panel.select(maker=maker).contributions("units")
        np.testing.assert_array_equal(got.total[n], own.total[0])
        np.testing.assert_array_equal(got.parts[2 * n : 2 * n + 2], own.parts)


def test_shift_share_is_equal_to_that_of_arrays():
    panel = whole_panel()
    got = panel.shift_share("units", region="region", industry="maker")
    values = panel.rollup("region", "maker")["units"].values.reshape(2, 4, 24)
    direct = em.shift_share(values[..., 11], values[..., 23])
    for name in ("total", "national", "mix", "regional"):
        found = getattr(got, name)[:, 23].reshape(2, 4)
        np.testing.assert_array_equal(found, getattr(direct, name))
    assert got.gap[0, 23] == 0 and got.matched[0, 23] == 1
    assert got.status.shape == (1, 24) and got.status[0, 23] == 0


def test_shift_share_leaves_out_unreported_cells():
    rows = [row(m, t, u, region=r) for m, r, t, u in [
        ("A", "N", 0, 10), ("A", "S", 0, 20), ("B", "N", 0, 30), ("B", "S", 0, 40),
        ("A", "N", 12, 11), ("A", "S", 12, 26), ("B", "N", 12, 33), ("B", "S", 11, 7),
    ]]  # fmt: skip
    got = both(rows)[0].shift_share("units", "region", "maker")
    direct = em.shift_share([[10, 30], [20, 0]], [[11, 33], [26, 0]])
    for name in ("total", "national", "mix", "regional"):
        found = getattr(got, name)[:, 12]
        assert np.isnan(found[3])
        np.testing.assert_array_equal(found[:3], getattr(direct, name).ravel()[:3])
    assert got.gap[0, 12] == -40 and got.matched[0, 12] == 0.6


# ---- entry, exit, gap ----------------------------------------------------------------


def test_an_unreported_period_is_a_gap_not_an_exit():
    rows = [row("A", t, 100) for t in range(14)] + [row("B", t, 50) for t in range(13)]
    got = both(rows)[0].contributions("units")
    assert got.gap[0, 13] == -50 / 150 and got.exit[0, 13] == 0
    assert got.matched[0, 13] == 100 / 150
    late = both(rows, complete=JAN + 12)[0].contributions("units")
    assert Code(late.status[0, 13]) is Code.PARTIAL and np.isnan(late.gap[0, 13])


def holed_quarters():
    """A lacks a month of a quarter, whose other months count in the total."""
    rows = [row("A", t, 10, 100, 80) for t in range(24) if t != 14]
    rows += [row("B", t, 10, 100, 80) for t in range(24)]
    return both(rows)[0].resample("Q")


def test_an_item_without_a_whole_quarter_is_a_gap_beside_incomplete():
    panel = holed_quarters()
    got = panel.contributions("units")
    assert got.total[0, 4] == got.gap[0, 4] == -10 / 60
    assert got.matched[0, 4] == 0.5 and got.residual[0, 4] == 0
    assert Code(got.status[0, 4]) is Code.INCOMPLETE
    np.testing.assert_array_equal(got.parts[:, 4], [np.nan, 0])
    items = got.items("2023Q1")
    assert items["maker"].tolist() == ["A", "B"] and items["part"][0] == -10 / 60
    assert items["fate"].tolist() == ["gap", "both"] and np.isnan(items["current"][0])
    alone = panel.contributions("units", within="maker")
    assert Code(alone.status[0, 4]) is Code.INCOMPLETE and np.isnan(alone.total[0, 4])
    assert alone.total[1, 4] == 0


def test_the_other_explanations_of_a_holed_quarter():
    panel = holed_quarters()
    value = panel.price_volume("revenue", "units")
    bridge = panel.margin_bridge("revenue", "cost", "units")
    rate = panel.mix_rate("cost", "revenue")
    for got, total, gap in ((value, -100, -100), (bridge, 0, 0), (rate, 0, 0)):
        assert Code(got.status[0, 4]) is Code.INCOMPLETE
        assert got.total[0, 4] == total and got.gap[0, 4] == pytest.approx(gap)
        assert got.matched[0, 4] == 0.5
    assert value.items("2023Q1")["part"].tolist() == [-100, 0]
    shift = panel.shift_share("units", "region", "maker")
    assert Code(shift.status[0, 4]) is Code.INCOMPLETE
    assert shift.gap[0, 4] == -10 and shift.total[1, 4] == 0


def test_an_item_that_is_a_roll_up_of_late_members_takes_part():
    rows = [row("A", t, 30, region="N") for t in range(13)]
    rows += [row("B", t, 20, region="N") for t in range(12)]
    rows += [row("C", t, 50, region="S") for t in range(13)]
    got = both(rows)[0].rollup("region").contributions("units")
    np.testing.assert_array_equal(got.parts[:, 12], [-0.2, 0])
    assert got.total[0, 12] == -0.2 and got.gap[0, 12] == 0
    assert Code(got.status[0, 12]) is Code.INCOMPLETE
    apart = both(rows)[0].contributions("units")
    assert apart.gap[0, 12] == -0.2 and apart.total[0, 12] == -0.2


def test_the_quantity_of_a_late_member_marks_the_change_of_the_value():
    rows = [row("A", t, 10, 100) for t in (0, 12)] + [row("B", 0, 10, 100)]
    rows += [row("B", 12, None, 100)]
    got = both(rows)[0].price_volume("revenue", "units")
    assert got.total[0, 12] == got.gap[0, 12] == 0
    assert Code(got.status[0, 12]) is Code.INCOMPLETE


def test_revenue_without_cost_makes_the_group_unpaired():
    rows = [row("A", t, 10, 100, 80) for t in (0, 12)]
    rows += [row("B", 0, 10, 100, 80), row("B", 11, 10, 100, 80)]
    rows += [row("B", 12, 10, 100, None)]
    got = both(rows)[0].margin_bridge("revenue", "cost", "units")
    assert Code(got.status[0, 12]) is Code.UNPAIRED and np.isnan(got.total[0, 12])
    alone = both(rows)[0].margin_bridge("revenue", "cost", "units", within="maker")
    assert alone.total[0, 12] == 0 and Code(alone.status[1, 12]) is Code.UNPAIRED


def test_revenue_without_units_is_other_in_a_bridge_and_a_gap_in_value():
    rows = [row("A", t, 10, 100 + t, 80) for t in (0, 12)]
    rows += [row("B", t, None, 50 + t, 20) for t in (0, 12)]
    panel = both(rows)[0]
    bridge = panel.margin_bridge("revenue", "cost", "units")
    assert bridge.other[0, 12] != 0 and bridge.gap[0, 12] == 0
    value = panel.price_volume("revenue", "units")
    assert value.gap[0, 12] == 12
    assert value.unit_value[0, 12] == pytest.approx(12, rel=1e-14)
    assert value.matched[0, 12] == 100 / 150


def test_costs_without_rows_of_revenue_elsewhere_do_not_make_up_for_it():
    """Equal counts of the group do not pair the rows of different items."""
    rows = [row("A", 0, 1, 100, 80), row("A", 12, 1, 100, None)]
    rows += [row("B", 0, 1, 100, 80), row("B", 12, 1, None, 70)]
    got = both(rows)[0].margin_bridge("revenue", "cost", "units")
    assert Code(got.status[0, 12]) is Code.UNPAIRED and np.isnan(got.total[0, 12])


def test_an_item_of_unpaired_rows_has_no_rate_and_is_a_gap():
    rows = [row("A", 0, 10, 100), row("A", 12, 10, 100), row("A", 12, None, 20)]
    rows += [row("B", 0, 5, 20), row("B", 12, 5, 30), row("B", 12, 1, None)]
    rows += [row("C", t, 10, 50) for t in (0, 12)]
    got = both(rows)[0].mix_rate("revenue", "units")
    assert got.total[0, 12] == pytest.approx(200 / 26 - 170 / 25, abs=4 * EPS)
    assert got.gap[0, 12] == pytest.approx(got.total[0, 12], abs=4 * EPS)
    items = got.items("2023-01")
    assert by_name(items, "fate") == {"A": "gap", "B": "gap", "C": "both"}
    assert items["part"].sum() == pytest.approx(got.total[0, 12], abs=16 * EPS)


def by_name(table, name):
    return dict(zip(table["maker"].tolist(), table[name].tolist(), strict=True))


def test_a_segment_that_enters_or_exits_is_all_mix():
    rows = [row("A", 0, 10, 100), row("A", 12, 10, 110), row("B", 0, 5, 20)]
    rows += [row("C", 12, 5, 90)]
    got = both(rows, exit_after=1)[0].mix_rate("revenue", "units")
    direct = em.mix_rate([10, 5, 0], [10, 4, 9], [10, 0, 5], [11, 7, 18])
    assert got.rate[0, 12] == direct.rate[0] and direct.rate[1] == direct.rate[2] == 0
    assert got.entry[0, 12] == direct.mix[2] and got.exit[0, 12] == direct.mix[1]
    assert got.gap[0, 12] == 0


def test_total_revenue_that_is_not_positive_takes_the_denominator_statuses():
    rows = [row("A", 0, 10, 100, 80), row("A", 12, 10, 0, 80)]
    got = both(rows)[0].margin_bridge("revenue", "cost", "units")
    assert Code(got.status[0, 12]) is Code.ZERO_DENOMINATOR
    assert np.isnan(got.total[0, 12]) and np.isnan(got.price[0, 12])


def test_no_matched_items_and_one_item():
    swap = [row("A", 0, 4, 40, 30), row("B", 12, 5, 60, 40)]
    # A exits before B begins, so no item is in both periods.
    panel = both([*swap, row("B", 13, 5, 60, 40)], exit_after=1)[0]
    got = panel.price_volume("revenue", "units")
    assert Code(got.status[0, 12]) is Code.NO_MATCH
    assert (got.entry[0, 12], got.exit[0, 12], got.unit_value[0, 12]) == (60, -40, 0)
    bridge = panel.margin_bridge("revenue", "cost", "units")
    assert Code(bridge.status[0, 12]) is Code.NO_MATCH
    assert np.isnan(bridge.price[0, 12]) and np.isfinite(bridge.total[0, 12])
    assert Code(panel.price_index("revenue", "units").status[0, 12]) is Code.NO_MATCH
    one = both([row("A", 0, 4), row("A", 12, 6)])[0].contributions(
        "units", within="maker"
    )
    assert one.total[0, 12] == one.parts[0, 12] == 0.5


def test_a_base_total_of_zero_and_negative_quantities_are_flagged():
    rows = [row("A", 0, 5, 10), row("B", 0, -5, 10), row("A", 12, 1, 10)]
    panel = both(rows)[0]
    got = panel.contributions("units")
    assert Code(got.status[0, 12]) is Code.ZERO_BASE and np.isnan(got.gap[0, 12])
    rows = [row("A", 0, -5, 10), row("A", 12, 1, 10)]
    got = both(rows)[0].price_volume("revenue", "units")
    assert Code(got.status[0, 12]) is Code.NEGATIVE_DENOMINATOR
    assert got.total[0, 12] == 0 and np.isnan(got.volume[0, 12])


# ---- result objects ------------------------------------------------------------------


def explanations(panel):
    return [
        panel.contributions("units"),
        panel.mix_rate("revenue", "units"),
        panel.price_volume("revenue", "units"),
        panel.margin_bridge("revenue", "cost", "units"),
        panel.shift_share("units", "region", "maker"),
        panel.price_index("revenue", "units"),
    ]


def test_results_are_instances_of_the_classes_of_arrays():
    kinds = em.Contributions, em.MixRate, em.PriceVolume, em.MarginBridge
    found = explanations(whole_panel())
    for kind, got in zip((*kinds, em.ShiftShare, em.IndexNumber), found, strict=True):
        assert isinstance(got, kind) and len(got.periods) == 24
        for name, array in got.arrays().items():
            assert getattr(got, name) is array and not array.flags.writeable
            assert array.shape in ((1, 24), (8, 24)), name
        assert all(len(line) <= 80 for line in repr(got).splitlines()[1:])
        assert "known" in repr(got)
        with pytest.raises(AttributeError, match="total"):
            got.total = 0
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            _ = got.nothing
        for other in (pickle.loads(pickle.dumps(got)), copy.copy(got)):
            np.testing.assert_array_equal(other.total, got.total)
    assert found[2].method == "bennet" and found[5].method == "fisher"
    assert np.asarray(found[5]) is not None and found[5].total.shape == (1, 24)


def test_price_volume_prints_a_unit_value_not_a_price():
    got = whole_panel().price_volume("revenue", "units")
    assert "unit_value" in repr(got) and "price" not in repr(got)
    assert "unit_value" in got.to_table().columns
    assert "price" not in got.to_table().columns


def test_results_as_tables():
    panel = both(EVERY)[0]
    got = panel.contributions("units", within="region")
    table = got.to_table()
    assert table.columns[:5] == ("maker", "region", "period", "parts", "fate")
    series = {key: n for n, key in enumerate(series_of(panel))}
    place = {label: n for n, label in enumerate(panel.periods)}
    for k in range(0, len(table), 7):
        at = series[table["maker"][k], table["region"][k]], place[table["period"][k]]
        np.testing.assert_equal(table["parts"][k], got.parts[at])
        group = got.groups["region"].tolist().index(table["region"][k]), at[1]
        np.testing.assert_equal(table["total"][k], got.total[group])
        assert table["status"][k] == got.status[group]
        assert (table["fate"][k] == "both") == np.isfinite(table["parts"][k])
    pytest.importorskip("pandas")
    assert list(got.to_pandas().columns) == [*table.columns, "status_name"]
    frame = panel.margin_bridge("revenue", "cost", "units", within="maker").to_pandas()
    assert list(frame.columns[:3]) == ["maker", "period", "total"]


def test_selected_periods_use_bases_before_the_selection():
    panel = both(EVERY)[0]
    whole = panel.contributions("units")
    part = panel.select(periods=slice("2024-01", "2024-02")).contributions("units")
    assert list(part.periods) == ["2024-01", "2024-02"]
    np.testing.assert_array_equal(part.parts, whole.parts[:, 24:26])
    np.testing.assert_array_equal(part.total, whole.total[:, 24:26])


def test_workers_change_no_bit(workers):
    panel = whole_panel()
    one = explanations(panel)
    workers(3)
    for a, b in zip(one, explanations(panel), strict=True):
        for name, array in a.arrays().items():
            np.testing.assert_array_equal(array, getattr(b, name))


def test_dense_arrays_must_fit_in_memory(monkeypatch):
    monkeypatch.setattr("evmarket._explain.on_panel.DENSE_MOST", 100)
    got = whole_panel().contributions("units")
    assert got.total.shape == (1, 24)
    with pytest.raises(MemoryError, match=r"8 x 24 cells: take to_table\(\)"):
        _ = got.parts
    assert len(got.to_table()) and "parts" in repr(got)


def test_bad_arguments():
    panel = whole_panel()
    with refused(KeyError, "nobody", "units"):
        panel.contributions("nobody")
    with refused(KeyError, "within", "planet", "maker"):
        panel.contributions("units", within="planet")
    with refused(ValueError, "lag is 0"):
        panel.margin_bridge("revenue", "cost", "units", lag=0)
    with refused(ValueError, "formula", "fisher"):
        panel.price_index("revenue", "units", formula="carli")
    with refused(ValueError, "method", "bennet"):
        panel.price_volume("revenue", "units", method="best")
    with refused(KeyError, "industry", "model"):
        panel.shift_share("units", region="region", industry="model")
    with refused(ValueError, "each may be given once"):
        panel.shift_share("units", region="region", industry="region")
    kinds = {"units": "flow", "revenue": "stock", "cost": "stock"}
    mixed = both(EVERY[:1], kinds)[0]
    for explain in (mixed.price_volume, mixed.mix_rate):
        with refused(TypeError, "revenue is stock, units flow", "one kind"):
            explain("revenue", "units")
    totals = both(EVERY[:9], dict.fromkeys(kinds, "cumulative"))[0]
    with refused(TypeError, "cumulative", "years"):
        totals.margin_bridge("revenue", "cost", "units", lag="1M")
    with refused(TypeError, "cumulative", "years"):
        totals.contributions("units", lag=1)
    rates = both(EVERY[:1], {"units": "rate", "revenue": "flow", "cost": "flow"})[0]
    with refused(TypeError, "units", "rate"):
        rates.contributions("units")


# ---- measures that joined the panel --------------------------------------------------


def test_profit_is_explained_as_a_level():
    rows = [row("A", t, 1, 100 + 30 * t, 80 + 20 * t) for t in (0, 1)]
    rows += [row("B", t, 1, 50 + 10 * t, 45 + 15 * t) for t in (0, 1)]
    panel = both(rows)[0]
    panel = panel.assign(profit=panel["revenue"] - panel["cost"])
    got = panel.contributions("profit", 1)
    assert got.total[0, 1] == 5 / 25 and got.gap[0, 1] == 0
    np.testing.assert_array_equal(got.parts[:, 1], [10 / 25, -5 / 25])
    table = got.items("2022-02")
    assert table["maker"].tolist() == ["A", "B"]
    assert table["current"].tolist() == [30, 0]
    rate = panel.mix_rate("profit", "revenue", 1)
    assert rate.total[0, 1] == pytest.approx(30 / 190 - 25 / 150, abs=4 * EPS)
