"""The guide to many machines: every recipe gives the bits of one process."""

import doctest
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import evmarket as em
from evmarket._cli.guides import guide
from tests.panel.panels import assert_same_panel

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def recipes(title):
    """The code below a heading."""
    section = guide("scale").split(f"\n## {title}\n")[1].split("\n## ")[0]
    return FENCE.findall(section)


@pytest.fixture
def whole(tmp_path):
    """The panel of nine files, which lie in the folder."""
    rng = random.Random(3)
    rows = [
        (
            rng.choice("ABC"),
            f"{rng.choice([2024, 2025])}-0{rng.randrange(1, 10)}",
            value,
        )
        for value in [0.1, 10**15, -(10**15), 0.3, 0.0007] * 60
    ]
    for k in range(9):
        lines = [f"{maker},{month},{units}\n" for maker, month, units in rows[k::9]]
        text = "maker,month,units\n" + "".join(lines)
        (tmp_path / f"sales-{k}.csv").write_text(text)
    makers, months, units = map(list, zip(*rows, strict=True))
    return em.Panel.from_arrays({"maker": makers}, months, {"units": units})


def run(code, folder):
    """Run a recipe as a script in the folder; the panel that it makes."""
    script = folder / "recipe.py"
    body = f"{code}\npanel.save('panel.npz')\n".replace("\n", "\n    ")
    script.write_text(f"if __name__ == '__main__':\n    {body}".rstrip(" "))
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return em.Panel.load(folder / "panel.npz")


def test_the_example_gives_the_output_shown():
    test = doctest.DocTestParser().get_doctest(
        FENCE.findall(guide("scale"))[0], {}, "scale", "scale", 0
    )
    runner = doctest.DocTestRunner(verbose=False)
    shown = []
    runner.run(test, out=shown.append)
    assert test.examples and runner.failures == 0, "".join(shown)


def test_recipes_are_short():
    for title in ("Spark", "Ray"):
        (code,) = recipes(title)
        assert len([line for line in code.splitlines() if line.strip()]) <= 18


def test_dask(tmp_path, whole):
    pytest.importorskip("dask.bag")
    first, second = recipes("Dask")
    panel = run(first, tmp_path)
    assert_same_panel(panel, whole.assume(complete_through="2025-06"))
    checks = """
panel = evmarket.dask.gather(bag, "units").compute()
assert len(growth) == 8
assert report.to_dict().keys() == panel.report("units", by="maker").to_dict().keys()
assert report["level"].tolist() == panel.report("units", by="maker")["level"].tolist()
"""
    assert_same_panel(run(second + checks, tmp_path), whole)


def test_spark(tmp_path, whole):
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    pytest.importorskip("pyspark")
    (code,) = recipes("Spark")
    assert_same_panel(run(code, tmp_path), whole)


def test_ray(tmp_path, whole):
    pytest.importorskip("ray")
    (code,) = recipes("Ray")
    assert_same_panel(run(code, tmp_path), whole)
