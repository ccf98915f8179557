"""What this build is."""

from __future__ import annotations

from typing import Any

from .. import _core

__all__ = ["build_info"]


def build_info() -> dict[str, Any]:
    """Facts of the build and of the path in use.

    Returns
    -------
    dict
        ``version``; ``compiler``; ``isa_available``, the instruction sets that the
        build holds and this processor runs; ``isa``, the one in use (``EVMARKET_ISA``
        in the environment chooses it at import); ``numpy_built``, the NumPy whose
        headers it was compiled against; ``debug``, whether assertions are in.

    Examples
    --------
    >>> import evmarket as em
    >>> em.build_info()["isa"] in em.build_info()["isa_available"]
    True
    """
    return {
        "version": _core.version,
        "compiler": _core.compiler,
        "isa_available": _core.isa_available,
        "isa": _core.isa,
        "numpy_built": _core.numpy_built,
        "debug": bool(_core.debug),
    }
