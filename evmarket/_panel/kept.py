"""Panels in files, in bytes, pickled, and their size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .._common.sizes import size_of

if TYPE_CHECKING:
    from .._cells.panel import PanelData
    from .._common.types import Array

_Panel = TypeVar("_Panel", bound="Kept")


class Kept:
    """How a `Panel` leaves the process and comes back."""

    def __init__(self, data: PanelData) -> None:
        self._data = data

    @classmethod
    def load(cls: type[_Panel], path: Any) -> _Panel:
        """Load a panel from a file that `save` wrote. Nothing in the file is executed.

        Raises
        ------
        OSError, ValueError
            If the file cannot be read, is damaged, or is not a panel.

        Examples
        --------
        >>> import evmarket as em
        >>> import os, tempfile
        >>> panel = em.Panel.from_wide({"maker": ["A"], "2025": [90]}, "maker", "units")
        >>> path = os.path.join(tempfile.mkdtemp(), "units.npz")
        >>> panel.save(path)
        >>> em.Panel.load(path)["units"].at("2025")
        array([90.])
        """
        from .storage import load

        return cls(load(path))

    def save(self, path: Any) -> None:
        """Write the panel to an .npz file, without pickle.

        An existing file keeps its mode, and a link leads to it as before. If writing
        fails, or `path` is not a regular file, an OSError is raised and an existing
        file stays as it is.

        Examples
        --------
        >>> import evmarket as em
        >>> import os, tempfile
        >>> panel = em.Panel.from_wide({"maker": ["A"], "2025": [90]}, "maker", "units")
        >>> panel.save(os.path.join(tempfile.mkdtemp(), "units.npz"))
        """
        from .storage import save

        save(self._data, path)

    @classmethod
    def from_bytes(cls: type[_Panel], data: Any) -> _Panel:
        """The panel of the bytes that `to_bytes` gave. Nothing in them is executed.

        Parameters
        ----------
        data : bytes-like
            Bytes are not copied: the panel reads its numbers where they lie.

        Returns
        -------
        Panel

        Raises
        ------
        TypeError, ValueError
            If `data` is not bytes, is damaged or cut off, or is not a panel. Sizes are
            checked before memory is taken.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_wide({"maker": ["A"], "2025": [90]}, "maker", "units")
        >>> em.Panel.from_bytes(panel.to_bytes())["units"].at("2025")
        array([90.])
        """
        from .packed import unpacked

        return cls(unpacked(data))

    def to_bytes(self) -> bytes:
        """The panel as bytes, for another process or machine, without pickle.

        Returns
        -------
        bytes
            What `save` writes, with checksums. Equal panels, built in the same way,
            give equal bytes on every machine.

        Examples
        --------
        >>> import evmarket as em
        >>> january, february = (
        ...     em.Panel.from_arrays({"maker": ["A"]}, [month], {"units": [10]})
        ...     for month in ("2025-01", "2025-02")
        ... )
        >>> parts = [january.to_bytes(), february.to_bytes()]
        >>> first, *others = map(em.Panel.from_bytes, parts)
        >>> first.merge(*others)["units"].values
        array([[10., 10.]])
        """
        from .packed import packed

        return packed(self._data)

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + size_of(vars(self))

    def __reduce__(self) -> tuple[Any, ...]:
        # Arrays by themselves: protocol 5 hands them over without a copy, and read-only
        # ones need none where they are loaded, either.
        from .storage import to_state

        state = {name: array.view() for name, array in to_state(self._data).items()}
        for array in state.values():
            array.flags.writeable = False
        return _from_state, (type(self), state)


def _from_state(cls: type[Kept], state: dict[str, Array]) -> Kept:
    """A panel from its pickled state."""
    from .storage import from_state

    return cls(from_state(state))
