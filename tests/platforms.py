"""Compiles the core for many platforms and runs tests/c there.

    python -m tests.platforms

Every compiler of PLATFORMS that is installed compiles the core with its warnings as
errors, native ones also with assertions, then runs every tests/c program; programs of
another processor run under qemu-user. Prints a table and a line of counts, in which
what is not installed is counted too. Fails if anything else fails. On
Debian, the compilers come from the packages that
`python -m tests.platforms --packages` prints.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORE = [p for p in sorted((ROOT / "csrc").glob("*/*.c")) if p.parent.name != "python"]
PROGRAMS = sorted((ROOT / "tests" / "c").glob("test_*.c"))
FLAGS = ["-std=c11", "-ffp-contract=off", "-fno-trapping-math", "-I", "csrc"]
FLAGS += ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
RELEASE, CHECKED = ["-O3", "-DNDEBUG"], ["-O1"]

# A number of a cell, uint32, becomes ptrdiff_t in many calls. Cells are larger than two
# bytes, so that with 32-bit addresses it is in range, too.
SMALL = "-Wno-sign-conversion"
# MinGW's isnan is a macro that names every type of float.
WINDOWS = "-Wno-float-conversion"


@dataclass(frozen=True)
class Platform:
    """What compiles for it and what runs its programs."""

    name: str
    compiler: str
    packages: str = ""
    flags: str = ""
    emulator: str = ""
    runs: bool = True

    def foreign(self) -> bool:
        """Whether it is another processor or system than this one."""
        return bool(self.emulator) or not self.runs


PLATFORMS = [
    Platform("x86-64", "gcc", "gcc libc6-dev"),
    Platform("x86-64", "gcc-11", "gcc-11"),
    Platform("x86-64", "clang", "clang"),
    Platform("x86-64", "clang-16", "clang-16"),
    Platform("x86-64, no int128", "gcc", flags="-DEV_NO_INT128"),
    Platform(
        "x86-64, no AVX2", "gcc", "qemu-user", emulator="qemu-x86_64 -cpu Nehalem"
    ),
    Platform("x86-64, musl", "musl-gcc", "musl-tools"),
    Platform(
        "i686",
        "i686-linux-gnu-gcc",
        "gcc-i686-linux-gnu libc6-dev-i386-cross qemu-user",
        f"-msse2 -mfpmath=sse {SMALL} -static",
        "qemu-i386",
    ),
    Platform(
        "armhf",
        "arm-linux-gnueabihf-gcc",
        "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user",
        f"{SMALL} -static",
        "qemu-arm",
    ),
    Platform(
        "aarch64",
        "aarch64-linux-gnu-gcc",
        "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user",
        "-static",
        "qemu-aarch64",
    ),
    Platform(
        "riscv64",
        "riscv64-linux-gnu-gcc",
        "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross qemu-user",
        "-static",
        "qemu-riscv64",
    ),
    Platform(
        "s390x",
        "s390x-linux-gnu-gcc",
        "gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user",
        "-static",
        "qemu-s390x",
    ),
    Platform(
        "Windows x86-64",
        "x86_64-w64-mingw32-gcc",
        "gcc-mingw-w64-x86-64",
        WINDOWS,
        runs=False,
    ),
    Platform(
        "Windows i686",
        "i686-w64-mingw32-gcc",
        "gcc-mingw-w64-i686",
        f"-msse2 -mfpmath=sse {SMALL} {WINDOWS}",
        runs=False,
    ),
]


class Builder:
    """Compiles and runs for one platform in a folder of its own."""

    def __init__(self, platform: Platform, folder: Path, pool: ThreadPoolExecutor):
        self.platform = platform
        self.folder = folder
        self.pool = pool
        self.faults: list[str] = []

    def call(self, command: list[str], what: str) -> bool:
        """Whether the command succeeds; its first lines are a fault if not."""
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=600
        )
        if done.returncode != 0:
            text = (done.stdout + done.stderr).strip().splitlines()[:12]
            self.faults.append("\n    ".join([f"{self.title()}: {what}", *text]))
        return done.returncode == 0

    def title(self) -> str:
        return f"{self.platform.name}, {self.platform.compiler}"

    def compile_file(self, source: Path, target: str, flags: list[str]) -> bool:
        command = [self.platform.compiler, *FLAGS, *self.platform.flags.split(), *flags]
        command += ["-c", str(source), "-o", str(self.folder / target)]
        return self.call(command, source.name)

    def byte_order(self) -> str:
        """What the compiler says of the target."""
        command = [self.platform.compiler, *self.platform.flags.split()]
        command += ["-dM", "-E", "-x", "c", "/dev/null"]
        said = subprocess.run(command, capture_output=True, text=True).stdout
        return "big" if "BYTE_ORDER__ __ORDER_BIG" in said else "little"

    def build(self) -> bool:
        """The core as objects; native compilers also try it with assertions."""
        kinds = [("core", RELEASE)]
        kinds += [] if self.platform.foreign() else [("checked", CHECKED)]
        jobs = [
            self.pool.submit(
                self.compile_file, source, f"{kind}-{source.stem}.o", flags
            )
            for kind, flags in kinds
            for source in CORE
        ]
        results = [job.result() for job in jobs]  # all of them, to show every fault
        return all(results)

    def run(self, program: Path) -> bool:
        """Links a program with the core and runs it."""
        binary = self.folder / program.stem
        objects = map(str, self.folder.glob("core-*.o"))
        command = [self.platform.compiler, *FLAGS, *self.platform.flags.split()]
        command += ["-O1", str(program), *objects, "-o", str(binary)]
        linked = self.call([*command, "-lm", "-lpthread"], program.name)
        return linked and (
            not self.platform.runs
            or self.call([*self.platform.emulator.split(), str(binary)], program.name)
        )


def missing(platform: Platform) -> str:
    """The tool that this platform lacks here, or nothing."""
    tools = [platform.compiler, *platform.emulator.split()[:1]]
    return next((tool for tool in tools if shutil.which(tool) is None), "")


def try_platform(
    platform: Platform, pool: ThreadPoolExecutor
) -> tuple[list[str], list[str]]:
    """The row of the table and the faults found."""
    with tempfile.TemporaryDirectory() as folder:
        builder = Builder(platform, Path(folder), pool)
        built = builder.build()
        passed = sum(pool.map(builder.run, PROGRAMS)) if built else 0
    of = f"{passed} of {len(PROGRAMS)}" + ("" if platform.runs else ", linked only")
    row = [platform.name, platform.compiler, "yes" if built else "NO", of]
    return [*row, builder.byte_order()], builder.faults


def print_table(rows: list[list[str]]) -> None:
    """Prints rows of text, the first of them the heads, in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(w) for cell, w in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def main() -> int:
    if sys.argv[1:] == ["--packages"]:
        print(*sorted({name for p in PLATFORMS for name in p.packages.split()}))
        return 0
    heads = ["platform", "compiler", "built", "programs passed", "byte order"]
    rows, faults, absent = [], [], 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for platform in PLATFORMS:
            lacks = missing(platform)
            if lacks:
                absent += 1
                rows.append([platform.name, platform.compiler, "not available", "", ""])
            else:
                row, found = try_platform(platform, pool)
                rows.append(row)
                faults += found
    print_table([heads, *rows])
    for fault in faults:
        print(fault)
    tried = len(rows) - absent
    print(
        f"{tried} platforms and compilers tried, {absent} not available: "
        f"{len(faults)} faults."
    )
    return 1 if faults or tried == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
