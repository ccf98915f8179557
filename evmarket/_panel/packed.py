"""Panels as bytes: the arrays of a state, one after the other, never compressed.

The bytes are: a mark, the size and the CRC-32 of the index, the index, the arrays. The
index is JSON: for each array its name, type, shape and CRC-32. The arrays begin at
multiples of 8 bytes. Every size is compared with the bytes at hand before it is used.
"""

from __future__ import annotations

import json
import struct
import zlib
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import one_line, short
from .._common.workers import run
from .storage import from_state, to_state
from .stored import need

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._cells.panel import PanelData
    from .._common.types import Array

    State = dict[str, Array]

_MARK = b"evmarket\x00panel\x01\n"
_START = struct.Struct("<16sQI")
"""The mark, the size of the index and its CRC-32."""
_TYPES = ("|b1", "|u1", "<i4", "<i8", "<u8")
_STEP = 8


def packed(panel: PanelData) -> bytes:
    """See `Panel.to_bytes`."""
    state = to_state(panel)
    arrays = [
        np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        for array in state.values()
    ]
    sums = run(_checksum, [(array,) for array in arrays])
    entries = [
        [name, array.dtype.str, array.shape, checksum]
        for name, array, checksum in zip(state, arrays, sums, strict=True)
    ]
    index = json.dumps(entries, separators=(",", ":")).encode()
    start = _START.pack(_MARK, len(index), zlib.crc32(index))
    parts: list[Any] = [start, index, _gap(len(start) + len(index))]
    for array in arrays:
        parts += [_flat(array), _gap(array.nbytes)]
    return b"".join(parts)


def unpacked(data: Any) -> PanelData:
    """See `Panel.from_bytes`."""
    raw = _as_bytes(data)
    try:
        return from_state(_read_state(raw))
    except MemoryError:
        raise
    # What the arrays say is used in many places, which raise their own errors.
    except Exception as error:
        why = one_line(error.args[0] if error.args else error)[:120]
        raise ValueError(
            f"data is {len(raw)} bytes, damaged or not a panel: {why}"
        ) from None


def _as_bytes(data: Any) -> bytes:
    """Bytes that nobody changes while the arrays of a panel lie in them."""
    if isinstance(data, bytes):
        return data
    try:
        return bytes(memoryview(data))
    except TypeError:
        raise TypeError(f"data is {short(data)}: give bytes") from None


def _read_state(raw: bytes) -> State:
    """The arrays, which lie where the bytes are."""
    need(len(raw) >= _START.size, "it ends within its first bytes")
    mark, size, checksum = _START.unpack_from(raw)
    need(mark == _MARK, "it does not begin as a panel does")
    need(size <= len(raw) - _START.size, "its index is too long")
    stop = _START.size + size
    index = raw[_START.size : stop]
    need(zlib.crc32(index) == checksum, "its index was changed")
    state, sums = {}, []
    at = stop + len(_gap(stop))
    for name, dtype, shape, checksum in _entries(index):
        count = prod(shape)
        size = count * dtype.itemsize
        need(size <= len(raw) - at, f"{name} is longer than the rest of the bytes")
        array = np.frombuffer(raw, dtype, count, at) if count else np.empty(0, dtype)
        state[name] = array.reshape(shape)
        sums.append(checksum)
        at += size + len(_gap(size))
    need(at == len(raw), "bytes follow the last array")
    found = run(_checksum, [(array,) for array in state.values()])
    for name, now, before in zip(state, found, sums, strict=True):
        need(now == before, f"{name} was changed")
    return state


def _entries(index: bytes) -> Iterator[tuple[str, Any, tuple[int, ...], int]]:
    """The arrays that an index lists."""
    try:
        entries = json.loads(index)
    except (ValueError, RecursionError):
        raise ValueError("its index cannot be read") from None
    need(isinstance(entries, list), "its index cannot be read")
    names = set()
    for entry in entries:
        good = isinstance(entry, list) and len(entry) == 4
        need(good, "its index cannot be read")
        name, dtype, shape, checksum = entry
        good = (
            isinstance(name, str)
            and name not in names
            and dtype in _TYPES
            and isinstance(shape, list)
            and len(shape) in (1, 2)
            and all(type(n) is int and 0 <= n < 1 << 48 for n in shape)
            and type(checksum) is int
        )
        need(good, "its index cannot be read")
        names.add(name)
        yield name, np.dtype(dtype), tuple(shape), checksum


def _flat(array: Array) -> Any:
    """The bytes of an array, not copied."""
    return array.reshape(-1).view(np.uint8).data


def _checksum(array: Array) -> int:
    return zlib.crc32(_flat(array))


def _gap(size: int) -> bytes:
    """The zeros after `size` bytes, up to where the next array begins."""
    return bytes(-size % _STEP)
