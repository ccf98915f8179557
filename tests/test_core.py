"""The core without an interpreter: each tests/c/test_*.c, compiled with the core files
under AddressSanitizer, UBSan and the leak checker, must end without a word."""

import os
import re
import shutil
import subprocess
from graphlib import TopologicalSorter
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
ASAN_OPTIONS = "detect_leaks=1:detect_stack_use_after_return=1"

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
    environment = {**os.environ, "ASAN_OPTIONS": ASAN_OPTIONS, "LD_PRELOAD": ""}
    done = subprocess.run(
        [binary], capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


# Folders of csrc from the bottom up: each may include the folders of earlier lines.
FLOORS = [
    {"base"},
    {"arrays", "calendar", "columns"},
    {"explain", "figures", "table"},
    {"python"},
]


def project_includes():
    """Pairs of files: (a file of csrc, a file of csrc that it includes)."""
    pairs = []
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        for name in re.findall(r'^ *# *include +"([^"]+)"', text, re.MULTILINE):
            assert (ROOT / "csrc" / name).exists(), f"{source} includes {name}"
            pairs.append((source.relative_to(ROOT / "csrc"), Path(name)))
    assert len(pairs) > 100
    return pairs


def test_folders_include_only_folders_below_them():
    floor = {folder: k for k, folders in enumerate(FLOORS) for folder in folders}
    assert floor.keys() == {path.parent.name for path in SOURCES}
    for source, included in project_includes():
        one, other = source.parent.name, included.parent.name
        assert one == other or floor[other] < floor[one], (source, included)


# A type: struct tag {; the end of an unnamed one; typedef of another type or of a
# function. Comments are taken out before.
TYPE_NAMES = re.compile(
    r"\b(?:struct|union|enum)\s+(\w+)\s*\{|^\}\s*(\w+)\s*;"
    r"|^(?:__extension__ )?typedef\b[^{;()]*?\b(\w+)\s*(?:__attribute__[^;]*)?[;(]",
    re.MULTILINE,
)


def test_no_two_files_define_the_same_type():
    files = {}
    for source in SOURCES:
        text = re.sub(r"/\*.*?\*/", "", source.read_text(encoding="utf-8"), flags=re.S)
        for names in TYPE_NAMES.findall(text):
            name = next(filter(None, names))
            files.setdefault(name, set()).add(source.name)
    assert {"ev_wide", "ev_words", "ev_kernel", "ev_four_doubles"} <= files.keys()
    assert not {name: where for name, where in files.items() if len(where) > 1}


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.name)
def test_no_function_of_long_takes_a_size(source):
    """A long has 32 bits on Windows, where sizes and strides have 64."""
    text = source.read_text(encoding="utf-8")
    assert not re.search(r"\b(labs|atol|strtol|strtoul|ftell|fseek)\(", text)


def test_includes_have_no_circle():
    files = TopologicalSorter()
    for source, included in project_includes():
        files.add(source, included)
    files.prepare()  # CycleError names the files of a circle


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.name)
def test_only_the_folder_python_includes_python(source):
    text = source.read_text(encoding="utf-8")
    included = "Python.h" in text or "numpy/" in text
    assert not included or source.parent.name == "python"
