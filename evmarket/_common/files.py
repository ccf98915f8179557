"""Files that are written completely or not at all."""

from __future__ import annotations

import os
import stat
import time
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from .messages import short

if TYPE_CHECKING:
    from collections.abc import Iterator

_OLD = 3600
"""Seconds after which a part file is taken for one that a killed process left."""


@contextmanager
def written_whole(path: Any) -> Iterator[BinaryIO]:
    """A file to write; it gets its name after everything is on the disk.

    Links are followed, and a file that exists keeps its mode. Until the end the bytes
    are in a part file in the same folder, which is removed after any error. Part files
    of this name that are older than an hour are removed too.

    Raises
    ------
    OSError
        If the file cannot be written, or `path` is not a regular file.
    """
    target = os.path.realpath(os.fsdecode(path))
    mode = _mode_of(target, path)
    folder, name = os.path.split(target)
    # Of one length for any name, so that long names have room.
    start = f".evmarket-{zlib.crc32(os.fsencode(name)):08x}-"
    _remove_old(folder, start)
    part = os.path.join(folder, f"{start}{os.urandom(4).hex()}.part")
    try:
        with open(part, "xb") as file:
            if mode is not None:
                os.chmod(part, mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException as error:
        with suppress(FileNotFoundError):
            os.remove(part)
        if isinstance(error, OSError) and error.filename == part:
            # The reader of the message knows the name that was asked for.
            error.filename, error.filename2 = os.fsdecode(path), None
        raise
    _sync_folder(folder)


def _mode_of(target: str, path: Any) -> int | None:
    """The mode of a regular file, None if there is no file."""
    try:
        found = os.stat(target).st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found):
        what = "a folder" if stat.S_ISDIR(found) else "a pipe, device or socket"
        raise OSError(f"path is {short(path, 200)}, {what}: give a regular file")
    return stat.S_IMODE(found)


def _remove_old(folder: str, start: str) -> None:
    # What cannot be listed or removed does not prevent writing.
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(start) and entry.name.endswith(".part"):
                with suppress(OSError):
                    if time.time() - entry.stat().st_mtime > _OLD:
                        os.remove(entry.path)


def _sync_folder(folder: str) -> None:
    """Keep the new name through a power cut, where folders can be synced."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
