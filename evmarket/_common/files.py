"""Files that are written completely or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def written_whole(path: str) -> Iterator[BinaryIO]:
    """A file to write; it gets its name after everything is written."""
    part = f"{path}.{os.urandom(4).hex()}.part"
    try:
        with open(part, "wb") as file:
            yield file
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.remove(part)
        raise
