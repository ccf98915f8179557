"""Measures which lines and branches the tests reach.

    python -m tests.coverage [--only-c] [arguments of pytest]

C: clang compiles the core, the programs of tests/c, the harnesses of fuzzing and the
extension with its coverage of source code; the programs, the seeds of the harnesses and
pytest run. A branch is one outcome, true or false, of one condition as it is written;
inlined copies and copies for several instruction sets are united. Python: coverage.py.
Prints a line for each file that is not reached whole, then the totals. The working tree
does not change.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from tests.fuzz import harness

ROOT = Path(__file__).resolve().parent.parent
COVERS = "-fprofile-instr-generate -fcoverage-mapping -fprofile-update=atomic"
FLAGS = ["-std=c11 -O1 -g -DNDEBUG -ffp-contract=off -fno-trapping-math", COVERS]
SETTINGS = """[run]
branch = true
source = evmarket
parallel = true
patch = subprocess
"""

# A test that may write only a few bytes: counts could not be written either.
FULL_DISK = "tests/common/test_files.py::test_a_full_disk_leaves_no_part"

Places = dict[Any, bool]


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


def call(command: list[Any], **options: Any) -> str:
    given = [str(part) for part in command]
    options = {"stdout": subprocess.PIPE, "text": True, **options}
    return subprocess.run(given, check=True, **options).stdout or ""


class Tools(NamedTuple):
    """The compiler, and the tools of the same version that read its profiles."""

    clang: str
    profdata: str
    cov: str


def tools() -> Tools:
    clang = os.environ.get("CLANG", "clang")
    found = re.search(r"version (\d+)", call([clang, "--version"]))
    version = found[1] if found else ""
    names = [
        shutil.which(f"{name}-{version}") or name
        for name in ("llvm-profdata", "llvm-cov")
    ]
    return Tools(clang, *names)


def run_programs(copy: Path, clang: str, profiles: dict[str, str]) -> list[Path]:
    """Compile the core with the programs of tests/c and run them; the programs."""
    folder = copy / "programs"
    folder.mkdir()
    command = [clang, *" ".join(FLAGS).split(), "-I", "csrc"]
    sources = [
        path for path in (copy / "csrc").glob("*/*.c") if path.parent.name != "python"
    ]
    objects = [folder / f"{path.stem}.o" for path in sources]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        each = zip(sources, objects, strict=True)
        commands = [[*command, "-c", path, "-o", target] for path, target in each]
        list(pool.map(lambda given: call(given, cwd=copy), commands))
    programs = []
    for source in sorted((copy / "tests" / "c").glob("test_*.c")):
        programs.append(folder / source.stem)
        link = [source, *objects, "-o", programs[-1], "-lm", "-lpthread"]
        call([*command, *link], cwd=copy)
        call([programs[-1]], cwd=copy, env=profiles)
    return programs


def run_harnesses(copy: Path, clang: str, profiles: dict[str, str]) -> list[Path]:
    """Compile the harnesses of fuzzing and run their seeds; the programs."""
    folder = copy / "harnesses"
    folder.mkdir()
    programs = harness.build(clang, folder, libfuzzer=False, flags=FLAGS)
    for name, program in programs.items():
        paths = harness.write_seeds(name, folder / "seeds" / name)
        call([program, *paths], env=profiles, stderr=subprocess.DEVNULL)
    return list(programs.values())


def run_pytest(
    copy: Path, clang: str, profiles: dict[str, str], arguments: list[str]
) -> Path:
    """Build the extension in a copy of the package, run the tests on it; its path."""
    (copy / "coverage.ini").write_text(SETTINGS)
    environment = {**profiles, "PYTHONPATH": str(copy), "EVMARKET_DEBUG": ""}
    environment |= {"COVERAGE_FILE": str(copy / ".coverage")}
    builds = {"CC": clang, "CFLAGS": COVERS, "LDFLAGS": COVERS}
    call(
        [sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
        cwd=copy,
        env=environment | builds,
    )
    test = [sys.executable, "-m", "coverage", "run", "--rcfile=coverage.ini", "-m"]
    test += ["pytest", "-q", "-p", "no:cacheprovider", f"--deselect={FULL_DISK}"]
    test += arguments
    done = subprocess.run(test, cwd=copy, env=environment)
    if done.returncode:
        print(f"pytest ended with {done.returncode}", flush=True)
    (extension,) = (copy / "evmarket").glob("_core*.so")
    return extension


def reached(
    found: Tools, copy: Path, programs: list[Path]
) -> tuple[dict[str, Places], dict[str, Places]]:
    """Per source of C: whether each line and each outcome of a condition was reached.

    What was counted in one copy of an inline function counts for all of them.
    """
    profile = copy / "all.profdata"
    call([found.profdata, "merge", "-sparse", *copy.glob("*.profraw"), "-o", profile])
    objects = [part for program in programs for part in ("-object", program)][1:]
    export = [found.cov, "export", f"-instr-profile={profile}"]
    lines: dict[str, Places] = defaultdict(dict)
    name = ""
    for text in call([*export, "-format=lcov", *objects]).splitlines():
        kind, _, rest = text.partition(":")
        if kind == "SF":
            name = source_name(rest)
        elif kind == "DA" and name:
            number, count = map(int, rest.split(",")[:2])
            lines[name][number] = lines[name].get(number, False) or count > 0
    branches: dict[str, Places] = defaultdict(dict)
    for one in json.loads(call([*export, *objects]))["data"][0]["functions"]:
        for *place, true, false, file, _, _ in one["branches"]:
            name = source_name(one["filenames"][file])
            for outcome, count in ((True, true), (False, false)) if name else ():
                key = (*place, outcome)
                branches[name][key] = branches[name].get(key, False) or count > 0
    return lines, branches


def source_name(path: str) -> str:
    """The path below the root of the repository, or "" for what is not in csrc."""
    at = path.rfind("csrc/")
    return path[at:] if at >= 0 else ""


def counted(lines: Places, branches: Places) -> Counts:
    return Counts(
        sum(lines.values()), len(lines), sum(branches.values()), len(branches)
    )


def total(of: list[Counts]) -> Counts:
    return Counts(*map(sum, zip(*of, strict=True))) if of else Counts(0, 0, 0, 0)


def report_c(lines: dict[str, Places], branches: dict[str, Places]) -> None:
    """One line per file that is not reached whole, and the totals by part."""
    counts = {
        name: counted(lines[name], branches.get(name, {})) for name in sorted(lines)
    }
    for name, one in counts.items():
        missing = [str(n) for n, hit in sorted(lines[name].items()) if not hit]
        if one.lines < one.all_lines or one.branches < one.all_branches:
            shown = " ".join(missing[:12]) + (" ..." if len(missing) > 12 else "")
            print(f"{name:34} {one}  {shown}")
            for line, column, *_, outcome in unreached(branches.get(name, {})):
                print(f"    {line}:{column} never {str(outcome).lower()}")
    core = [one for name, one in counts.items() if "/python/" not in name]
    print(f"C, the core       {total(core)}")
    print(f"C, whole          {total(list(counts.values()))}")


def unreached(branches: Places) -> list[Any]:
    return sorted(place for place, hit in branches.items() if not hit)


def report_python(copy: Path) -> None:
    environment = {**os.environ, "COVERAGE_FILE": str(copy / ".coverage")}
    target = copy / "coverage.json"
    command = [sys.executable, "-m", "coverage"]
    call([*command, "combine", "-q"], cwd=copy, env=environment)
    call([*command, "json", "-q", "-o", target], cwd=copy, env=environment)
    found = json.loads(target.read_text())
    for name, file in sorted(found["files"].items()):
        if file["missing_lines"]:
            print(f"{name:34} lines {' '.join(map(str, file['missing_lines'][:20]))}")
    keys = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    print(f"Python            {Counts(*(found['totals'][key] for key in keys))}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.coverage")
    parser.add_argument("--only-c", action="store_true", help="without pytest")
    given, rest = parser.parse_known_args(arguments)
    found = tools()
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "evmarket"
        if (ROOT.parent / "shared").is_dir():  # data that some tests read
            (Path(name) / "shared").symlink_to(ROOT.parent / "shared")
        ignored = shutil.ignore_patterns("*.so", "__pycache__", "build", ".git", ".*")
        shutil.copytree(ROOT, copy, ignore=ignored, dirs_exist_ok=True)
        # One file for every two processes of one program at a time, added up in it.
        profiles = {**os.environ, "LLVM_PROFILE_FILE": str(copy / "%2m.profraw")}
        programs = run_programs(copy, found.clang, profiles)
        programs += run_harnesses(copy, found.clang, profiles)
        if not given.only_c:
            programs.append(run_pytest(copy, found.clang, profiles, rest))
        report_c(*reached(found, copy, programs))
        if not given.only_c:
            report_python(copy)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
