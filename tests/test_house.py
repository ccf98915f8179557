"""The layout of the package: floors without circles, short files, areas."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST = {".py": 700, ".c": 600, ".h": 600}


def folders(tree):
    return {p.name.lstrip("_") for p in (ROOT / tree).iterdir() if any(p.glob("*.*"))}


needs_sources = pytest.mark.skipif(
    not (ROOT / "csrc").is_dir(), reason="the sources are not beside the tests"
)


@needs_sources
def test_folders_import_only_folders_below_them(monkeypatch):
    cli = pytest.importorskip("importlinter.cli")
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(no_cache=True) == 0


@needs_sources
def test_an_area_has_the_same_name_in_every_tree():
    core, package, tests = folders("csrc"), folders("evmarket"), folders("tests")
    # The ground floor of the core and the extension are tested by tests/c and
    # tests/test_*.py; tests/bench measures every area.
    assert core - tests == {"base", "python"}
    assert {name for name in package if name != "__pycache__"} <= tests
    both = {"arrays", "calendar", "explain", "figures"}
    assert both <= core & package


@needs_sources
def test_every_file_can_be_read_in_one_sitting():
    trees = ("csrc", "evmarket", "tests")
    files = [p for tree in trees for p in (ROOT / tree).rglob("*") if p.is_file()]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if path.suffix in LONGEST
        and (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > LONGEST[path.suffix]
    }
    assert not long


@needs_sources
def test_only_the_extension_includes_python():
    including = {
        path.parent.name
        for path in (ROOT / "csrc").rglob("*.[ch]")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.lstrip("# ").startswith("include")
        and ("Python.h" in line or "numpy/" in line)
        and line.startswith("#")
    }
    assert including == {"python"}


@needs_sources
def test_the_extension_raises_in_one_place():
    """Names from input are escaped there."""
    raising = {
        path.name
        for path in (ROOT / "csrc" / "python").glob("*.c")
        if "PyErr_Format(" in path.read_text(encoding="utf-8")
    }
    assert not raising
