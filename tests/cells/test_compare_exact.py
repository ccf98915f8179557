"""Comparisons of panels see every exact revision."""

from decimal import Decimal

import numpy as np
import pytest

import evmarket as em

BIG = 2**62


def panel(*values):
    periods = [str(2024 + k) for k in range(len(values))]
    return em.Panel.from_arrays({"m": ["m"] * len(values)}, periods, {"u": [*values]})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((BIG, 5), (BIG + 1, 5)),
        ((BIG + 1, 5), (BIG, 5)),
        (
            (Decimal(2**60) + Decimal("0.01"), Decimal(0)),
            (Decimal(2**60) + Decimal("0.02"), Decimal(0)),
        ),
    ],
)
def test_a_revision_below_the_last_bit_of_a_double_is_seen(before, after):
    before, after = panel(*before), panel(*after)
    changed = before.compare(after)
    assert changed["what"].tolist() == ["revised"] and changed.same == 1
    step = after["u"].exact()[0, 0] - before["u"].exact()[0, 0]
    assert changed["rate"][0] == float(step / before["u"].exact()[0, 0])
    assert len(before.compare(after, rtol=1e-30)) == 1
    assert len(before.compare(after, rtol=1e-15)) == 0
    assert len(before.compare(before)) == 0 and before.compare(before).same == 2


def test_equal_sums_of_unlike_grains_are_the_same():
    whole, halves, cents = panel(3, 4), panel(3.0, 4.0), panel(Decimal(3), Decimal(4))
    for one in (whole, halves, cents):
        for two in (whole, halves, cents):
            assert len(one.compare(two)) == 0
    tenth, float_tenth = panel(Decimal("0.1"), Decimal(4)), panel(0.1, 4.0)
    changed = tenth.compare(float_tenth)
    assert changed["what"].tolist() == ["revised"]
    assert 0 < changed["rate"][0] < 1e-16
    np.testing.assert_array_equal(changed["before"], changed["after"])


def test_a_negative_base_has_no_rate():
    changed = panel(-BIG).compare(panel(-BIG + 1))
    assert len(changed) == 1 and np.isnan(changed["rate"][0])
