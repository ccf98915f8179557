"""Growth and margins of vehicle markets, with exact sums and a calendar.

Rates, shares and margins are fractions: 0.8 is 80%. The earlier value comes
first. Undefined results are NaN, and a status code gives the reason: pass
``return_status=True`` to functions, read ``.status`` of measures. The help
of each name, such as ``help(evmarket.growth)``, gives the formula, the
units, the NaN rule and an example.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Imported here, so that a broken build fails at import and not at the first use.
from . import _core as _core


def _read_stub() -> tuple[dict[str, tuple[str, str]], str]:
    """Public names with their module and attribute, and the text of the help."""
    stub = __spec__.loader.get_data(f"{__path__[0]}/__init__.pyi")  # also from a zip
    homes: dict[str, tuple[str, str]] = {}
    lines: list[str] = []
    module = ""
    for line in stub.decode("utf-8").splitlines():
        if line.startswith("# "):
            lines.append(f"\n{line[2:]}:")
        elif line.startswith("from "):
            module = line.split()[1]
        elif line.startswith("    "):
            attribute, _, rest = line.strip().partition(" as ")
            name, _, meaning = rest.partition(",  # ")
            homes[name] = (module, attribute)
            lines.append(f"    {name:<22} {meaning}")
    return homes, "\n".join(lines)


_HOMES, _GROUPS = _read_stub()
__all__ = sorted(_HOMES)
__doc__ = f"""{__doc__}{_GROUPS}

``python -m evmarket --help`` lists the commands;
``python -m evmarket notebook`` writes a tour of the package.
"""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'evmarket' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    if module == ".":
        value: Any = import_module(f".{attribute}", __name__)
    else:
        value = getattr(import_module(module, __name__), attribute)
    globals()[name] = value  # the next access does not call this function
    return value


def __dir__() -> list[str]:
    return list(__all__)
