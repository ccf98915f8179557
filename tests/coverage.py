"""Measures which lines and branches the tests reach.

    python -m tests.coverage [--report FILE] [arguments of pytest]

C: the core and the extension are compiled with --coverage, then tests/c and pytest run.
A branch is a branch of gcc's, without those of calls. Python: coverage.py, if it is
installed. Prints a line for each file of C that is not reached whole, then the totals.
The working tree does not change.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FLAGS = "-O0 -g --coverage -fprofile-update=atomic -DEV_COVERAGE"


class Counts(NamedTuple):
    """What was reached, and what there is."""

    lines: int
    all_lines: int
    branches: int
    all_branches: int

    def __str__(self) -> str:
        line = 100 * self.lines / max(1, self.all_lines)
        branch = 100 * self.branches / max(1, self.all_branches)
        return (
            f"lines {line:6.2f}% of {self.all_lines:6,}, "
            f"branches {branch:6.2f}% of {self.all_branches:6,}"
        )


def call(command: list[Any], **options: Any) -> None:
    subprocess.run([str(part) for part in command], check=True, **options)


def run_programs(copy: Path) -> Path:
    """Compile the core with the programs of tests/c and run them; the objects."""
    objects = copy / "core"
    objects.mkdir()
    compiler = os.environ.get("CC", "cc")
    flags = ["-std=c11", "-ffp-contract=off", "-fno-trapping-math", *FLAGS.split()]
    sources = [
        path for path in (copy / "csrc").glob("*/*.c") if path.parent.name != "python"
    ]
    targets = [objects / f"{path.stem}.o" for path in sources]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        commands = [
            [compiler, *flags, "-I", "csrc", "-c", path.relative_to(copy), "-o", target]
            for path, target in zip(sources, targets, strict=True)
        ]
        list(pool.map(lambda command: call(command, cwd=copy), commands))
    for program in sorted((copy / "tests" / "c").glob("test_*.c")):
        binary = objects / f"run_{program.stem}"
        command = [compiler, *flags, "-I", "csrc", program, *targets, "-o", binary]
        call([*command, "-lm", "-lpthread"], cwd=copy)
        call([binary], cwd=copy, stdout=subprocess.DEVNULL)
    return objects


def run_pytest(copy: Path, arguments: list[str], measures: bool) -> Path:
    """Build the extension in a copy of the package and run the tests on it."""
    environment = {**os.environ, "CFLAGS": FLAGS, "PYTHONPATH": str(copy)}
    environment |= {"EVMARKET_DEBUG": "", "COVERAGE_FILE": str(copy / ".coverage")}
    objects = copy / "extension"
    build = [sys.executable, "setup.py", "-q", "build_ext", "--inplace", "--build-temp"]
    call([*build, objects], cwd=copy, env={**environment, "LDFLAGS": "--coverage"})
    test = ["pytest", "-q", "-p", "no:cacheprovider", *arguments]
    if measures:
        test = ["coverage", "run", "--branch", "--source=evmarket", "-m", *test]
    done = subprocess.run([sys.executable, "-m", *test], cwd=copy, env=environment)
    if done.returncode:
        print(f"pytest ended with {done.returncode}", flush=True)
    return objects


def reached(copy: Path, folders: list[Path]) -> dict[str, tuple[dict, dict]]:
    """Per source of C: how often each line and each branch was reached, added up."""
    lines: Any = defaultdict(lambda: defaultdict(int))
    branches: Any = defaultdict(lambda: defaultdict(int))
    for data in [path for folder in folders for path in folder.rglob("*.gcda")]:
        done = subprocess.run(
            ["gcov", "--json-format", "--stdout", "--branch-probabilities", str(data)],
            cwd=copy,
            capture_output=True,
            text=True,
            check=True,
        )
        for text in done.stdout.splitlines():
            for file in json.loads(text)["files"]:
                name = file["file"]
                if not name.startswith("csrc/"):
                    continue
                for line in file["lines"]:
                    number = line["line_number"]
                    lines[name][number] += line["count"]
                    # A line of a macro or an inline function is compiled many times.
                    for place, branch in enumerate(line["branches"]):
                        if not branch["throw"]:
                            branches[name][number, place] += branch["count"]
    return {name: (lines[name], branches[name]) for name in sorted(lines)}


def counted(found: tuple[dict, dict]) -> Counts:
    lines, branches = found
    return Counts(
        sum(count > 0 for count in lines.values()),
        len(lines),
        sum(count > 0 for count in branches.values()),
        len(branches),
    )


def total(of: list[Counts]) -> Counts:
    return Counts(*map(sum, zip(*of, strict=True))) if of else Counts(0, 0, 0, 0)


def python_total(copy: Path) -> Counts:
    environment = {**os.environ, "COVERAGE_FILE": str(copy / ".coverage")}
    target = copy / "coverage.json"
    command = [sys.executable, "-m", "coverage", "json", "-q", "-o", str(target)]
    call(command, cwd=copy, env=environment)
    sums = json.loads(target.read_text())["totals"]
    return Counts(
        sums["covered_lines"],
        sums["num_statements"],
        sums["covered_branches"],
        sums["num_branches"],
    )


def report(files: dict[str, tuple[dict, dict]]) -> None:
    """One line per file that is not reached whole, and the totals by part."""
    counts = {name: counted(found) for name, found in files.items()}
    for name, one in counts.items():
        missing = [str(n) for n, count in sorted(files[name][0].items()) if not count]
        if one.lines < one.all_lines or one.branches < one.all_branches:
            shown = " ".join(missing[:12]) + (" ..." if len(missing) > 12 else "")
            print(f"{name:34} {one}  {shown}")
    core = [one for name, one in counts.items() if "/python/" not in name]
    print(f"C, the core       {total(core)}")
    print(f"C, whole          {total(list(counts.values()))}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.coverage")
    parser.add_argument("--only-c", action="store_true", help="the programs of tests/c")
    given, rest = parser.parse_known_args(arguments)
    found = subprocess.run(
        [sys.executable, "-c", "import coverage"], capture_output=True, cwd="/"
    )
    measures = found.returncode == 0
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        ignored = shutil.ignore_patterns("*.so", "__pycache__", "build", ".git", ".*")
        shutil.copytree(ROOT, copy, ignore=ignored, dirs_exist_ok=True)
        folders = [run_programs(copy)]
        if not given.only_c:
            folders.append(run_pytest(copy, rest, measures))
        report(reached(copy, folders))
        if measures and not given.only_c:
            print(f"Python            {python_total(copy)}")
        elif not given.only_c:
            print("Python: not available, coverage is not installed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
