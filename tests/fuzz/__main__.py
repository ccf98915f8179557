"""Runs every harness, as many at a time as there are cores, and prints what they did.

    python -m tests.fuzz [--seconds S | --minutes N] [--corpus FOLDER] [NAME ...]

Harnesses in C need a clang with libFuzzer and run under AddressSanitizer and UBSan;
those in Python run without. --corpus keeps what libFuzzer collects for a next run. Ends
with 1 after a finding, whose input stays in a folder that is named.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.harness import (
    IN_C,
    IN_PYTHON,
    ROOT,
    build,
    compiler_with_libfuzzer,
    write_seeds,
)


class Result(NamedTuple):
    name: str
    executions: int
    edges: str
    corpus: str
    findings: list[str]


def run_c(name: str, program: Path, corpus: Path, found: Path, seconds: int) -> Result:
    """One harness of libFuzzer, which ends at its first finding."""
    write_seeds(name, corpus / name)
    command = [program, f"-max_total_time={seconds}", "-max_len=1024", "-timeout=20"]
    command += ["-print_final_stats=1", f"-artifact_prefix={found / name}-"]
    done = subprocess.run(
        [str(part) for part in [*command, corpus / name]],
        capture_output=True,
        text=True,
        errors="replace",
    )
    said = done.stderr
    last = re.findall(r"cov: (\d+) .*?corp: (\d+)/(\S+)", said)
    edges, files, size = last[-1] if last else ("-", "0", "0b")
    count = re.findall(r"stat::number_of_executed_units: *(\d+)", said)
    findings = re.findall(r"Test unit written to (\S+)", said)
    if done.returncode and not findings:
        findings = [f"ended with {done.returncode}: {said[-2000:]}"]
    why = re.findall(r"^.*(?:does not hold|runtime error|ERROR:).*$", said, re.M)
    findings = [f"{path} ({why[0] if why else 'see there'})" for path in findings]
    return Result(
        name, int(count[-1]) if count else 0, edges, f"{files}/{size}", findings
    )


def run_python(name: str, seconds: int, seed: int) -> Result:
    """One harness in Python; each failure is named by its seed and number."""
    command = [sys.executable, "-m", "tests.fuzz.mutate", name]
    command += ["--seconds", str(seconds), "--seed", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    counts = re.search(r"^done (\d+) failed \d+$", done.stdout, re.M)
    findings = re.findall(rf"^{name}: --seed.*$", done.stdout, re.M)
    findings = [
        f"python -m tests.fuzz.mutate {one.replace(':', '')}" for one in findings
    ]
    if counts is None:
        findings.append(f"{name} ended with {done.returncode}: {done.stderr[-2000:]}")
    count = int(counts[1]) if counts else 0
    return Result(name, count, "-", "-", findings)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seed", type=int, default=0, help="of those in Python")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    given = parser.parse_args(arguments)
    seconds = int(given.minutes * 60) if given.minutes else given.seconds
    wanted = given.names or [*IN_C, *IN_PYTHON]
    found = Path(tempfile.mkdtemp(prefix="evmarket-fuzz-"))
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        work = Path(folder)
        corpus = given.corpus or work / "corpus"
        clang = compiler_with_libfuzzer(work)
        programs = build(clang, work, True) if clang else {}
        calls = [
            pool.submit(run_c, name, programs[name], corpus, found, seconds)
            for name in wanted
            if name in programs
        ]
        calls += [
            pool.submit(run_python, name, seconds, given.seed)
            for name in wanted
            if name in IN_PYTHON
        ]
        results = [call.result() for call in calls]
    return report(results, [n for n in wanted if n in IN_C and not clang], found)


def report(results: list[Result], missing: list[str], found: Path) -> int:
    """Print the table; the exit status."""
    print(
        f"{'harness':10} {'executions':>12} {'edges':>6} {'corpus':>12} {'findings':>8}"
    )
    for one in results:
        print(
            f"{one.name:10} {one.executions:12,} {one.edges:>6} {one.corpus:>12} "
            f"{len(one.findings):8}"
        )
    for name in missing:
        print(f"{name:10} not available: no clang with libFuzzer")
    total = sum(one.executions for one in results)
    findings = [line for one in results for line in one.findings]
    print(f"{'total':10} {total:12,} {'':6} {'':12} {len(findings):8}")
    for line in findings:
        print(f"finding: {line}")
    if not any(found.iterdir()):
        found.rmdir()
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
