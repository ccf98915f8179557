"""Settings shared by all tests."""

import pytest
from hypothesis import HealthCheck, settings

import evmarket as em

# Scripts that check their assertions when they are run, not under pytest.
collect_ignore = [
    "arrays/accuracy.py",
    "explain/accuracy_explain.py",
    "bench",
    "cli/tour.py",
]

settings.register_profile(
    "ci",
    derandomize=True,  # the same examples on every machine and in every run
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("ci")


@pytest.fixture
def workers():
    """`set_workers`; the number of workers is restored afterwards."""
    before = em.set_workers(1)
    yield em.set_workers
    em.set_workers(before)
