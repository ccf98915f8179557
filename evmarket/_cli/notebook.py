"""Write the tour, a notebook that comes with the package."""

from __future__ import annotations

import os

from .._common.files import written_whole
from .._common.messages import short

TOUR = os.path.join(os.path.dirname(__file__), "tour.ipynb")
"""The executed notebook; a test runs it again and compares the outputs."""


def write_tour(path: str, force: bool = False) -> str:
    """Write the tour to a file, completely or not at all.

    Parameters
    ----------
    path : str
        The file.
    force : bool, default False
        Replace an existing file.

    Returns
    -------
    str
        The path written.

    Raises
    ------
    ValueError
        If the file exists, is a folder, or cannot be written.

    Examples
    --------
    >>> import os, tempfile
    >>> from evmarket._cli.notebook import write_tour
    >>> path = os.path.join(tempfile.mkdtemp(), "tour.ipynb")
    >>> write_tour(path) == path
    True
    """
    named = short(path, 120)
    if os.path.isdir(path):
        raise ValueError(f"notebook: {named} is a folder: give the name of a file")
    if os.path.lexists(path) and not force:
        raise ValueError(f"notebook: {named} exists: --force replaces it")
    with open(TOUR, "rb") as file:
        tour = file.read()
    try:
        with written_whole(path) as file:
            file.write(tour)
    except OSError as error:
        why = error.strerror or str(error)
        raise ValueError(f"notebook: cannot write {named}: {why}") from None
    return path
