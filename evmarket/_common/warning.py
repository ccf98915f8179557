"""The warning class of the package."""


class EvmarketWarning(UserWarning):
    """A table may not be what it seems; the numbers are computed as documented."""
