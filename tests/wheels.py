"""Installs the wheel on every Python that is here and tests it there.

    python -m tests.wheels WHEEL SDIST

Each Python of OLDEST gets the wheel twice: with the oldest NumPy that it takes and with
the newest. A free-threaded Python has no limited API, so it first builds a wheel of its
own from the sdist. Prints a
table and a line of counts; a Python that is not installed is counted as not available.
Interpreters are looked for on the path and below ~/.pyenv.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.platforms import ROOT, print_table

# The first NumPy with wheels for each Python, not older than what evmarket takes.
OLDEST = {
    "3.11": "1.23.2",
    "3.12": "1.26.0",
    "3.13": "2.1.0",
    "3.14": "2.3.2",
    "3.15": "2.5.2",
    "3.13t": "2.1.0",
    "3.14t": "2.3.2",
}
TESTS = ["tests/arrays/test_margin.py", "tests/arrays/test_contract.py"]
TESTS += ["tests/calendar/test_forms.py", "tests/test_readme.py"]
# Prints the NumPy found; fails if importing the package turned the GIL on.
PROBE = """
import sys, sysconfig, numpy, evmarket
free = sysconfig.get_config_var("Py_GIL_DISABLED")
assert not free or not sys._is_gil_enabled(), "evmarket turned the GIL on"
print(numpy.__version__)
"""


def interpreter(version: str) -> str | None:
    """A Python of that version, 3.13t being free-threaded 3.13."""
    pyenv = Path.home() / ".pyenv" / "versions"
    number, free = version.rstrip("t"), version.endswith("t")
    below = [
        path / "bin" / "python3"
        for path in sorted(pyenv.glob(f"{number}.*"))
        if path.name.endswith("t") == free
    ]
    found = [str(path) for path in below if path.exists()]
    return found[-1] if found else shutil.which(f"python{version}")


def run(steps: list[list[str]], folder: Path) -> list[str]:
    """The last line that each command said. RuntimeError for the first that fails."""
    said = []
    for step in steps:
        done = subprocess.run(
            step,
            cwd=folder,
            env={**os.environ, "PIP_ONLY_BINARY": "numpy,hypothesis"},
            capture_output=True,
            text=True,
            timeout=1200,
        )
        lines = (done.stdout + done.stderr).strip().splitlines()
        if done.returncode != 0:
            raise RuntimeError("\n    ".join(lines[-12:]))
        said.append(lines[-1] if lines else "")
    return said


def own_wheel(python: str, sdist: str, folder: Path) -> str:
    """The wheel that this Python builds."""
    own = folder / "own"
    shutil.rmtree(own, ignore_errors=True)
    mine = str(folder / "venv" / "bin" / "python")
    make = [python, "-m", "venv", "--clear", str(folder / "venv")]
    build = [mine, "-m", "pip", "wheel", "-q", "--no-deps", "-w", "own", sdist]
    run([make, build], folder)
    (wheel,) = own.glob("*.whl")
    return str(wheel)


def try_install(python: str, wheel: str, numpy: str, folder: Path) -> tuple[str, str]:
    """The version of NumPy, and what the tests said."""
    mine = str(folder / "venv" / "bin" / "python")
    install = [mine, "-m", "pip", "install", "-q"]
    said = run(
        [
            [python, "-m", "venv", "--clear", str(folder / "venv")],
            [*install, wheel, numpy, "pytest", "hypothesis"],
            [mine, "-c", PROBE],
            [mine, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS],
        ],
        folder,
    )
    return said[2], said[3].strip("= ")


def try_python(version: str, wheel: str, sdist: str, folder: Path) -> list[list[str]]:
    """A row for each NumPy, or one row for a Python that is not here."""
    python = interpreter(version)
    if python is None:
        return [[version, "", "", "not available"]]
    kind = "wheel"
    if version.endswith("t"):
        kind, wheel = "own wheel", own_wheel(python, sdist, folder)
    rows = []
    for numpy in (f"numpy=={OLDEST[version]}", "numpy"):
        found, tests = try_install(python, wheel, numpy, folder)
        rows.append([version, found, kind, tests])
    return rows


def main(wheel: str, sdist: str) -> int:
    rows, faults = [], []
    wheel, sdist = (str(Path(file).resolve()) for file in (wheel, sdist))
    with tempfile.TemporaryDirectory() as name:
        # Beside the tests, but not the package: what is installed is tested.
        folder = Path(name)
        shutil.copytree(ROOT / "tests", folder / "tests")
        for file in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / file, folder)
        for version in OLDEST:
            try:
                rows += try_python(version, wheel, sdist, folder)
            except RuntimeError as error:
                faults.append(f"{version}: {error}")
                rows.append([version, "", "", "FAILED"])
    print_table([["Python", "NumPy", "installed", "tests"], *rows])
    for fault in faults:
        print(fault)
    absent = sum(row[-1] == "not available" for row in rows)
    tried = len(rows) - absent
    print(
        f"{tried} installations tested, {absent} not available: {len(faults)} faults."
    )
    return 1 if faults or tried == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
