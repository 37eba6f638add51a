"""Charts of a claim: the stated number beside ours, what ours is made of, the course of a flow."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import altair as alt

from umweg.claims import model, units
from umweg.claims.answer import FactRow, PartResult
from umweg.claims.wording import Amount, Say
from umweg.periods import frequency_of
from umweg.report.charts import BLUE, INK, VERMILION, svg
from umweg.report.language import Language

WIDTH = 430


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: its heading, the SVG, and the rows behind it."""

    title: str
    drawing: Any
    label: str
    rows: tuple[Mapping[str, Any], ...]
    head: str = ""
    foot: str = ""

    def framed(self, head: str, foot: str) -> Chart:
        """The chart with a heading and a line of source in the picture."""
        return replace(self, head=head, foot=foot)

    @property
    def svg(self) -> str:
        """The picture, which reads itself out to a screen reader."""
        drawing = self.drawing
        if self.head:
            drawing = drawing.properties(
                title=alt.TitleParams(
                    text=textwrap.wrap(self.head, 66),
                    subtitle=[self.title, *textwrap.wrap(self.foot, 84)],
                    anchor="start", fontSize=14, subtitleFontSize=10, subtitleColor="#444444",
                    offset=8,
                )
            )  # fmt: skip
        return svg(drawing, f"{self.head}. {self.label}" if self.head else self.label)


def charts_of(
    part: PartResult, lang: Language, *, head: str = "", foot: str = ""
) -> tuple[Chart, ...]:
    """The charts of one part; none where there is no number to draw.

    Args:
        part: The part with its outcome.
        lang: The reader's language.
        head, foot: A heading and a line of source inside the picture, for a chart that stands
            alone.
    """
    return tuple(c.framed(head, foot) for c in _charts(part, lang))


def _charts(part: PartResult, lang: Language) -> tuple[Chart, ...]:
    if isinstance(part.part, model.FlowStoppedAfter):
        return _course(part, lang)
    made = (_stated(part, lang), _made_of(part, lang))
    return tuple(c for c in made if c is not None)


def _stated(part: PartResult, lang: Language) -> Chart | None:
    """The stated number and ours, in one unit."""
    o, expect = part.outcome, getattr(part.part, "expect", None)
    if not hasattr(expect, "unit") or (o.value is None and o.low is None):
        return None
    unit: str = expect.unit  # type: ignore[union-attr]
    rows = [{"name": lang("stated"), "value": expect.value, "kind": "stated"}]  # type: ignore[union-attr]
    if isinstance(o.value, int | float):
        rows.append({"name": lang("published figures"), "value": o.value, "kind": "ours"})
    else:
        named = "lowest" if o.high is not None else "held, at least"
        rows.append({"name": lang(named), "value": o.low, "kind": "ours"})
        if o.high is not None:
            rows.append({"name": lang("highest"), "value": o.high, "kind": "ours"})
    title = lang("Stated and published")
    return _bars(title, rows, unit, lang)


def _made_of(part: PartResult, lang: Language) -> Chart | None:
    """What our number is made of: both periods, both sides, the codes."""
    o = part.outcome
    if len(o.compared) < 2:
        return None
    first = next((r for r in o.rows if hasattr(r, "unit")), None)
    unit = o.unit
    if not units.currency_of(unit) and unit not in ("pieces", "kg") and first is not None:
        unit = str(first.unit)
    rows = [{"name": lang.say(n), "value": v, "kind": "ours"} for n, v in o.compared]
    return _bars(lang("What the number is made of"), rows, unit, lang)


def _bars(title: str, rows: Sequence[dict[str, Any]], unit: str, lang: Language) -> Chart:
    """Horizontal bars with the amount written at the end of each."""
    scale = units.scale_of(unit)
    texts = [lang.say(Say("{amount}", amount=Amount(r["value"], unit))) for r in rows]
    data = [{**r, "base": r["value"] * scale, "text": t} for r, t in zip(rows, texts, strict=True)]
    values = [d["base"] for d in data]
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1.0
    reach = [low - (0.32 * span if low < 0 else 0), high + (0.32 * span if high > 0 else 0)]
    x = alt.X("base:Q", scale=alt.Scale(domain=reach, nice=False), axis=None)
    y = alt.Y("name:N", sort=[d["name"] for d in data],
              axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=190,
                            labelPadding=6))  # fmt: skip
    base = alt.Chart(alt.Data(values=data))
    bars = base.mark_bar(height=17, strokeWidth=1.2).encode(
        x=x, x2=alt.datum(0), y=y,
        color=alt.Color("kind:N", legend=None, scale=alt.Scale(
            domain=["stated", "ours"], range=["#FFFFFF", BLUE])),
        stroke=alt.Stroke("kind:N", legend=None, scale=alt.Scale(
            domain=["stated", "ours"], range=[INK, BLUE])),
    )  # fmt: skip
    layers: list[Any] = [bars]
    for sign, align, dx in (("> 0", "left", 5), ("<= 0", "right" if low < 0 else "left",
                                                 -5 if low < 0 else 5)):  # fmt: skip
        layers.append(
            base.mark_text(align=align, dx=dx, fontSize=12, color=INK)
            .encode(x=x, y=y, text="text:N")
            .transform_filter(f"datum.base {sign}")
        )
    zero = alt.Chart(alt.Data(values=[{"base": 0}])).mark_rule(color="#777777").encode(x=x)
    label = f"{title}: " + "; ".join(
        f"{d['name']} {t}" for d, t in zip(data, texts, strict=True)
    )  # fmt: skip
    drawing = alt.layer(*layers, zero).properties(width=WIDTH, height=28 * len(data))
    return Chart(title, drawing, label, tuple({**r, "unit": unit} for r in rows))


def _course(part: PartResult, lang: Language) -> tuple[Chart, ...]:
    """The months of a flow, with the event as a line."""
    o = part.outcome
    rows = [
        {"month": str(n), "value_m": v / 1e6} for n, v in o.compared
        if frequency_of(str(n)) == "M"
    ]  # fmt: skip
    fact = next((r for r in o.rows if isinstance(r, FactRow)), None)
    if not rows or fact is None:
        return ()
    title = lang("The flow by month, USD million")
    x = alt.X("month:T", axis=alt.Axis(title=None, format="%Y-%m", grid=False, tickCount=6))
    data = [{**r, "month": f"{r['month']}-01"} for r in rows]
    bars = (
        alt.Chart(alt.Data(values=data))
        .mark_bar(color=BLUE, width=max(3, WIDTH // max(len(rows), 1) - 2))
        .encode(x=x, y=alt.Y("value_m:Q", axis=alt.Axis(title=None, tickCount=4)))
    )
    day = fact.date[:10] if len(fact.date) >= 10 else f"{fact.date[:7]}-01"
    line = (
        alt.Chart(alt.Data(values=[{"month": date.fromisoformat(day).isoformat()}]))
        .mark_rule(color=VERMILION, strokeWidth=2, strokeDash=[5, 3])
        .encode(x="month:T")
    )
    label = f"{title}; {rows[0]['month']} – {rows[-1]['month']}; {fact.text}: {fact.date}"
    drawing = alt.layer(bars, line).properties(width=WIDTH, height=150)
    return (Chart(title, drawing, label, tuple(rows)),)
