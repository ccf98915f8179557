"""What holds of the model whatever the rows: commutation, parts and the whole."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model import Model
from tests.model import calendar as cal

KEYS = st.tuples(st.sampled_from("abc"), st.sampled_from("xy"))
VALUES = st.none() | st.integers(-3, 9)


@st.composite
def models(draw, kinds=("flow", "stock", "cumulative"), unique=True):
    kind = draw(st.sampled_from(kinds))
    cells = draw(
        st.lists(
            st.tuples(KEYS, st.integers(0, 15)),
            min_size=2,
            max_size=24,
            unique=unique or kind != "flow",
        )
    )
    month = cal.frequency("M")
    rows = [
        ({"m": m, "r": r}, cal.label(month, 640 + t), {"u": draw(VALUES)})
        for (m, r), t in cells
    ]
    options = {
        "keys": ["m", "r"],
        "kinds": {"u": kind},
        "freq": "M",
        "absent": draw(st.sampled_from(["missing", "zero"])),
        "nulls": draw(st.sampled_from(["reported", "absent"])),
        "exit_after": draw(st.sampled_from([None, 1, 3])),
        "complete_through": draw(st.sampled_from([None, "2024-02", "2024Q2"])),
    }
    return rows, options


def everything(model):
    return model["u"].results(), model["u"].counts(), model["u"].growth().results()


@settings(max_examples=25)
@given(models(), st.permutations(range(4)))
def test_the_order_of_calls_never_matters(made, order):
    rows, options = made
    model = Model(rows, **options)
    if not model.rows:
        return
    some = sorted({key[0] for key in (row.key for row in model.rows)})[:2]
    calls = [
        lambda m: m.select(m=some),
        lambda m: m.rollup("m"),
        lambda m: m.resample("Q"),
        lambda m: m.assume(exit_after=2).select(periods=slice("2023", None)),
    ]
    straight, mixed = model, model
    for call in calls:
        straight = call(straight)
    for place in order:
        mixed = calls[place](mixed)
    assert everything(mixed) == everything(straight)


@settings(max_examples=25)
@given(models(), st.permutations(range(3)))
def test_recode_commutes_with_what_it_does_not_name(made, order):
    rows, options = made
    model = Model(rows, **options)
    if len({row.key[1] for row in model.rows}) < 2:
        return
    some = sorted({row.key[0] for row in model.rows})[:2]
    calls = [
        lambda m: m.select(m=some),
        lambda m: m.recode("r", {"x": "z", "y": "z"}),
        lambda m: m.resample("Y"),
    ]
    straight, mixed = model, model
    for place, call in zip(order, calls, strict=True):
        straight, mixed = call(straight), calls[place](mixed)
    assert everything(mixed) == everything(straight)


@settings(max_examples=25)
@given(models(unique=False), st.integers(0, 24), st.randoms(use_true_random=False))
def test_parts_merged_are_the_whole(made, cut, random):
    rows, options = made
    if options["kinds"]["u"] == "flow":
        random.shuffle(rows)
    parts = Model(rows[:cut], **options), Model(rows[cut:], **options)
    whole = Model(rows, **options)
    if whole.rows:
        assert everything(parts[0].merge(parts[1])) == everything(whole)


@settings(max_examples=25)
@given(models(kinds=["flow"]))
def test_explanations_add_up_and_a_flat_market_does_not_grow(made):
    rows, options = made
    model = Model(rows, **options)
    if not model.rows:
        return
    found = model.contributions("u", "1Q")
    for (group, place), total in found["total"].items():
        if total is not None:
            parts = [v for (_, p), v in found["parts"].items() if p == place]
            sides = [found[side][group, place] for side in ("entry", "exit", "gap")]
            assert sum([v for v in parts if v is not None] + sides) == total
    flat = [(key, period, {"u": 1}) for key, period, _ in rows]
    grown = Model(flat, **options)["u"].growth("1M").results().values()
    assert {value for value, _ in grown} <= {None, Fraction(0), Fraction(-1)}


@settings(max_examples=25)
@given(models(kinds=["flow", "stock", "cumulative"]))
def test_a_rollup_is_built_from_its_rows(made):
    """Ruling 4: of values, without absent="zero"; a number may be marked."""
    rows, options = made
    options = {**options, "absent": "missing", "exit_after": 99}
    model = Model(rows, **options)
    if not model.rows:
        return
    bare = [({"r": key["r"]}, period, one) for key, period, one in rows]
    direct = Model(bare, **{**options, "keys": ["r"], "duplicates": "add"})
    got, want = model.rollup("r")["u"].results(), direct["u"].results()
    assert {k: v for k, (v, _) in got.items()} == {k: v for k, (v, _) in want.items()}
