"""Runs tests with the extension built under AddressSanitizer and UBSan.

    python -m tests.sanitized [arguments of pytest]

Without arguments, the tests that call the extension directly: misuse, arrays, tables,
invalid Arrow data, the engine of panels and rows, and text of periods. The build and a
copy of the package are in a temporary folder; the working tree does not change. The
interpreter is not sanitized, so the runtime is preloaded. Leaks are checked by the
tests that count releases and by tests/c.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULTS = ["-x", "tests/test_misuse.py", "tests/arrays/test_contract.py"]
DEFAULTS += ["tests/inputs", "tests/columns", "tests/table", "tests/panel/test_rows.py"]
DEFAULTS += ["tests/calendar/test_forms.py"]


def runtime(name: str) -> str:
    """Path of the compiler's library of that name."""
    compiler = os.environ.get("CC", "cc")
    command = [compiler, f"-print-file-name={name}"]
    return subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout.strip()


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        build = [sys.executable, "setup.py", "-q", "build_ext"]
        build += ["--build-lib", str(copy), "--build-temp", str(copy / "objects")]
        environment = {**os.environ, "EVMARKET_SANITIZE": "1"}
        subprocess.run(build, cwd=ROOT, env=environment, check=True)
        for name in ("evmarket", "tests"):
            ignored = shutil.ignore_patterns("*.so", "__pycache__")
            shutil.copytree(
                ROOT / name, copy / name, ignore=ignored, dirs_exist_ok=True
            )
        shutil.copy(ROOT / "pyproject.toml", copy)
        environment |= {
            "LD_PRELOAD": f"{runtime('libasan.so')} {runtime('libubsan.so')}",
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
            "PYTHONMALLOC": "malloc",  # so that Python's blocks are checked too
            "PYTHONPATH": str(copy),
        }
        check = 'import evmarket as em; assert em.build_info()["debug"]'
        probe = [sys.executable, "-c", check]
        subprocess.run(probe, cwd=copy, env=environment, check=True)
        test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        return subprocess.run(
            [*test, *(arguments or DEFAULTS)], cwd=copy, env=environment
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
