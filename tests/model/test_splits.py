"""A tenth of ``python -m tests.model.splits``."""

import pytest

from tests.model.splits import check


@pytest.mark.parametrize("seed", range(0, 100, 10))
def test_any_split_gives_the_bits_of_the_whole(seed):
    for k in range(10):
        check(seed + k)
