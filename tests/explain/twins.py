"""A panel and the model of the same rows."""

from tests.model import Model
from tests.panel.panels import KINDS, NAMES, panel_of


def month(ordinal):
    return f"{1970 + ordinal // 12}-{ordinal % 12 + 1:02}"


def both(rows, measures=KINDS, *, complete=None, **options):
    """The panel and the model of rows of months."""
    options["complete_through"] = None if complete is None else month(complete)
    table = [
        (dict(zip(NAMES, row.key, strict=True)), month(row.period), row.values)
        for row in rows
    ]
    model = Model(table, keys=NAMES, kinds=measures, freq="M", **options)
    return panel_of(rows, measures, **options), model
