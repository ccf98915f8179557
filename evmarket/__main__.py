"""The command line: ``python -m evmarket`` prints the report on the built-in market."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence


DONE = 0
INCONSISTENT = 1
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
        0 when done, also when the reader closed the pipe early; 1 when the audit found
        an inconsistency and ``--strict`` was given; 2 for bad usage, bad input or
        output that cannot be written, with a message on standard error; 130 when
        interrupted.

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
    try:
        options = _parser().parse_args(argv)
    except SystemExit as exit_:
        # argparse has printed the message, or the help that was asked for.
        _write("")
        return DONE if exit_.code in (None, 0) else BAD
    try:
        status, shown = options.run(options)
        for piece in [shown] if isinstance(shown, str) else shown:
            _write(piece)
    except (ValueError, KeyError, TypeError, OverflowError, MemoryError) as error:
        return _complain(str(error.args[0] if error.args else "not enough memory"))
    return int(status)


def _report(options: Namespace) -> tuple[int, str]:
    from ._market.market import TITLE, market
    from ._market.printing import FORMATS

    shown = FORMATS[options.format](market())
    return DONE, f"{TITLE}\n\n{shown}" if options.format == "text" else shown


def _audit(options: Namespace) -> tuple[int, str]:
    from ._audit.audit import audit
    from ._audit.printing import FORMATS, read_facts

    found = audit(read_facts(options.file, options.encoding))
    failed = options.strict and found.counts["inconsistent"] > 0
    return INCONSISTENT if failed else DONE, FORMATS[options.format](found)


def _notebook(options: Namespace) -> tuple[int, str]:
    from ._cli.notebook import write_tour

    return DONE, f"wrote {write_tour(options.path, options.force)}\n"


def _parser() -> ArgumentParser:
    import argparse

    parser = argparse.ArgumentParser(
        prog="python -m evmarket",
        description="Growth and margins of the built-in vehicle market.",
        epilog="In CSV and JSON rates, shares, pp and bp are fractions.",
        allow_abbrev=False,
    )
    parser.set_defaults(run=_report)
    _add_format(parser)
    commands = parser.add_subparsers(title="commands", metavar="")
    checks = commands.add_parser(
        "audit",
        help="check published figures against each other",
        description="Check the facts of a CSV file against each other.",
        epilog="The columns are those of the fact datasets; see the help of "
        "evmarket.datasets. Exit status 1: an inconsistency, and --strict was given.",
        allow_abbrev=False,
    )
    checks.add_argument("file", metavar="FILE", help="CSV with the fact columns")
    checks.add_argument("--strict", action="store_true", help="fail on inconsistency")
    checks.add_argument("--encoding", default="utf-8-sig", help="default: UTF-8")
    _add_format(checks)
    checks.set_defaults(run=_audit)
    from ._cli.commands import add_commands

    add_commands(commands, _add_format)
    tour = commands.add_parser(
        "notebook",
        help="write the tour, a notebook that shows the package at work",
        description="Write the tour, a notebook that shows the package at work.",
        epilog="Open it in JupyterLab; the package's [plot] extra draws its plots.",
        allow_abbrev=False,
    )
    tour.add_argument(
        "path",
        nargs="?",
        default="evmarket-tour.ipynb",
        metavar="PATH",
        help="the file to write (default: %(default)s)",
    )
    tour.add_argument("--force", action="store_true", help="replace a file")
    tour.set_defaults(run=_notebook)
    return parser


def _add_format(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=("text", "csv", "json"),
        default="text",
        help="how to print (default: text)",
    )


def _write(shown: str) -> None:
    """To standard output where there is one, in whatever encoding it has."""
    stream = sys.stdout
    if stream is None:
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(shown.encode(encoding, "replace").decode(encoding))
    stream.flush()


def _discard_output() -> None:
    """What is still buffered goes nowhere, so that leaving raises nothing."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, sys.stdout.fileno())
        finally:
            os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass


def _complain(message: str) -> int:
    if sys.stderr is not None:
        print(f"evmarket: {message}", file=sys.stderr)
    return BAD


if __name__ == "__main__":
    sys.exit(main())
