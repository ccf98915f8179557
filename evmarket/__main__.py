"""The command line: ``python -m evmarket`` prints the report on the built-in market."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


DONE = 0
BAD = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process by default.

    Returns
    -------
    int
        0 when done, also when the reader closes the pipe early; 1 if the audit finds an
        inconsistency and ``--strict`` is given; 2 for bad usage, bad input or output
        that cannot be written, with a message on standard error; 130 when interrupted.

    Examples
    --------
    >>> from evmarket.__main__ import main
    >>> main(["--format", "csv"])  # doctest: +ELLIPSIS
    section,label,quantity,value,unit,status,printed,note,derived_from
    ...
    0
    """
    try:
        return _run(argv)
    except BrokenPipeError:
        _discard_output()
        return DONE
    except KeyboardInterrupt:
        _discard_output()
        _complain("interrupted")
        return INTERRUPTED
    except OSError as error:
        _discard_output()
        return _complain(f"cannot write the output: {error.strerror or error}")


def _run(argv: Sequence[str] | None) -> int:
    from ._cli.flags import joined, parser

    try:
        options = parser().parse_args(joined(sys.argv[1:] if argv is None else argv))
    except SystemExit as exit_:
        # argparse has printed the message or the help.
        _write("")
        return DONE if exit_.code in (None, 0) else BAD
    from ._cli.commands import run_command

    try:
        status, pieces = run_command(options)
        for piece in pieces:
            _write(piece)
    except (
        ValueError,
        KeyError,
        TypeError,
        OverflowError,
        MemoryError,
        ImportError,
    ) as error:
        return _complain(str(error.args[0] if error.args else "not enough memory"))
    return status


def _write(text: str) -> None:
    """Write to standard output, if there is one, in its encoding."""
    stream = sys.stdout
    if stream is None:
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def _discard_output() -> None:
    """Send buffered output to the null device, so that the exit raises nothing."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(null, sys.stdout.fileno())
        finally:
            os.close(null)
    except (OSError, ValueError, AttributeError):
        pass


def _complain(message: str) -> int:
    from ._cli.reading import say

    say(message)
    return BAD


if __name__ == "__main__":
    sys.exit(main())
