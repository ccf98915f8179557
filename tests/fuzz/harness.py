"""The harnesses, their seeds, and how they are compiled.

A harness in C is fuzz_NAME.c, one in Python a module with seeds() and one().
"""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.seeds import SEEDS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
IN_C = sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.c"))
IN_PYTHON = ["panels", "tables"]
FOLDERS = ["base", "calendar", "columns", "figures", "table"]
FLAGS = [
    "-std=c11 -O1 -g -ffp-contract=off -fno-trapping-math -fno-omit-frame-pointer",
    "-Wall -Wextra -Wconversion -Wshadow -DEV_SMALL_BLOCKS",
    "-fsanitize=address,undefined -fno-sanitize-recover=undefined",
]


def compiler_with_libfuzzer(folder: Path) -> str | None:
    """A clang that links libFuzzer, or None."""
    source = folder / "probe.c"
    source.write_text(
        "#include <stddef.h>\n#include <stdint.h>\n"
        "int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n);\n"
        "int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n)\n"
        "{ (void)d; (void)n; return 0; }\n"
    )
    found = [os.environ.get("CLANG", "clang"), *sorted(_clangs(), reverse=True)]
    for clang in found:
        command = [clang, "-fsanitize=fuzzer,address", str(source), "-o"]
        if shutil.which(clang) and _is_done([*command, str(folder / "probe")]):
            return clang
    return None


def _clangs() -> list[str]:
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return [
        path.name for folder in folders for path in Path(folder).glob("clang-[0-9]*")
    ]


def _is_done(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0


def build(
    compiler: str, folder: Path, libfuzzer: bool, flags: list[str] = FLAGS
) -> dict[str, Path]:
    """Programs of all harnesses in C; without libFuzzer they replay files."""
    traced = ["-fsanitize=fuzzer-no-link"] if libfuzzer else []
    linked = ["-fsanitize=fuzzer"] if libfuzzer else [str(HERE / "replay.c")]
    sources = [path for name in FOLDERS for path in (ROOT / "csrc" / name).glob("*.c")]
    objects = [folder / f"{path.stem}.o" for path in sources]
    programs = {name: folder / name for name in IN_C}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        core = [
            pool.submit(
                _compile, compiler, flags, [*traced, "-c", source, "-o", target]
            )
            for source, target in zip(sources, objects, strict=True)
        ]
        for one in core:
            one.result()
        linking = [
            pool.submit(
                _compile,
                compiler,
                flags,
                [*linked, HERE / f"fuzz_{name}.c", *objects, "-o", target, "-lm"],
            )
            for name, target in programs.items()
        ]
        for one in linking:
            one.result()
    return programs


def _compile(compiler: str, flags: list[str], arguments: list[object]) -> None:
    command = [compiler, *" ".join(flags).split(), "-I", ROOT / "csrc", *arguments]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True
    )
    if done.returncode or "warning:" in done.stderr:
        raise RuntimeError(done.stderr)


def write_seeds(name: str, folder: Path) -> list[Path]:
    """The seeds of a harness in C, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"seed{number}" for number in range(len(SEEDS[name]))]
    for path, data in zip(paths, SEEDS[name], strict=True):
        path.write_bytes(data)
    return paths
