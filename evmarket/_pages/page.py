"""The report of a panel as one HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common import html
from .._common.html import Html, joined, label, text
from .._common.status import Status
from .._tables.html import table_part
from .bars import bars_chart
from .content import LAG, content
from .lines import areas_chart, lines_chart, palette, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._panel.panel import Panel
    from .._tables.table import Table
    from .content import Content, Group, Lines, Steps

MOST_PERIODS = 120
"""Of more periods a chart shows the last, or those up to the report."""
_MOST_ROWS = 200
"""Of longer tables the page shows the first and the last rows."""

_STYLE = """\
h1{font-size:1.5rem;line-height:1.25;margin:.2em 0}
h2{font-size:1.15rem;margin:1.6em 0 .3em}
h3{font-size:1rem;margin:1.2em 0 .3em}
p{margin:.3em 0;color:var(--mute)}abbr{text-decoration:none}
ul{margin:.3em 0;padding-left:1.2em}
.charts{display:grid;gap:1.2rem;\
grid-template-columns:repeat(auto-fit,minmax(min(100%,23rem),1fr))}
figure{margin:0;min-width:0;break-inside:avoid}
figcaption{font-weight:600;margin-bottom:.2em}
.chart{display:block;width:100%;height:auto;overflow:visible}
.chart text{font-size:12px;fill:var(--ink)}
.chart text.total{font-weight:600}
.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
.late{stroke-dasharray:4 3}
.dot{fill:var(--c);stroke:none}.dot.late{fill:var(--paper);stroke:var(--c)}
.total{--c:var(--ink)}.total .line{stroke-width:3}
.rest{--c:#8c8c8c}
.again .line{stroke-width:1.2}.again .dot{opacity:.6}
.area{fill:var(--c);stroke:var(--paper);stroke-width:.6}.area.again{opacity:.6}
.veil{fill:var(--paper);opacity:.55}
.grid{stroke:var(--line);stroke-width:.6}.zero{stroke:var(--mute);stroke-width:1}
.at{stroke:var(--mute);stroke-width:1;stroke-dasharray:1 3}
.band{fill:transparent}.band:hover{fill:var(--mute);fill-opacity:.16}
.bar.up{fill:#0072B2}.bar.down{fill:#D55E00}.bar.whole{fill:var(--mute)}
.bar.many{fill-opacity:.55}
.link{stroke:var(--mute);stroke-width:.8;fill:none}
.names{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .9rem;margin:.2em 0;\
padding:0;font-size:.85rem}
.names i{display:inline-block;width:1.1em;height:.6em;margin-right:.35em;\
background:var(--c);border-radius:1px}.names .again i{height:.25em;margin-bottom:.2em}
.names .total i{height:.3em;margin-bottom:.2em}
.note{font-size:.85rem}
@media print{h2{break-after:avoid}.charts{grid-template-columns:1fr 1fr}\
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}\
.evmarket.evmarket table{font-size:7.5pt}\
.evmarket.evmarket th,.evmarket.evmarket td{padding:.15em .35em;white-space:normal}}
"""


def page(
    panel: Panel,
    measure: str,
    *,
    by: Any = None,
    at: Any = None,
    top: int = 10,
    within: Any = (),
    bridge: Sequence[str] | None = None,
    notices: Sequence[str] = (),
) -> str:
    """The report of a panel as one HTML page that loads nothing and has no script.

    Parameters
    ----------
    panel : Panel
    measure : str
        A level.
    by : str or sequence of str, optional
        The keys whose labels are the rows; all that are not in `within` if None.
    at : str, date, int, optional
        The period; the last complete one with a value if None.
    top : int, default 10
        How many rows a group has before others and total. Charts show as many of the
        largest series at the period, 14 at most.
    within : str or sequence of str, default ()
        Keys whose labels make separate groups; the 6 largest have charts.
    bridge : (str, str, str), optional
        Revenue, cost and quantity: the page also explains the change of the margin.
    notices : sequence of str
        What was noticed when the table was read, one line each.

    Returns
    -------
    str
        The page; `written_whole` writes it. Charts show 120 periods at most.

    Raises
    ------
    KeyError, TypeError, ValueError
        As for `Panel.report` and `Panel.margin_bridge`.

    Examples
    --------
    >>> import evmarket as em
    >>> from evmarket._pages.page import page
    >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
    >>> panel = em.Panel.from_wide(table, "maker", "units")
    >>> text = page(panel, "units", by="maker")
    >>> "<title>units by maker, 2025</title>" in text, "<script" in text
    (True, False)
    """
    shown = content(panel, measure, by, at, top, within, bridge, notices)
    parts = [_head(shown), _section("Report", _table(shown.report))]
    parts += [_charts(group, shown) for group in shown.groups]
    if len(shown.groups) < shown.every_group:
        words = f"the {len(shown.groups)} largest of {shown.every_group:,} groups"
        parts.append(Html(f"<p>{text(f'Charts of {words}.')}</p>"))
    parts.append(_section("Contributions to growth", _table(shown.contributions)))
    if shown.bridge is not None:
        parts.append(_section("Change of the margin", _table(shown.bridge)))
    parts.append(_section("Coverage", _table(shown.coverage)))
    parts.append(_section("Holes", _table(shown.holes)))
    parts.append(_section("What was noticed", _listed(shown.notices)))
    return html.page(shown.title, *parts, style=palette() + _STYLE)


def _head(shown: Content) -> Html:
    """The title, and what the panel holds."""
    data = shown.panel._data
    periods, complete = shown.panel.periods, data.calendar.complete
    words = [f"{len(shown.panel):,} series", f"{periods.first} to {periods.last}"]
    if complete < data.calendar.visible[1]:
        words.append(f"complete through {data.calendar.label(complete)}")
    return Html(f"<h1>{text(shown.title)}</h1>\n<p>{text(', '.join(words))}</p>")


def _section(title: str, body: Html) -> Html:
    return Html(f"<section>\n<h2>{text(title)}</h2>\n{body}\n</section>")


def _table(table: Table) -> Html:
    """A table with its note; the first and the last rows of a long one."""
    if not len(table):
        return Html("<p>none</p>")
    notes = [text(line) for line in table.note.splitlines()]
    columns, formats = table._columns, table.formats
    return table_part(columns, formats, table.statuses, notes, _MOST_ROWS)


def _listed(notices: Sequence[str]) -> Html:
    if not notices:
        return Html("<p>nothing</p>")
    items = "\n".join(f"<li>{text(notice)}</li>" for notice in notices)
    return Html(f"<ul>\n{items}\n</ul>")


# ---- charts ----------------------------------------------------------------------


def _charts(group: Group, shown: Content) -> Html:
    """The charts of one group."""
    title = f"Charts: {group.name}" if group.name else "Charts"
    figures = [
        _lines(group.levels, "Level", _which(group)),
        _lines(group.growth, f"Growth over {LAG}", _which(group), "total"),
        _shares(group),
        _bars(group.contributions, "Contributions to growth", False),
    ]
    if group.bridge is not None:
        figures.append(_bars(group.bridge, "Change of the margin", True))
    return _section(title, Html(f'<div class="charts">\n{"".join(figures)}</div>'))


def _which(group: Group) -> str:
    """Which series a chart shows, if not all."""
    count = len(group.levels.names)
    return f"the {count} largest of {group.count:,}" if count < group.count else ""


def _lines(lines: Lines, title: str, which: str, total: str = "") -> Html:
    some = lines.window(MOST_PERIODS)
    if not len(some.names) or not len(some.periods):
        return _figure(title, "", Html(""), ["no series has a value"])
    chart, beyond = lines_chart(some, title, total)
    notes = [which, *_notes(lines, some)]
    if beyond:
        many = "1 value lies" if beyond == 1 else f"{beyond} values lie"
        notes.append(f"{many} beyond the axis")
    return _figure(title, _legend(some, total), chart, notes)


def _shares(group: Group) -> Html:
    """Areas where the parts make up the whole, else lines."""
    some = group.shares.window(MOST_PERIODS)
    rest = "others" if group.others else ""
    if not some.is_whole:
        return _lines(group.shares, "Share", "", rest)
    chart = areas_chart(some, "Share", group.others)
    return _figure("Share", _legend(some, rest), chart, _notes(group.shares, some))


def _bars(steps: Steps, title: str, running: bool) -> Html:
    if steps.code and steps.values[-1] != steps.values[-1]:
        status = Status(steps.code)
        words = f"not known: {status.name}, {status.meaning}"
        return _figure(title, Html(""), Html(""), [words])
    return _figure(title, Html(""), bars_chart(steps, title, running), [])


def _notes(lines: Lines, some: Lines) -> list[str]:
    """Which periods a chart shows, and which of them are not complete."""
    notes = []
    if len(some.periods) < len(lines.periods):
        first, last = some.periods.first, some.periods.last
        count = f"{len(some.periods)} of {len(lines.periods):,} periods"
        notes.append(f"{count}, {first} to {last}")
    if some.complete < len(some.periods) - 1:
        first = some.labels[max(some.complete + 1, 0)]
        notes.append(f"not complete from {first}")
    return notes


def _legend(lines: Lines, total: str) -> Html:
    """The names of lines with their colours."""
    items = [
        f'<li class="{style(k, lines.names, total)}"><i></i>{label(name, 28)}</li>'
        for k, name in enumerate(lines.names)
    ]
    return Html(f'<ul class="names">{"".join(items)}</ul>\n')


def _figure(title: str, legend: Html | str, chart: Html, notes: Sequence[str]) -> Html:
    below = joined(map(text, notes))
    note = f'<p class="note">{below}</p>\n' if below else ""
    return Html(
        f"<figure>\n<figcaption>{text(title)}</figcaption>\n{chart}{legend}{note}"
        "</figure>\n"
    )
