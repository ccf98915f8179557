"""The core without an interpreter: each tests/c/test_*.c, compiled with the core files
under AddressSanitizer, UBSan and the leak checker, must end without a word."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "csrc").glob("*/*.[ch]"))
CORE = [p for p in SOURCES if p.suffix == ".c" and p.parent.name != "python"]
PROGRAMS = sorted((ROOT / "tests" / "c").glob("test_*.c"))
COMPILER = shutil.which(os.environ.get("CC", "cc"))
FLAGS = [
    "-std=c11 -O1 -g -ffp-contract=off -fno-trapping-math -fno-omit-frame-pointer",
    "-Wall -Wextra -Wconversion -Wshadow",
    "-fsanitize=address,undefined -fno-sanitize-recover=undefined",
]

pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C compiler here")


def compile_c(*arguments):
    flags = " ".join(FLAGS).split()
    done = subprocess.run(
        [COMPILER, *flags, "-I", str(ROOT / "csrc"), *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr, done.stderr


@pytest.fixture(scope="module")
def core_objects(tmp_path_factory):
    folder = tmp_path_factory.mktemp("core")
    objects = []
    for source in CORE:
        target = folder / f"{source.stem}.o"
        compile_c("-c", source, "-o", target)
        objects.append(target)
    return objects


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_program(program, core_objects, tmp_path):
    binary = tmp_path / program.stem
    compile_c(program, *core_objects, "-o", binary, "-lm", "-lpthread")
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1", "LD_PRELOAD": ""}
    done = subprocess.run(
        [binary], capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.mark.parametrize("source", CORE, ids=lambda p: p.name)
def test_the_core_includes_no_python(source):
    text = source.read_text(encoding="utf-8")
    assert "Python.h" not in text and "numpy/" not in text
