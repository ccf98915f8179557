"""Matched growth of all series has the bits of the growth of their total."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em

values = st.lists(
    st.integers(1, 9999).map(lambda n: n / 10), min_size=2, max_size=6
).filter(lambda v: len(v) % 2 == 0)


@given(values, st.sampled_from(["nm", "abs", "signed", "midpoint"]))
@settings(deadline=None, max_examples=200)
def test_matched_growth_of_all_series(numbers, policy):
    count = len(numbers) // 2
    table = {"m": [str(k) for k in range(count)] * 2, "u": numbers}
    table["y"] = ["2024"] * count + ["2025"] * count
    panel = em.Panel.from_table(table, "m", "y", "u")
    plain = panel["u"].growth("1Y", policy=policy, within=()).at("2025")
    matched = panel["u"].growth("1Y", policy=policy, within=(), matched=True)
    np.testing.assert_array_equal(matched.at("2025"), plain)
