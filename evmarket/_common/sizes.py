"""How many bytes an object holds, with all that it refers to."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

_PLAIN = {str, bytes, int, float, bool, type(None)}
_OURS = __package__.partition(".")[0]


def size_of(thing: Any) -> int:
    """The bytes of arrays, containers and objects of this package, each counted once.

    Examples
    --------
    >>> import numpy as np
    >>> from evmarket._common.sizes import size_of
    >>> column = np.zeros(1000)
    >>> 8000 < size_of([column, column]) < 8300
    True
    """
    total, seen, waiting = 0, set(), [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            # Labels in arrays of objects are counted where the tuples hold them.
            total += one.nbytes
        elif isinstance(one, (tuple, list, set, dict)):
            total += sys.getsizeof(one)
            items = [*one, *one.values()] if isinstance(one, dict) else one
            if set(map(type, items)) <= _PLAIN:  # many labels
                total += sum(map(sys.getsizeof, items))
            else:
                waiting.extend(items)
        elif type(one) in _PLAIN:
            total += sys.getsizeof(one)
        elif type(one).__module__.partition(".")[0] == _OURS:
            waiting.append(getattr(one, "__dict__", ()))
    return total
