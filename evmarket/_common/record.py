"""Records: data classes that nobody changes once they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

__all__ = ["record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(**options: bool):
        """A frozen data class for the type checker, which finds every assignment.

        At run time it is not frozen: guarding each assignment would double the time to
        make the class and its instances, and these are made for every result.
        """
        del options
        return dataclass(eq=False, repr=False)
