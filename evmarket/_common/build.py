"""Facts about the build."""

from __future__ import annotations

from typing import Any

from .. import _core


def build_info() -> dict[str, Any]:
    """Facts about this build and the instruction set in use.

    Returns
    -------
    dict
        ``version``; ``compiler``; ``isa_available``, the instruction sets that the
        build contains and this processor supports; ``isa``, the one in use (set
        ``EVMARKET_ISA`` in the environment before the import to choose another);
        ``numpy_built``, the version of NumPy that it was compiled with; ``debug``,
        whether assertions are compiled in.

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
