"""The charts of a scan with everything that must stand beside them: alt text, source, data.

A figure's CSV holds the numbers of the result at full length; only the drawing rounds. The sums by
heading for the heat map are plain sums of the corridors' numbers.
"""

from __future__ import annotations

import base64
import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from umweg.flows.result import CorridorResult, Run, ScanResult
from umweg.geography import name_of
from umweg.periods import Window
from umweg.regime import Event
from umweg.report import charts
from umweg.report import number_formats as nf
from umweg.report.events import Mark, period_days, place_marks, span

HEADINGS = 25
"""Rows of the heat map: more do not fit on a page and say little."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing, with the heading above it."""

    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart of the report: drawings, how to read them, where from, the data behind them."""

    id: str
    title: str
    reading: str
    panels: tuple[Panel, ...]
    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    key: tuple[tuple[str, ...], ...] = ()

    @property
    def csv(self) -> str:
        """The data behind the chart."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(["" if v is None else v for v in row] for row in self.rows)
        return out.getvalue()

    @property
    def data_url(self) -> str:
        """The same as an address that needs no network."""
        return "data:text/csv;base64," + base64.b64encode(self.csv.encode()).decode()


def source_line(run: Run) -> str:
    """Publishers and vintages of the figures."""
    vintages: dict[str, list[str]] = defaultdict(list)
    for o in run.origins:
        vintages[o.publisher].append(o.vintage or "undated")
    parts = [f"{p} ({', '.join(sorted(set(v)))})" for p, v in vintages.items()]
    return (
        f"Source: {'; '.join(parts)}; vintage in brackets. Computed by umweg {run.version}, run "
        f"{run.run_id}."
    )


def legs(result: ScanResult, events: tuple[Event, ...]) -> Figure | None:
    """The direct flow and every inbound leg over time."""
    run = result.run
    if not any(c.monthly.get("inbound") for c in result.countries):
        return None
    first, end = span(run)
    marks = place_marks(events, first, end, charts.PANEL_WIDTH)
    yearly = Window.parse(run.after).freq == "A"
    step = "year" if yearly else "month"
    panels: list[Panel] = []
    rows: list[tuple[Any, ...]] = []
    direct: Mapping[str, float] = next(
        (c.monthly["direct"] for c in result.countries if c.monthly.get("direct")), {}
    )
    courses: list[tuple[str, str, str, Mapping[str, float], float | None]] = []
    if direct:
        courses.append(("direct", run.target, f"{name_of(run.target)}: direct flow", direct, None))
    for c in result.countries:
        if c.monthly.get("inbound"):
            level = c.inbound_expected_usd
            mean = None if level is None else level / len(Window.parse(run.after).periods)
            courses.append(("inbound", c.transit, c.name, c.monthly["inbound"], mean))
    for leg, partner, title, values, mean in courses:
        rows += [(leg, partner, p, _window_of(p, run), v) for p, v in sorted(values.items())]
        panels.append(_panel(title, values, mean, run, (first, end), marks, step))
    expectation = (
        " The dashed horizontal line is the mean that the comparison leads to expect after."
        if any(c.inbound_expected_usd is not None for c in result.countries)
        else ""
    )
    lines = " Dotted vertical lines are measures, listed below." if marks else ""
    return Figure(
        "legs",
        "Exports of the goods asked for, over time",
        f"USD million a {step}, valued FOB as the exporters reported them. Grey is the window one "
        f"step earlier, light blue before, dark blue after; what lies between was not asked for. "
        f"Each panel has its own scale.{expectation}{lines}",
        tuple(panels),
        source_line(run),
        ("leg", "partner", "period", "window", "value_usd"),
        tuple(rows),
    )


def _window_of(period: str, run: Run) -> str:
    named = (("earlier", run.earlier), ("before", run.before), ("after", run.after))
    return next((n for n, w in named if w and period in Window.parse(w).periods), "")


def _panel(
    title: str,
    values: Mapping[str, float],
    mean: float | None,
    run: Run,
    time: tuple[date, date],
    marks: tuple[Mark, ...],
    step: str,
) -> Panel:
    rows = []
    for period, value in sorted(values.items()):
        start, stop = period_days(period)
        rows.append(
            {
                "from": start.isoformat(),
                "until": stop.isoformat(),
                "value_m": value / 1e6,
                "window": _window_of(period, run),
            }
        )
    after = Window.parse(run.after)
    level = None
    if mean is not None:
        level = (period_days(after.first)[0], period_days(after.last)[1], mean / 1e6)
    periods = sorted(values)
    peak = max(periods, key=lambda p: values[p])
    label = (
        f"{title}: USD a {step}, {nf.money(values[periods[0]])} in {periods[0]}, "
        f"{nf.money(values[periods[-1]])} in {periods[-1]}, highest {nf.money(values[peak])} in "
        f"{peak}" + (f"; expected mean after {nf.money(mean)}" if mean is not None else "") + "."
    )
    return Panel(title, charts.course(rows, *time, marks, level, label))


