"""Runs tests with the extension built under AddressSanitizer and UBSan.

    python -m tests.sanitized [arguments of pytest]

Without arguments the tests that go through every door of the extension: misuse, arrays,
tables, Arrow producers that lie, the engine of panels and rows. The build and a copy of
the package stand in a temporary folder; what is in place stays untouched. The
interpreter itself is not sanitized, so the runtime is preloaded, and leaks are left to
the tests that count releases and to tests/c.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOORS = ["tests/test_misuse.py", *(f"tests/{area}" for area in ("inputs", "columns"))]
DOORS += ["tests/arrays/test_contract.py", "tests/table", "tests/panel/test_rows.py"]
USUAL = ["-x", *DOORS]


def runtime(name: str) -> str:
    """The compiler's own library of that name."""
    compiler = os.environ.get("CC", "cc")
    asked = [compiler, f"-print-file-name={name}"]
    return subprocess.run(
        asked, capture_output=True, text=True, check=True
    ).stdout.strip()


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        build = [sys.executable, "setup.py", "-q", "build_ext"]
        build += ["--build-lib", str(place), "--build-temp", str(place / "objects")]
        environment = {**os.environ, "EVMARKET_SANITIZE": "1"}
        subprocess.run(build, cwd=ROOT, env=environment, check=True)
        for name in ("evmarket", "tests"):
            skipped = shutil.ignore_patterns("*.so", "__pycache__")
            shutil.copytree(
                ROOT / name, place / name, ignore=skipped, dirs_exist_ok=True
            )
        shutil.copy(ROOT / "pyproject.toml", place)
        environment |= {
            "LD_PRELOAD": f"{runtime('libasan.so')} {runtime('libubsan.so')}",
            "ASAN_OPTIONS": "detect_leaks=0",
            "PYTHONMALLOC": "malloc",  # so that Python's own blocks are watched too
            "PYTHONPATH": str(place),
        }
        mine = 'import evmarket as em; assert em.build_info()["debug"]'
        told = [sys.executable, "-c", mine]
        subprocess.run(told, cwd=place, env=environment, check=True)
        test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        return subprocess.run(
            [*test, *(arguments or USUAL)], cwd=place, env=environment
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
