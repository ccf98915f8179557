"""Puts back faults that were mended, one at a time, and sees that a test notices each.

    python -m tests.faults [NAME ...]

`tests/fault_list.py` lists them. All is done in a temporary copy of the tree: the tests
must pass there, and fail after the text of a fault has replaced that of its cure. Only
the units that a fault changes are compiled again. Prints a line for each fault and a
total; ends with 1 if one was not noticed. A compiler or library that is not installed
is counted as not available.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests import platforms, test_core, threads
from tests.fault_list import FAULTS, Fault
from tests.fuzz import harness

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("csrc", "evmarket", "tests", "pyproject.toml", "setup.py", "README.md")
MOST_MEMORY = 8 << 20  # kilobytes of addresses that pytest may have
PASSED, FAILED, BROKEN, ABSENT = "passed", "failed", "broken", "not available"


class Build(NamedTuple):
    """How the core and a program are compiled and run."""

    compiler: str
    flags: list[str]
    emulator: list[str]


def builds() -> dict[str, Build]:
    """Those of the tests, by the first word of `noticed_by`."""
    native = os.environ.get("CC", "cc")
    made = {
        "asan": Build(native, " ".join(test_core.FLAGS).split(), []),
        "tsan": Build(native, threads.FLAGS, []),
        "seeds": Build(native, " ".join(harness.FLAGS).split(), []),
    }
    for one in platforms.PLATFORMS:
        flags = [*platforms.FLAGS, *one.flags.split(), "-O1"]
        name = one.compiler if one.name == "x86-64" else one.name.replace(" ", "-")
        made[name] = Build(one.compiler, flags, one.emulator.split())
    return made


def places(fault: Fault) -> int:
    """How often the text of the cure stands in its file."""
    return (ROOT / fault.file).read_text(encoding="utf-8").count(fault.old)


class Copy:
    """A copy of the tree, and what is compiled of it."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor):
        self.root, self.pool = folder / "tree", pool
        self.builds = builds()
        self.commands: list[list[str]] = []  # that compile and link the extension
        self.changed: set[str] = set()  # units that a fault is in
        ignored = shutil.ignore_patterns("*.so", "__pycache__")
        self.root.mkdir()
        for name in COPIED:
            path = ROOT / name
            if path.is_dir():
                shutil.copytree(path, self.root / name, ignore=ignored)
            else:
                shutil.copy(path, self.root)

    def units(self, changed: str) -> set[str]:
        """The .c files that are, or include at any depth, a file of csrc."""
        includes = {
            path: set(re.findall(r'#\s*include "([^"]+)"', path.read_text("utf-8")))
            for path in (self.root / "csrc").glob("*/*.[ch]")
        }
        names = {path: str(path.relative_to(self.root / "csrc")) for path in includes}
        reached: set[str] = set()
        more = {changed.removeprefix("csrc/")}
        while more - reached:
            reached |= more
            more = {names[path] for path, used in includes.items() if used & reached}
        return {f"csrc/{name}" for name in reached if name.endswith(".c")}

    def call(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.root), "LD_PRELOAD": ""}
        environment["ASAN_OPTIONS"] = test_core.ASAN_OPTIONS
        # A file that is changed twice in a second would be read from its cache.
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        try:
            return subprocess.run(
                command,
                cwd=self.root,
                env=environment,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=300,
            )
        except subprocess.TimeoutExpired:  # a fault that does not end was killed, too
            return subprocess.CompletedProcess(command, -signal.SIGKILL, "", "")

    def all_done(self, commands: list[list[str]]) -> bool:
        failed = [one for one in self.pool.map(self.call, commands) if one.returncode]
        return not failed

    # ---- programs of C ----

    def objects(self, name: str) -> list[str] | None:
        """The objects of the core, those of changed units apart; None: an error."""
        build = self.builds[name]
        todo, objects = [], []
        for source in sorted((self.root / "csrc").glob("*/*.c")):
            unit = str(source.relative_to(self.root))
            if source.parent.name == "python":
                continue
            kind = "changed" if unit in self.changed else "whole"
            target = self.root / "objects" / name / kind / f"{source.stem}.o"
            target.parent.mkdir(parents=True, exist_ok=True)
            objects.append(str(target))
            if kind == "changed" or not target.exists():
                command = [build.compiler, *build.flags, "-Icsrc", "-c", unit]
                todo.append([*command, "-o", str(target)])
        return objects if self.all_done(todo) else None

    def run_program(self, name: str, program: str) -> str:
        """One of tests/c or, for seeds, a harness of fuzzing; "build": compile only."""
        build = self.builds[name]
        tools = [build.compiler, *build.emulator[:1]]
        if not all(map(shutil.which, tools)):
            return ABSENT
        objects = self.objects(name)
        if objects is None or program == "build":
            return PASSED if objects else FAILED if program == "build" else BROKEN
        sources, inputs = [f"tests/c/{program}.c"], []
        if name == "seeds":
            sources = [f"tests/fuzz/fuzz_{program}.c", "tests/fuzz/replay.c"]
            inputs = harness.write_seeds(program, self.root / "seeds")
        binary = str(self.root / "objects" / name / program)
        command = [build.compiler, *build.flags, "-Icsrc", *sources, *objects]
        linked = self.call([*command, "-o", binary, "-lm", "-lpthread"])
        if linked.returncode:
            return BROKEN
        done = self.call([*build.emulator, binary, *map(str, inputs)])
        return FAILED if done.returncode else PASSED

    # ---- the extension ----

    def build_extension(self) -> bool:
        """As setup.py does; it prints the commands, of which some are run again."""
        command = [sys.executable, "setup.py", "build_ext", "--inplace"]
        done = self.call(command)
        lines = map(shlex.split, done.stdout.splitlines())
        self.commands = [line for line in lines if "-c" in line or "-shared" in line]
        return done.returncode == 0 and len(self.commands) > 1

    def change_extension(self) -> bool:
        """With the changed units, in place of the whole one."""
        compiled, replaced = [], {}
        *units, link = self.commands
        (target,) = (self.root / "evmarket").glob("_core*.so")
        for command in units:
            if command[command.index("-c") + 1] in self.changed:
                found = command[command.index("-o") + 1]
                replaced[found] = f"{found}.changed.o"
                compiled.append(command)
        replaced[link[link.index("-o") + 1]] = str(target)
        changed = [[replaced.get(word, word) for word in line] for line in compiled]
        target.rename(target.with_suffix(".whole"))
        return self.all_done(changed) and self.all_done(
            [[replaced.get(word, word) for word in link]]
        )

    def restore_extension(self) -> None:
        for whole in (self.root / "evmarket").glob("*.whole"):
            whole.replace(whole.with_suffix(".so"))

    def run_pytest(self, selection: str) -> str:
        if not self.commands and not self.build_extension():
            return BROKEN
        if self.changed and not self.change_extension():
            return BROKEN
        # A fault may ask for all memory there is.
        command = ["sh", "-c", f'ulimit -v {MOST_MEMORY} && exec "$@"', "sh"]
        command += [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
        ]
        done = self.call([*command, *shlex.split(selection)])
        # 1: a test failed; below 0: a signal ended it. All others are not of a test.
        if done.returncode == 1 or done.returncode < 0:
            return FAILED
        if done.returncode:
            return BROKEN
        return PASSED if " passed" in done.stdout else ABSENT

    # ---- faults ----

    def run(self, noticed_by: str) -> str:
        if noticed_by.startswith("tests/"):
            return self.run_pytest(noticed_by)
        return self.run_program(*noticed_by.split())

    def run_with(self, fault: Fault) -> str:
        """What the test says while the fault is in its file."""
        path = self.root / fault.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
        self.changed = self.units(fault.file) if path.suffix in (".c", ".h") else set()
        try:
            return self.run(fault.noticed_by)
        finally:
            path.write_text(text, encoding="utf-8")
            self.changed = set()
            self.restore_extension()


