"""Facts about the build, and the memory that it keeps."""

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
        whether assertions are compiled in; ``kept``, how many bytes of memory are kept
        for the next panel, and ``kept_at_most`` (see `clear_cache`).

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
        "kept": _core.kept_bytes(),
        "kept_at_most": _core.kept_bound(),
    }


def clear_cache() -> None:
    """Give back the memory that is kept for the next panel.

    Memory that a build of a panel no longer needs is kept, because a system takes
    longer to hand out new memory than the build takes to fill it. It never exceeds the
    ``kept_at_most`` bytes of `build_info`. Results do not depend on it.

    Examples
    --------
    >>> import evmarket as em
    >>> em.clear_cache()
    >>> em.build_info()["kept"]
    0
    """
    _core.clear_kept()
