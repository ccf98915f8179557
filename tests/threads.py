"""Runs the core in several threads under ThreadSanitizer.

    python -m tests.threads

The programs of tests/c that start threads are compiled with -fsanitize=thread. Prints
one line for each; ends with 1 if one of them fails, and says so where the compiler has
no ThreadSanitizer.
"""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["-std=c11", "-O1", "-g", "-fsanitize=thread", "-ffp-contract=off"]
FOLDERS = ["base", "calendar", "columns", "table"]


def compile_c(arguments: list[object]) -> str:
    """The compiler's errors; empty if there are none."""
    command = [os.environ.get("CC", "cc"), *FLAGS, "-I", ROOT / "csrc", *arguments]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True
    )
    return done.stderr if done.returncode else ""


def available(folder: Path) -> bool:
    """Whether a program can be linked with ThreadSanitizer."""
    source = folder / "probe.c"
    source.write_text("int main(void) { return 0; }\n")
    return not compile_c([source, "-o", folder / "probe"])


def main() -> int:
    programs = [
        path
        for path in sorted((ROOT / "tests" / "c").glob("test_*.c"))
        if '"threads.h"' in path.read_text(encoding="utf-8")
    ]
    with (
        tempfile.TemporaryDirectory() as name,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        folder = Path(name)
        if not available(folder):
            print("Not available: this compiler has no ThreadSanitizer.")
            return 0
        sources = [p for part in FOLDERS for p in (ROOT / "csrc" / part).glob("*.c")]
        objects = [folder / f"{source.stem}.o" for source in sources]
        commands = [
            ["-c", source, "-o", target]
            for source, target in zip(sources, objects, strict=True)
        ]
        errors = [error for error in pool.map(compile_c, commands) if error]
        failed = len(errors)
        for program in programs:
            binary = folder / program.stem
            error = compile_c([program, *objects, "-o", binary, "-lm", "-lpthread"])
            said, code = error, 1
            if not error:
                done = subprocess.run([binary], capture_output=True, text=True)
                said, code = done.stdout + done.stderr, done.returncode
            print(f"{program.stem}: {'ok' if code == 0 else said[-4000:]}")
            failed += code != 0
    print(f"{len(programs)} programs under ThreadSanitizer, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
