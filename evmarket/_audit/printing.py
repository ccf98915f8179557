"""Facts from a CSV file; audits as text, CSV and JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .._common.messages import one_line
from .._common.numbers import finite
from .._common.text import aligned, as_csv, printable, wrap
from .._figures.show import show_span
from .words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .audit import Audit
    from .findings import Finding


def read_facts(path: str, encoding: str) -> list[dict[str, str]]:
    """The rows of a CSV file with column names in the first row."""
    import csv

    named = one_line(path)
    try:
        with open(path, encoding=encoding, newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            rows = [row for row in reader if row]
    except OSError as error:
        raise ValueError(f"cannot read {named}: {error.strerror or error}") from None
    except (UnicodeError, LookupError, csv.Error) as error:
        raise ValueError(f"cannot read {named}: {one_line(error)}") from None
    for i, row in enumerate(rows):
        if len(row) != len(header):
            raise ValueError(
                f"{named}, row {i}: {len(row)} fields for {len(header)} columns"
            )
    if len(set(header)) != len(header) or not header:
        raise ValueError(
            f"{named}: the first row must name the columns, each name once"
        )
    return [dict(zip(header, row, strict=True)) for row in rows]


def text(audit: Audit) -> str:
    """The findings as an aligned table, the inconsistent ones first; then the bad
    entries and the facts that no rule compared."""
    counted = ", ".join(f"{n} {name}" for name, n in audit.counts.items())
    title = f"Audit of {len(audit.facts)} facts: {counted}"
    lines = wrap(title, 100)
    findings = list(audit.findings)
    if findings:
        lines += _findings(findings)
    if audit.errors:
        lines += ["", f"Bad entries, read as empty: {len(audit.errors)}"]
        for problem in audit.errors:
            lines += [f"  {row}" for row in wrap(printable(problem.message), 98)]
    unchecked = audit.unchecked
    if unchecked:
        columns = [["unchecked", *(one.id for one in unchecked)]]
        lines += ["", *aligned(columns, (), [one.why for one in unchecked])]
    return "\n".join(lines) + "\n"


def _findings(findings: list[Finding]) -> list[str]:
    notes = [words_of(f.distance, f.reason) for f in findings]
    columns = [
        ["outcome", *(f.outcome for f in findings)],
        ["rule", *(f.rule for f in findings)],
        ["printed", *(show_span(f.printed.exact, f.printed.kind) for f in findings)],
        ["implied", *(show_span(f.expected.exact, f.printed.kind) for f in findings)],
        ["facts", *(" ".join(f.facts) for f in findings)],
    ]
    return aligned(columns, range(0), notes)


def csv_text(audit: Audit) -> str:
    """The findings as CSV, at full precision; bad entries have the outcome unread."""
    table = audit.to_table()
    rows = zip(*(table[name].tolist() for name in table), strict=True)
    plain = [["" if entry != entry else entry for entry in row] for row in rows]
    blank = dict.fromkeys(table.columns, "") | {"rule": "reading", "outcome": "unread"}
    bad = [
        blank | {"facts": audit.facts.id[problem.row], "reason": problem.message}
        for problem in audit.errors
    ]
    return as_csv([table.columns, *plain, *(list(row.values()) for row in bad)])


def json_text(audit: Audit) -> str:
    """The findings as JSON; an unbounded end is null and marked as unbounded."""
    import json

    def span(figure: Any) -> dict[str, Any]:
        ends = {"low": figure.low, "high": figure.high}
        bounded = all(map(math.isfinite, ends.values()))
        return {
            **({"text": figure.text} if figure.text else {}),
            **{name: finite(end) for name, end in ends.items()},
            "low_open": figure.low_open,
            "high_open": figure.high_open,
            **({} if bounded else {"unbounded": True}),
        }

    listed = [
        {
            "rule": f.rule,
            "facts": list(f.facts),
            "outcome": f.outcome,
            "printed": span(f.printed),
            "implied": span(f.expected),
            "distance": finite(f.distance),
            "reason": f.reason,
        }
        for f in audit.findings
    ]
    whole = {
        "facts": len(audit.facts),
        "counts": audit.counts,
        "findings": listed,
        "errors": [problem._asdict() for problem in audit.errors],
        "unchecked": [one._asdict() for one in audit.unchecked],
    }
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


FORMATS: dict[str, Callable[[Audit], str]] = {
    "text": text,
    "csv": csv_text,
    "json": json_text,
}
