"""The warning class of the package."""


class EvmarketWarning(UserWarning):
    """A table or a plot may not be what it seems; the numbers are as documented.

    Examples
    --------
    >>> import evmarket as em
    >>> import warnings
    >>> months = ["2024-01", "2024-01"]
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", em.EvmarketWarning)
    ...     panel = em.Panel.from_arrays({}, months, {"units": [5, 5]})
    >>> panel["units"].values
    array([[10.]])
    """
