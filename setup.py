"""Builds the one extension module, evmarket._core.

All other metadata is in pyproject.toml. Three environment variables are for
developers: EVMARKET_DEBUG=1 builds without optimisation and with assertions,
EVMARKET_SANITIZE=1 builds with AddressSanitizer and UBSan, EVMARKET_STRICT=1 makes
every compiler warning an error.
"""

import os
import re
import sysconfig
from glob import glob
from pathlib import Path

import numpy
from setuptools import Extension, setup
from setuptools.command.sdist import sdist


def wanted(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


def version() -> str:
    text = (Path(__file__).parent / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise SystemExit("pyproject.toml states no version")
    return found[1]


class SourceDistribution(sdist):
    """An sdist that holds the tests and the changes beside what is built."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        tests = glob("tests/**/*", recursive=True)
        kinds = (".py", ".c", ".h", ".npz", "tests/fuzz/run")
        beside = [path for path in tests if path.endswith(kinds)]
        super().make_release_tree(base_dir, sorted({*files, *beside, "CHANGELOG.md"}))


# The limited API: one wheel serves Python 3.11 and all later ones. Free-threaded builds
# do not have it, so each of them needs a wheel of its own.
limited = not sysconfig.get_config_var("Py_GIL_DISABLED")

# No contraction into fused operations, so that every path rounds the same. Divisions
# that are guarded afterwards may be vectorised, because traps are not observed.
compile_args = ["-std=c11", "-ffp-contract=off", "-fno-trapping-math"]
compile_args += ["-Wall", "-Wextra", "-Wconversion", "-Wshadow"]
link_args: list[str] = []
macros = [("EV_VERSION", f'"{version()}"'), ("EV_NUMPY", f'"{numpy.__version__}"')]
undefined: list[str] = []
if limited:
    macros.append(("Py_LIMITED_API", "0x030b0000"))
if wanted("EVMARKET_DEBUG") or wanted("EVMARKET_SANITIZE"):
    compile_args += ["-O1", "-g"]
    undefined.append("NDEBUG")
else:
    compile_args += ["-O3"]
    macros.append(("NDEBUG", "1"))
if wanted("EVMARKET_SANITIZE"):
    sanitize = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    compile_args += [*sanitize, "-fno-omit-frame-pointer"]
    link_args += sanitize
if wanted("EVMARKET_STRICT"):
    compile_args.append("-Werror")

setup(
    cmdclass={"sdist": SourceDistribution},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if limited else {},
    ext_modules=[
        Extension(
            "evmarket._core",
            sources=sorted(glob("csrc/*/*.c")),
            depends=sorted(glob("csrc/*/*.[ch]")),
            include_dirs=["csrc"],
            # Warnings in NumPy's headers are ignored.
            extra_compile_args=[*compile_args, "-isystem", numpy.get_include()],
            extra_link_args=link_args,
            define_macros=macros,
            undef_macros=undefined,
            py_limited_api=limited,
        )
    ],
)
