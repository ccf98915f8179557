"""The guides: one page each, for users of another tool, and for many machines."""

from __future__ import annotations

import os

from .._common.messages import short

FOLDER = os.path.join(os.path.dirname(__file__), "guides")
"""Markdown files; a test runs their examples."""
TOOLS = ("pandas", "excel", "dax", "collapse")
GUIDES = (*TOOLS, "scale")


def guide(name: str) -> str:
    """The text of a guide.

    Parameters
    ----------
    name : {"pandas", "excel", "dax", "collapse", "scale"}
        The tool that the reader knows, or "scale" for tables beyond one machine, in
        capital or small letters.

    Returns
    -------
    str
        Markdown.

    Raises
    ------
    ValueError
        If there is no such guide.

    Examples
    --------
    >>> from evmarket._cli.guides import guide
    >>> guide("Excel").splitlines()[0]
    '# Coming from Excel'
    """
    if name.lower() not in GUIDES:
        raise ValueError(f"guide is {short(name)}: there are {', '.join(GUIDES)}")
    path = os.path.join(FOLDER, f"{name.lower()}.md")
    with open(path, encoding="utf-8") as file:
        return file.read()


def guides() -> str:
    """A line for each guide: its name and its title.

    Examples
    --------
    >>> from evmarket._cli.guides import guides
    >>> print(guides().splitlines()[1])
    excel     Coming from Excel
    """
    titles = (guide(name).partition("\n")[0].removeprefix("# ") for name in GUIDES)
    pairs = zip(GUIDES, titles, strict=True)
    return "".join(f"{name:<8}  {title}\n" for name, title in pairs)
