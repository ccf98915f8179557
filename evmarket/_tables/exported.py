"""What has a table: other libraries read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any


class Exported:
    """What panels, measures and explanations share: other libraries read their tables.

    Any library that reads Arrow streams takes the object itself.
    """

    if TYPE_CHECKING:

        def to_table(self) -> Any: ...

    def to_polars(self, period: str = "period") -> Any:
        """The table as a polars DataFrame in long form; columns keep their types.

        A measure has its status codes and, beside them, the names of the statuses.

        Parameters
        ----------
        period : {"period", "start", "end", "label"}
            What periods become: the dates of their first or last days, or text. The
            default is "start", at M-JF "label".

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_wide({"maker": ["A"], "2025": [90]}, "maker", "units")
        >>> panel.to_polars().row(0)
        ('A', datetime.date(2025, 1, 1), 90)
        >>> panel["units"].to_polars(period="label").row(0)
        ('A', '2025', 90, 0, 'OK')
        """
        return self.to_table().to_polars(period)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.to_table().__arrow_c_stream__(requested_schema)
