"""The state of a measure."""

from __future__ import annotations

import numpy as np

from .. import _core

_AS_BASE = np.arange(256, dtype=np.uint8)
_AS_BASE[_core.NOT_BEGUN] = _core.ENTERED
_AS_BASE[[_core.EXITED, _core.MISSING]] = _core.GAP
"""What the status of a cell without a number says of it as a base."""
DENSE_MOST = 1 << 27
"""Cells beyond which `.values` is refused: it would take a gigabyte."""
