"""Charts as SVG: Altair specifications, drawn by vl-convert without a browser or a network.

Each function takes plain rows. Colours are Okabe-Ito and cividis; no meaning rests on colour
alone, since each mark also differs by shape, position or text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
import vl_convert

from umweg.report.events import Mark, middle

BLUE, SKY, VERMILION, GREY, INK = "#0072B2", "#56B4E9", "#D55E00", "#B0B0B0", "#222222"
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
PANEL_WIDTH = 300
WINDOW_COLOURS = {"earlier": "#C9C9C9", "before": SKY, "after": BLUE}

BINS: tuple[tuple[str, str, str], ...] = (
    ("none or less", "#FFF6D5", INK),
    ("up to 0.1 m", "#F5DC5D", INK),
    ("0.1 to 1 m", "#D2C070", INK),
    ("1 to 10 m", "#A39F86", INK),
    ("10 to 100 m", "#3F4D6E", "#FFFFFF"),
    ("over 100 m", "#00204C", "#FFFFFF"),
    ("cannot tell", "#FFFFFF", INK),
    ("no data", "#DADADA", INK),
)
"""Steps of excess (USD) with fill and the colour of the text on it: cividis, dark is much."""

_OPEN = re.compile(r"<svg\b[^>]*>")
_VIEWBOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def bin_of(excess: float | None) -> str:
    """The step of an excess in USD."""
    if excess is None:
        return "cannot tell"
    for limit, (label, _, _) in zip((0.0, 1e5, 1e6, 1e7, 1e8), BINS, strict=False):
        if excess <= limit:
            return label
    return "over 100 m"


def svg(chart: Any, label: str) -> str:
    """A chart as an SVG that scales with the page and reads itself out to a screen reader."""
    spec = (
        chart.configure(font=FONT, aria=False, background="#FFFFFF", padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelColor=INK,
            titleColor=INK, gridColor="#E4E4E4", domainColor="#777777", tickColor="#777777",
        )
        .configure_legend(labelFontSize=11, titleFontSize=11, labelColor=INK, titleColor=INK)
        .to_dict()
    )  # fmt: skip
    drawn: str = vl_convert.vegalite_to_svg(spec)
    found = _VIEWBOX.search(drawn)
    width, height = found.groups() if found else (str(PANEL_WIDTH), str(PANEL_WIDTH))
    text = html.escape(label, quote=True)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{text}"><title>{text}</title>'
    )
    return _OPEN.sub(lambda _: head, drawn, count=1)


def _day(day: date) -> str:
    return day.isoformat()


def course(
    rows: Sequence[Mapping[str, Any]],
    first: date,
    end: date,
    marks: Sequence[Mark],
    expected: tuple[date, date, float] | None,
    label: str,
    *,
    compared: Sequence[Mapping[str, Any]] = (),
    width: int = PANEL_WIDTH,
) -> str:
    """One leg over time: a bar a period, measures as lines, the expected level as a dashed line.

    Args:
        rows: `from`, `until` (days), `value_m`, `window` (earlier, before, after).
        first, end: Days at which the time axis begins and ends.
        marks: Measures.
        expected: Mean level that the control leads to expect, from and until.
        label: Text for a screen reader.
        compared: Course of a comparison as a dashed line: `from` (day), `value_m`.
        width: Of the panel, in pixels.
    """
    x = alt.X(
        "from:T",
        scale=alt.Scale(type="utc", domain=[_day(first), _day(end)], nice=False),
        axis=alt.Axis(title=None, format="%Y", tickCount={"interval": "year", "step": 1},
                      labelAlign="left", labelOffset=2, grid=False),
    )  # fmt: skip
    values = [r["value_m"] for r in (*rows, *compared)]
    top = max([*values, expected[2] if expected else 0.0]) or 1.0
    y_scale = alt.Scale(domain=[0, top * 1.16], nice=False)
    bars = (
        alt.Chart(alt.Data(values=[dict(r) for r in rows]))
        .mark_bar(stroke="#FFFFFF", strokeWidth=0.6)
        .encode(
            x=x,
            x2="until:T",
            y=alt.Y("value_m:Q", scale=y_scale,
                    axis=alt.Axis(title=None, tickCount=4, format="~s" if top >= 1e4 else ",~f")),
            y2=alt.datum(0),  # without it, a bar with both ends of x is only a dash
            color=alt.Color("window:N", legend=None, scale=alt.Scale(
                domain=list(WINDOW_COLOURS), range=list(WINDOW_COLOURS.values()))),
        )
    )  # fmt: skip
    layers = [bars]
    lines = [{"from": _day(d)} for m in marks for d in m.days]
    if lines:
        # White below the dots keeps the line visible on a dark bar.
        for colour, dash in (("#FFFFFF", [1, 0]), ("#333333", [2, 2])):
            layers.append(
                alt.Chart(alt.Data(values=lines))
                .mark_rule(color=colour, strokeWidth=1, strokeDash=dash)
                .encode(x=x)
            )
        names = [{"from": _day(middle(m)), "label": m.label} for m in marks]
        layers.append(
            alt.Chart(alt.Data(values=names))
            .mark_text(fontSize=11, color=INK, baseline="bottom", dy=-2)
            .encode(x=x, y=alt.value(0), text="label:N")
        )
    if compared:
        for colour, thick in (("#FFFFFF", 3.5), (INK, 1.8)):
            layers.append(
                alt.Chart(alt.Data(values=[dict(r) for r in compared]))
                .mark_line(color=colour, strokeWidth=thick,
                           strokeDash=[5, 3] if colour == INK else [1, 0])
                .encode(x=x, y=alt.Y("value_m:Q", scale=y_scale))
            )  # fmt: skip
    if expected:
        row = {"from": _day(expected[0]), "until": _day(expected[1]), "value_m": expected[2]}
        for colour, thick in (("#FFFFFF", 3.5), (INK, 2.0)):
            layers.append(
                alt.Chart(alt.Data(values=[row]))
                .mark_rule(color=colour, strokeWidth=thick,
                           strokeDash=[5, 3] if colour == INK else [1, 0])
                .encode(x=x, x2="until:T", y=alt.Y("value_m:Q", scale=y_scale))
            )  # fmt: skip
    return svg(alt.layer(*layers).properties(width=width, height=150), label)


def heat(
    cells: Sequence[Mapping[str, Any]], rows: Sequence[str], columns: Sequence[str], label: str
) -> str:
    """Goods against countries: colour is the excess in steps, the text the factor.

    Args:
        cells: `row`, `column`, `step` (of BINS), `text`.
        rows, columns: The order on the axes.
        label: Text for a screen reader.
    """
    steps = [b[0] for b in BINS]
    used = {c["step"] for c in cells}
    shown = [s for s in steps if s in used]
    base = alt.Chart(alt.Data(values=[dict(c) for c in cells])).encode(
        x=alt.X("column:N", sort=list(columns), axis=alt.Axis(
            orient="top", title=None, labelAngle=0, labelFontWeight="bold", ticks=False,
            domain=False)),
        y=alt.Y("row:N", sort=list(rows), axis=alt.Axis(
            title=None, ticks=False, domain=False, labelPadding=6)),
    )  # fmt: skip
    tiles = base.mark_rect(stroke="#FFFFFF", strokeWidth=1).encode(
        color=alt.Color(
            "step:N",
            scale=alt.Scale(domain=steps, range=[b[1] for b in BINS]),
            legend=alt.Legend(
                title="Excess over the expectation, USD",
                orient="bottom",
                columns=3,
                values=shown,
                symbolType="square",
                symbolStrokeColor="#555555",
                symbolSize=140,
                symbolStrokeWidth=1,
            ),
        )
    )
    layers = [tiles]
    unknown = [dict(c) for c in cells if c["step"] == "cannot tell"]
    if unknown:
        # A dashed frame besides the question mark: it survives any copier.
        layers.append(
            base.mark_rect(filled=False, stroke="#555555", strokeDash=[3, 2])
            .transform_filter("datum.step === 'cannot tell'")
        )  # fmt: skip
    white = [b[0] for b in BINS if b[2] == "#FFFFFF"]
    for colour, test in (("#FFFFFF", ""), (INK, "!")):
        layers.append(
            base.mark_text(fontSize=11, color=colour)
            .encode(text="text:N")
            .transform_filter(f"{test}(indexof({white}, datum.step) >= 0)")
        )
    size = {"width": max(160, 49 * len(columns)), "height": 19 * len(rows)}
    return svg(alt.layer(*layers).properties(**size), label)


def dumbbell(rows: Sequence[Mapping[str, Any]], label: str) -> str:
    """Both reports of the same flow by year, with what is missing between them.

    Args:
        rows: `year`, `exports_m`, `imports_m`, `label`.
        label: Text for a screen reader.
    """
    top = max(max(r["exports_m"], r["imports_m"]) for r in rows) or 1.0
    data = alt.Data(values=[{**r, "end": max(r["exports_m"], r["imports_m"])} for r in rows])
    scale = alt.Scale(domain=[0, top * 1.22], nice=False)
    base = alt.Chart(data).encode(
        y=alt.Y("year:N", sort=[r["year"] for r in rows],
                axis=alt.Axis(title=None, ticks=False, domain=False, grid=True))
    )  # fmt: skip
    x = alt.X("exports_m:Q", scale=scale, axis=alt.Axis(
        title=None, tickCount=4, format=",~f", grid=False))  # fmt: skip
    return svg(
        alt.layer(
            base.mark_rule(strokeWidth=3, color=GREY).encode(x=x, x2="imports_m:Q"),
            base.mark_point(shape="circle", filled=True, size=95, color=BLUE, opacity=1).encode(
                x=x
            ),
            base.mark_point(
                shape="diamond",
                filled=True,
                fill="#FFFFFF",
                stroke=VERMILION,
                strokeWidth=2,
                size=85,
                opacity=1,
            ).encode(x=alt.X("imports_m:Q", scale=scale)),
            base.mark_text(align="left", dx=9, fontSize=11, color=INK).encode(
                x=alt.X("end:Q", scale=scale), text="label:N"
            ),
        ).properties(width=PANEL_WIDTH, height=26 * len(rows) + 10),
        label,
    )
