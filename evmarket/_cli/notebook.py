"""The tour: the notebook that comes with the package, written out."""

from __future__ import annotations

import os

from .._common.files import written_whole
from .._common.messages import short

TOUR = os.path.join(os.path.dirname(__file__), "tour.ipynb")
"""The executed notebook, its only source; a test runs it again and compares."""


def write_tour(path: str, force: bool = False) -> str:
    """Write the tour to a file, whole or not at all.

    Parameters
    ----------
    path : str
        The file.
    force : bool, default False
        Replace a file that is there.

    Returns
    -------
    str
        The path written.

    Raises
    ------
    ValueError
        For a file that is there, a folder, a path that cannot be written.

    Examples
    --------
    >>> import os, tempfile
    >>> from evmarket._cli.notebook import write_tour
    >>> path = os.path.join(tempfile.mkdtemp(), "tour.ipynb")
    >>> write_tour(path) == path
    True
    """
    shown = short(path, 120)
    if os.path.isdir(path):
        raise ValueError(f"notebook: {shown} is a folder: name a file in it")
    if os.path.lexists(path) and not force:
        raise ValueError(f"notebook: {shown} exists: --force replaces it")
    with open(TOUR, "rb") as file:
        tour = file.read()
    try:
        with written_whole(path) as file:
            file.write(tour)
    except OSError as error:
        why = error.strerror or str(error)
        raise ValueError(f"notebook: cannot write {shown}: {why}") from None
    return path
