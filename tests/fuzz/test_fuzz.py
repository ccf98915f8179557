"""The harnesses of fuzzing over their seeds, with any compiler, and over some changes.

`python -m tests.fuzz` runs them for longer. Findings are among the seeds.
"""

import os
import random
import shutil
import subprocess

import pytest

from tests.fuzz import mutate, panels, tables
from tests.fuzz.harness import IN_C, IN_PYTHON, build, write_seeds
from tests.fuzz.seeds import SEEDS

COMPILER = shutil.which(os.environ.get("CC", "cc"))


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    return build(COMPILER, tmp_path_factory.mktemp("fuzz"), libfuzzer=False)


@pytest.mark.skipif(COMPILER is None, reason="no C compiler here")
@pytest.mark.parametrize("name", IN_C)
def test_seeds(name, programs, tmp_path):
    paths = write_seeds(name, tmp_path)
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1", "LD_PRELOAD": ""}
    done = subprocess.run(
        [programs[name], *paths], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert len(done.stderr.splitlines()) == len(paths) == len(SEEDS[name])


def test_every_harness_has_seeds():
    assert set(SEEDS) == set(IN_C)
    assert all(SEEDS.values())


@pytest.mark.parametrize("name", IN_PYTHON)
def test_changed_inputs(name):
    done, failed = mutate.run(name, seconds=1e9, count=150, seed=7)
    assert done == 150 and failed == 0


def test_a_change_is_repeated_by_its_seed():
    data = panels.seeds()[0]
    once, again = (mutate.changed(data, random.Random("x")) for _ in range(2))
    assert once == again != data


def test_an_input_that_fails_is_named(monkeypatch, capsys):
    def fails(data, rng):
        raise AssertionError("as wanted")

    monkeypatch.setattr(tables, "one", fails)
    assert mutate.run("tables", seconds=1e9, count=2, seed=3, first=5) == (2, 2)
    assert "tables: --seed 3 --first 6 --count 1" in capsys.readouterr().out