def main(names: list[str]) -> int:
    chosen = [fault for fault in FAULTS if not names or fault.name in names]
    unknown = set(names) - {fault.name for fault in FAULTS}
    wrong = [fault.name for fault in chosen if places(fault) != 1]
    if unknown or wrong:
        print(
            f"No such fault: {', '.join(unknown)}"
            if unknown
            else f"Not once in its file, the cure of: {', '.join(wrong)}"
        )
        return 1
    said: Counter[str] = Counter()
    whole: dict[str, str] = {}  # what each test says of the tree as it is
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        copy = Copy(Path(folder), pool)
        for fault in chosen:
            test = fault.noticed_by
            if test not in whole:
                whole[test] = copy.run(test)
            if whole[test] == PASSED:
                result = copy.run_with(fault)
                answer = "noticed" if result == FAILED else f"NOT NOTICED ({result})"
            elif whole[test] == ABSENT:
                answer = ABSENT
            else:
                answer = "NOT NOTICED (the test fails without it)"
            said[answer.split(" (")[0]] += 1
            by = "noticed by" if answer == "noticed" else f"{answer}:"
            print(f"{fault.name:28} {fault.file:34} {by} {test}", flush=True)
    print(
        f"{len(chosen)} faults put back: {said['noticed']} noticed, "
        f"{said['NOT NOTICED']} not noticed, {said[ABSENT]} not available."
    )
    return 1 if said["NOT NOTICED"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
