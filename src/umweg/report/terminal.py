"""`scan_table`: the answer of a scan for a terminal, a narrow one, or a pipe."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from umweg.evidence import Status, Verdict
from umweg.flows.result import CorridorResult, CountryResult, ScanResult
from umweg.geography import name_of
from umweg.report import number_formats as nf
from umweg.report import words

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderResult

WIDE = 76
"""From this width on, all columns are shown."""
NARROW = 56
"""Below this width countries are named by their code, and what fired stands in the text above."""
MIN_TEXT = 4
"""With less room than this the column of text is left out."""

_STYLES = {
    Verdict.ALERT: "bold reverse",
    Verdict.REVIEW: "bold yellow",
    Verdict.CANNOT_TELL: "dim",
    Verdict.CLEAR: "",
}


class ScanTable:
    """A renderable that fits its columns to the width it is given."""

    def __init__(self, result: ScanResult, width: int | None = None, top: int = 15) -> None:
        self.result = result
        self.width = width
        self.top = top

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(self.width or options.max_width, options.max_width)
        result, run = self.result, self.result.run
        within = options.update(width=width)

        def shown(part: Text | Table) -> RenderResult:
            return console.render(part, within)

        yield from shown(
            Text(
                f"Detours to {name_of(run.target)}: {nf.window(run.before)} against "
                f"{nf.window(run.after)}",
                style="bold",
            )
        )
        yield from shown(Text(words.summary(result)))
        said = words.direct(result)
        if said:
            yield from shown(Text(said))
        for country in result.countries:
            if country.verdict in (Verdict.ALERT, Verdict.REVIEW):
                yield from shown(Text(words.short_answer(country)))
            for sentence in words.confirmation(country):
                yield from shown(Text(f"  {sentence}"))
        if none := words.unconfirmed(result):
            yield from shown(Text(none))
        if result.countries:
            yield from shown(Text(""))
            yield from shown(_countries(result, width))
        if result.corridors and self.top > 0:
            yield from shown(_corridors(result, width, self.top))
        yield from shown(Text(words.corridors(result)))
        if said := words.volumes(result):
            yield from shown(Text(said))
        if result.not_tested:
            yield from shown(Text(f"\nNot tested: {len(result.not_tested)}"))
            reasons = Table.grid(padding=(0, 1, 0, 0))
            reasons.add_column(justify="right", min_width=4)
            reasons.add_column()
            for why, n in words.untested(result):
                reasons.add_row(str(n), Text(why))
            yield from shown(reasons)
        yield from shown(Text(f"\n{words.NO_PROOF}"))
        yield from shown(
            Text("All reasons, sources and charts: --format html -o report.html", style="dim")
        )


def scan_table(result: ScanResult, width: int | None = None, top: int = 15) -> ScanTable:
    """The answer as something that rich can print.

    Args:
        result: What the scan answered.
        width: Columns of the terminal; the console's without it.
        top: Corridors to show.
    """
    return ScanTable(result, width, top)


def scan_text(result: ScanResult, width: int = 80, top: int = 15, *, color: bool = False) -> str:
    """The answer as text.

    Args:
        result: What the scan answered.
        width: No line is longer.
        top: Corridors to show.
        color: With the control codes of a terminal.
    """
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, no_color=not color, highlight=False,
        color_system="standard" if color else None,
    )  # fmt: skip
    console.print(scan_table(result, width, top))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _table(title: str) -> Table:
    return Table(
        title=title, title_justify="left", title_style="bold", box=None, pad_edge=False,
        padding=(0, 1, 0, 0), header_style="underline",
    )  # fmt: skip


def _verdict(verdict: Verdict) -> Text:
    return Text(f"{words.SYMBOLS[verdict]} {words.LABELS[verdict]}", style=_STYLES[verdict])


Column = tuple[str, bool, list[Text]]
"""Heading, whether it is set to the right, cells."""


def _fill(table: Table, columns: list[Column], text: Column, at: int, width: int) -> None:
    """Fill a table: numbers keep their width, and the one column of text gets what they leave.

    Left to itself, rich would shorten all columns alike, and half a number is a wrong one.
    """
    room = width - sum(max(len(h), *(c.cell_len for c in cells)) + 1 for h, _, cells in columns)
    if room >= MIN_TEXT:
        for cell in text[2]:
            cell.truncate(room - 1, overflow="ellipsis")
        columns.insert(at, text)
    for heading, right, _ in columns:
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    for row in zip(*(cells for _, _, cells in columns), strict=True):
        table.add_row(*row)


def _countries(result: ScanResult, width: int) -> Table:
    run, found = result.run, result.countries
    wide = width >= WIDE
    table = _table(f"Exports of the goods asked for, {run.ratio_currency}, FOB; excess in USD")
    factors, gaps, controls = [], [], []
    for c in found:
        gap, rate = nf.difference(
            c.inbound_before_reported, c.inbound_after_reported, (run.before, run.after)
        )
        factors.append(Text("new" if c.inbound_ratio is None else nf.factor(c.inbound_ratio)))
        gaps.append(Text(nf.money(gap, "", plus=True) + rate))
        in_usd = c.control_ratio is None and c.control_growth is not None
        control = c.control_growth if in_usd else c.control_ratio
        controls.append(Text(nf.factor(control) + ("$" if in_usd else "")))
    columns: list[Column] = [
        ("verdict", False, [_verdict(c.verdict) for c in found]),
        ("factor", True, factors),
        ("difference", True, gaps),
    ]
    if wide:
        excess = [Text(nf.money(c.inbound_excess_usd, "", plus=True)) for c in found]
        columns += [("compared", True, controls), ("excess", True, excess)]
        if any(c.control_ratio is None and c.control_growth for c in found):
            table.caption = "$: growth in USD"
            table.caption_justify = "left"
    if width >= NARROW:
        columns.append(("fired", False, [Text(_fired(c)) for c in found]))
    names = [Text(c.name if width >= NARROW else c.transit) for c in found]
    _fill(table, columns, ("country", False, names), 0, width)
    return table


def _fired(c: CountryResult) -> str:
    names = [
        words.SHORT_NAMES[n]
        for n, s in c.signals.items()
        if n != "collapse" and s.status is Status.FIRED
    ]
    return ", ".join(names) or "none"


def _corridors(result: ScanResult, width: int, top: int) -> Table:
    shown = result.corridors[:top]
    wide = width >= WIDE
    unit = "USD million" + (" a year" if result.run.own_dates else "")
    table = _table(f"\nThe {nf.count(len(shown), 'most striking corridor')}, {unit}")
    columns: list[Column] = [
        ("to", False, [Text(c.transit) for c in shown]),
        ("code", False, [Text(nf.code(c.code)) for c in shown]),
        ("before", True, [Text(nf.millions(c.inbound_before_usd)) for c in shown]),
        ("after", True, [Text(nf.millions(c.inbound_after_usd)) for c in shown]),
    ]
    if wide:
        columns += [
            ("factor", True, [Text(_factor(c)) for c in shown]),
            ("q", True, [Text(nf.probability(c.q_value)) for c in shown]),
        ]
        if any(c.volume for c in shown):
            columns.append(("volume in all", True, [Text(_volume(c)) for c in shown]))
    columns.append(("verdict", False, [_verdict(c.verdict) for c in shown]))
    goods = [Text(" ".join(c.description.split())) for c in shown]
    _fill(table, columns, ("goods", False, goods), 2, width)
    return table


def _volume(c: CorridorResult) -> str:
    """Central estimate and bounds, USD million over all months from the measure on."""
    v = c.volume
    if v is None:
        return nf.NONE
    low, high = nf.millions(v.lower_usd), nf.millions(v.upper_usd)
    return f"{nf.millions(v.central_usd)} ({low} to {high})"


def _factor(c: CorridorResult) -> str:
    value = c.signals.surge.value
    if value is None:
        return "new" if c.inbound_before_usd <= 0 else nf.NONE
    return nf.factor(value)
