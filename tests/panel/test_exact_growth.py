"""Growth of levels that doubles cannot tell apart; pandas columns of unlike labels."""

from decimal import Decimal

import pytest

import evmarket as em


def growth_of(values, policy="nm"):
    keys = {"maker": ["A"] * len(values)}
    years = [str(2024 + k) for k in range(len(values))]
    panel = em.Panel.from_arrays(keys, years, {"units": values})
    return panel["units"].growth("1Y", policy=policy).values[0, 1]


@pytest.mark.parametrize("policy", ["nm", "abs", "signed", "midpoint"])
def test_integers_beyond_doubles_are_subtracted_first(policy):
    assert growth_of([2**62, 2**62 + 1], policy) == 2.0**-62
    assert growth_of([2**53 + 1, 2**53 + 2], policy) == pytest.approx(2.0**-53, 1e-15)


def test_decimals_are_subtracted_first():
    pytest.importorskip("pyarrow")
    assert growth_of([Decimal("1.1"), Decimal("1.2")]) == 0.1 / 1.1
    assert growth_of([Decimal("100.1"), Decimal("100.2")]) == 0.1 / 100.1


def test_sums_of_floats_are_subtracted_first():
    keys = {"maker": ["A"] * 4}
    years = ["2024", "2024", "2025", "2025"]
    panel = em.Panel.from_arrays(
        keys, years, {"x": [1e16, 1.0, 1e16, 3.0]}, duplicates="add"
    )
    assert panel["x"].growth("1Y").values[0, 1] == 2 / 1e16


def test_from_arrays_never_pairs_unlike_labels():
    pd = pytest.importorskip("pandas")
    makers = pd.Series(["A", "B"], index=[0, 1])
    units = pd.Series([1, 2], index=[1, 0])
    with pytest.raises(ValueError, match="reindex"):
        em.Panel.from_arrays({"maker": makers}, ["2024", "2024"], {"units": units})