def heat(result: ScanResult) -> Figure | None:
    """Headings against transit countries."""
    run = result.run
    digits = min(4, run.code_level or 4)
    groups: dict[tuple[str, str], list[CorridorResult]] = defaultdict(list)
    for c in result.corridors:
        groups[c.code[:digits], c.transit].append(c)
    if not groups:
        return None
    excess: dict[str, float] = defaultdict(float)
    for (heading, _), found in groups.items():
        excess[heading] += max(0.0, sum(c.inbound_excess_usd or 0.0 for c in found))
    top = sorted(excess, key=lambda h: (-excess[h], h))[:HEADINGS]
    places = [c.transit for c in result.countries]
    # Around the measure of each good the amounts are rates already.
    windows = (
        (1.0, 1.0)
        if run.own_dates
        else tuple(Window.parse(w).years for w in (run.before, run.after))
    )
    cells: list[dict[str, Any]] = []
    rows: list[tuple[Any, ...]] = []
    for heading in top:
        for place in places:
            cell = _cell(groups.get((heading, place), []), windows)
            cells.append({"row": heading, "column": place, **cell[0]})
            rows.append((heading, place, *cell[1]))
    label = (
        f"Heat map of {nf.count(len(top), 'heading')} by "
        f"{nf.count(len(places), 'transit country', 'transit countries')}; the largest excess is "
        f"in {top[0]}, {nf.money(excess[top[0]])} over the countries where it is above zero."
    )
    return Figure(
        "heat",
        "Which goods, to which country",
        f"The {nf.count(len(top), 'heading')} with the largest excess (USD, after the measures). "
        "The shade is the excess over what the comparison leads to expect, dark is much; the text "
        "is the growth factor in USD. “new”: nothing before. “?” in a dashed frame: no "
        "expectation. Grey: no data. “*”: for some codes of the heading the excess cannot be told.",
        (Panel("", charts.heat(cells, top, places, label)),),
        source_line(run),
        ("heading", "transit", "corridors", "cannot_tell", "inbound_before_usd",
         "inbound_after_usd", "inbound_excess_usd"),
        tuple(rows),
        tuple((h, _example(h, result.corridors), nf.money(excess[h])) for h in top),
    )  # fmt: skip


def _cell(
    found: Sequence[CorridorResult], windows: tuple[float, ...]
) -> tuple[dict[str, str], tuple[Any, ...]]:
    if not found:
        return {"step": "no data", "text": ""}, (0, 0, None, None, None)
    before = sum(c.inbound_before_usd for c in found)
    after = sum(c.inbound_after_usd for c in found)
    known = [c.inbound_excess_usd for c in found if c.inbound_excess_usd is not None]
    # The map shows what lies above the expectation; whether that is more than chance is another
    # question, which the signals answer.
    unknown = len(found) - len(known)
    total = sum(known) if known else None
    numbers = (len(found), unknown, before, after, total)
    if unknown == len(found) or total is None:
        return {"step": "cannot tell", "text": "?"}, numbers
    if before <= 0:
        text = "new" if after > 0 else ""
    else:
        ratio = (after / windows[1]) / (before / windows[0])
        text = "×1000+" if ratio >= 1000 else f"×{ratio:.{1 if ratio < 9.95 else 0}f}"
    return {"step": charts.bin_of(total), "text": text + ("*" if unknown else "")}, numbers


def _example(heading: str, corridors: Sequence[CorridorResult]) -> str:
    mine = [c for c in corridors if c.code.startswith(heading) and c.description]
    if not mine:
        return ""
    return max(mine, key=lambda c: c.inbound_after_usd).description


def gaps(result: ScanResult) -> Figure | None:
    """Both reports of the same flow, by country and year."""
    panels: list[Panel] = []
    rows: list[tuple[Any, ...]] = []
    for c in result.countries:
        if not c.mirror_by_year:
            continue
        drawn = []
        for year, (exports, imports) in sorted(c.mirror_by_year.items()):
            raw = c.gap_share_raw_by_year.get(year)
            rows.append((c.transit, year, exports, imports, raw, c.gap_share_by_year.get(year)))
            drawn.append(
                {
                    "year": year,
                    "exports_m": exports / 1e6,
                    "imports_m": imports / 1e6,
                    "label": nf.share(raw),
                }
            )
        said = "; ".join(
            f"{y}: {nf.money(x)} sent, {nf.money(m)} arrived"
            for y, (x, m) in sorted(c.mirror_by_year.items())
        )
        panels.append(Panel(c.name, charts.dumbbell(drawn, f"{c.name}, all goods. {said}.")))
    if not panels:
        return None
    return Figure(
        "gaps",
        "What was sent, and what arrived",
        "All goods, USD million a year, uncorrected. Blue disc: what the exporters reported as "
        "sent (FOB). Hollow orange diamond: what the country reported as imported from them "
        "(CIF, which is higher for the same goods). The figure at the end is the share of the "
        "exports that the imports do not show.",
        tuple(panels),
        source_line(result.run),
        ("transit", "year", "exports_fob_usd", "imports_cif_usd", "gap_share_raw", "gap_share"),
        tuple(rows),
    )
