""".github/CONTRIBUTING.md: the files and functions that it names exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / ".github" / "CONTRIBUTING.md"

# An sdist has the tests, but no dotfiles.
pytestmark = pytest.mark.skipif(not GUIDE.exists(), reason="not a clone")


def text():
    return " ".join(GUIDE.read_text(encoding="utf-8").split())


def names_in(path):
    """The functions, classes, methods and constants that a file defines."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return set(re.findall(r"\w+", source))
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
            names |= {f"{node.name}.{method.name}" for method in methods}
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
    return names


def test_every_path_exists():
    paths = set(re.findall(r"`([\w.]*/[\w./]*|\w+\.(?:md|toml))`", text()))
    assert len(paths) > 50
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_every_folder_of_the_readme_exists():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:csrc|evmarket|tests)/[\w./]*)`", readme))
    assert len(paths) > 20
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_every_name_is_defined_in_its_file():
    # `file` (`name`, `name`), or a row of a table: `file` | `name`, `name` |
    places = re.findall(r"`([\w./]+)` [(|] ?(`[\w.]+`(?:, `[\w.]+`)*) ?[)|]", text())
    assert len(places) > 35
    for path, names in places:
        defined = names_in(ROOT / path)
        for name in re.findall(r"[\w.]+", names):
            assert name in defined, f"{path} does not define {name}"


def test_commands_run_modules_that_exist():
    for module in re.findall(r"`python -m (tests[\w.]*)\b", text()):
        path = ROOT / module.replace(".", "/").removesuffix("/NAME")
        assert path.with_suffix(".py").exists() or path.is_dir(), module
    for path in re.findall(r"`python -m pytest (\S+?)[`\s]", text()):
        assert (ROOT / path).exists(), path
