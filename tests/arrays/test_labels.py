"""Pandas objects given together must have the same labels; others pair by place."""

import numpy as np
import pytest

import evmarket as em

pd = pytest.importorskip("pandas")


def frame_of(column):
    return column.to_frame() if isinstance(column, pd.Series) else [column]


TWO = {
    "growth_between": em.growth_between,
    "margin": em.margin,
    "markup": em.markup,
    "ratio": em.ratio,
    "incremental_margin": em.incremental_margin,
    "cagr": lambda a, b: em.cagr(a, b, 3),
    "cagr years": lambda a, b: em.cagr(5, a, b),
    "contributions": em.contributions,
    "mix_rate": lambda a, b: em.mix_rate(a, [0.5, 0.2, 0.1], b, [0.1, 0.2, 0.3]),
    "price_volume": lambda a, b: em.price_volume(a, [1, 2, 3], [4, 5, 6], b),
    "price_volume_mix": lambda a, b: em.price_volume_mix([1, 2, 3], a, b, [4, 5, 6]),
    "margin_bridge": lambda a, b: em.margin_bridge(*[[9, 8, 7]] * 3, a, b, [1, 2, 3]),
    "price_index": lambda a, b: em.price_index(a, b, [1, 2, 3], [4, 5, 6]),
    "quantity_index": lambda a, b: em.quantity_index(a, [1, 2, 3], b, [4, 5, 6]),
    "index_contributions": lambda a, b: em.index_contributions(
        a, [1, 2, 3], [4, 5, 6], b
    ),
    "required_pace": lambda a, b: em.required_pace(a, b, 2),
    "required_pace remaining": lambda a, b: em.required_pace(100, a, b),
    "required_outgrowth": lambda a, b: em.required_outgrowth(a / 10, b / 10, 3),
    "share_path": lambda a, b: em.share_path(a / 10, b / 10, 2),
    "implied_base": em.implied_base,
    "implied_growth": em.implied_growth,
    "implied_ratio": em.implied_ratio,
}
ROWS = {
    "growth_by values": lambda a, b: em.growth_by(a, b, [2024] * 3, freq="Y"),
    "growth_by list": lambda a, b: em.growth_by(a, [b, [1] * 3], [2024] * 3, freq="Y"),
    "growth_by period": lambda a, b: em.growth_by([1, 2, 3], a, b + 2000, freq="Y"),
    "growth_by pair": lambda a, b: em.growth_by(
        [1, 2, 3], [1, 2, 3], (a + 2000, b), freq="M"
    ),
    "Rows.growth": lambda a, b: em.Rows(a, [2024] * 3, "Y").growth(b),
    "Rows.trailing": lambda a, b: em.Rows([1, 2, 3], a + 2000, "Y").trailing(b, 1),
    "Rows.ytd": lambda a, b: em.Rows(frame_of(a), [2024] * 3, "Y").ytd(b),
}  # fmt: skip
FRAMES = {
    "growth_between": em.growth_between,
    "incremental_margin": lambda a, b: em.incremental_margin(a, b, axis=0),
    "contributions": lambda a, b: em.contributions(a, b, axis=0),
    "lmdi": em.lmdi,
    "shift_share": em.shift_share,
}


def series(values, index):
    return pd.Series(values, index=index)


@pytest.mark.parametrize("name", [*TWO, *ROWS])
def test_other_labels_are_refused(name):
    call = {**TWO, **ROWS}[name]
    one = series(np.arange(1, 4, dtype=float if name in TWO else int), list("abc"))
    other = one[["a", "c", "b"]]
    with pytest.raises(ValueError, match="position 1") as caught:
        call(one, other)
    for word in ("'b'", "'c'", "reindex", ".to_numpy()"):
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match=r"3 labels|2 labels|2 rows|2 parts|shape"):
        call(one, one[:2])
    # By label, by place, and beside what has no labels.
    call(one, other.reindex(one.index))
    call(one, other.to_numpy())
    call(one.to_numpy(), other)
    call(one.rename("x"), series(one.to_numpy(), pd.Index(list("abc"), name="y")))


@pytest.mark.parametrize("name", FRAMES)
def test_frames_must_have_the_same_rows_and_columns(name):
    call = FRAMES[name]
    frame = pd.DataFrame({"x": [1.0, 2, 3], "y": [4.0, 5, 6]}, index=[10, 20, 30])
    call(frame, frame * 2)
    call(frame, frame.to_numpy() * 2)
    with pytest.raises(ValueError, match=r"columns.*x0|columns.*base|columns.*revenue"):
        call(frame, frame[["y", "x"]])
    with pytest.raises(ValueError, match="position 0"):
        call(frame, frame[::-1])


def test_a_series_beside_a_frame_meets_its_columns():
    # As the arrays broadcast: along the last axis.
    frame = pd.DataFrame({"x": [1.0, 2, 3], "y": [4.0, 5, 6]})
    bases = series([2.0, 4.0], ["x", "y"])
    got = em.growth_between(bases, frame)
    np.testing.assert_array_equal(got, [[-0.5, 0], [0, 0.25], [0.5, 0.5]])
    with pytest.raises(ValueError, match="reindex"):
        em.growth_between(bases[::-1], frame)


def test_labels_that_only_differ_in_dtype_are_equal():
    whole, real = series([1, 2], [1, 2]), series([2, 3], [1.0, 2.0])
    assert em.growth_between(whole, real).tolist() == [1, 0.5]
    kinds = pd.CategoricalIndex(["a", "b"])
    assert em.ratio(series([1, 2], ["a", "b"]), series([2, 4], kinds)).tolist() == [
        0.5,
        0.5,
    ]
    holes = (
        series([1, 2], ["a", None]),
        series([2, 2], pd.Index(["a", np.nan], dtype=object)),
    )
    assert em.ratio(*holes).tolist() == [0.5, 1]


def test_labels_are_compared_in_every_pair():
    a, b = series([1.0, 2], [0, 1]), series([1.0, 2], [1, 0])
    with pytest.raises(ValueError, match="years has 1 at position 0"):
        em.cagr(a, [3, 4], b)
    rows = em.Rows(["k", "k"], ["2024", "2025"])
    assert rows.growth(a).tolist()[1] == rows.growth(b).tolist()[1] == 1


def test_an_index_has_no_labels():
    index = pd.Index([1.0, 2.0])
    assert em.ratio(index, series([2, 4], ["a", "b"])).tolist() == [0.5, 0.5]
    when = pd.PeriodIndex(["2024", "2025"], freq="Y")
    got = em.growth_by(series([1, 2], [5, 6]), ["k", "k"], when)
    assert got[1] == 1
