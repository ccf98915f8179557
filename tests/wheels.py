"""Installs the wheel on every Python that is here and tests it there.

    python -m tests.wheels WHEEL SDIST

Each Python of OLDEST gets the wheel twice: with the oldest NumPy that it takes and with
the newest. A free-threaded Python has no limited API, so it builds the sdist. Prints a
table and a line of counts; a Python that is not installed is counted as not available.
Interpreters are looked for on the path and below ~/.pyenv.
"""

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


def call(command: list[str], folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=1200
    )
    return done.returncode, done.stdout + done.stderr


def try_install(python: str, file: str, numpy: str, folder: Path) -> tuple[str, str]:
    """The version of NumPy, and what the tests said; "FAILED" begins a failure."""
    own = folder / "venv"
    mine = str(own / "bin" / "python")
    steps = [
        [python, "-m", "venv", "--clear", str(own)],
        [mine, "-m", "pip", "install", "-q", file, numpy, "pytest", "hypothesis"],
        [mine, "-c", PROBE],
        [mine, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS],
    ]
    said = []
    for step in steps:
        code, text = call(step, folder)
        said.append(text.strip().splitlines())
        if code != 0:
            return numpy, "\n    ".join(["FAILED", *said[-1][-12:]])
    return said[2][-1], said[3][-1].strip("= ")


def main(wheel: str, sdist: str) -> int:
    rows, faults, absent = [], [], 0
    with tempfile.TemporaryDirectory() as name:
        # Beside the tests, but not the package: what is installed is tested.
        folder = Path(name)
        shutil.copytree(ROOT / "tests", folder / "tests")
        for file in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / file, folder)
        for version, oldest in OLDEST.items():
            python = interpreter(version)
            if python is None:
                absent += 1
                rows.append([version, "", "", "not available"])
                continue
            file = sdist if version.endswith("t") else wheel
            kind = "sdist" if file == sdist else "wheel"
            for numpy in (f"numpy=={oldest}", "numpy"):
                found, said = try_install(
                    python, str(Path(file).resolve()), numpy, folder
                )
                if said.startswith("FAILED"):
                    faults.append(f"{version}, {numpy}: {said}")
                rows.append([version, found, kind, said.splitlines()[0]])
    print_table([["Python", "NumPy", "installed", "tests"], *rows])
    print(*faults, sep="\n", end="")
    tried = len(rows) - absent
    print(
        f"{tried} installations tested, {absent} not available: {len(faults)} faults."
    )
    return 1 if faults or tried == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
