"""A Sankey diagram of at most fifteen links, as SVG: totals of a few countries, nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

MOST_LINKS = 15
_WIDTH, _HEIGHT, _BAR, _GAP, _LABEL = 760, 380, 12, 14, 120
# Okabe and Ito: distinguishable without red against green.
_COLOURS = ("#0072B2", "#E69F00", "#56B4E9", "#CC79A7", "#009E73", "#D55E00", "#F0E442", "#666666")


@dataclass(frozen=True, slots=True)
class Link:
    """A band from one place to another, `label` for the reader."""

    tail: str
    head: str
    value: float
    label: str


def sankey_svg(links: Sequence[Link], title: str) -> str:
    """The diagram; links beyond `MOST_LINKS` are left out, the narrow ones first.

    Places stand in columns by their distance from where the flow begins; a place is as high as
    the larger of what enters and leaves it.
    """
    kept = sorted((x for x in links if x.value > 0), key=lambda x: -x.value)[:MOST_LINKS]
    columns = _columns(kept)
    size = {
        n: max(sum(x.value for x in kept if x.tail == n), sum(x.value for x in kept if x.head == n))
        for c in columns
        for n in c
    }
    # What lies between has lanes of its own, so that no band crosses a place.
    ends = [columns[i] for i in {0, len(columns) - 1} if columns]
    lanes = [n for c in columns[1:-1] for n in sorted(c, key=lambda n: -size[n])]
    tallest = max((sum(size[n] for n in c) for c in (*ends, lanes)), default=1.0)
    most = max((len(c) for c in (*ends, lanes)), default=1)
    scale = (_HEIGHT - _GAP * (most + 1)) / tallest if tallest else 1.0
    step = (_WIDTH - 2 * _LABEL - _BAR) / max(1, len(columns) - 1)
    column_of = {n: i for i, c in enumerate(columns) for n in c}
    box: dict[str, tuple[float, float, float]] = {}
    for stack in (*ends, lanes):
        used = sum(size[n] * scale for n in stack) + _GAP * (len(stack) - 1)
        y = (_HEIGHT - used) / 2
        for name in stack:
            box[name] = (_LABEL + column_of[name] * step, y, size[name] * scale)
            y += size[name] * scale + _GAP
    alt = title + ". " + "; ".join(f"{x.tail} to {x.head}: {x.label}" for x in kept)
    box_of_page = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}"'
    said = f'role="img" aria-label="{escape(alt, quote=True)}"'
    parts = [f'<svg class="chart" {box_of_page} {said} font-family="sans-serif" font-size="13">']
    left = {n: box[n][1] for n in box}
    right = {n: box[n][1] for n in box}
    colour = {n: _COLOURS[i % len(_COLOURS)] for i, n in enumerate(box)}
    for x in sorted(kept, key=lambda x: (box[x.tail][1], box[x.head][1])):
        thick = x.value * scale
        x1, x2 = box[x.tail][0] + _BAR, box[x.head][0]
        y1, y2 = right[x.tail], left[x.head]
        right[x.tail] += thick
        left[x.head] += thick
        mid = (x1 + x2) / 2
        parts.append(
            f'<path d="M{x1:.1f},{y1:.1f} C{mid:.1f},{y1:.1f} {mid:.1f},{y2:.1f} {x2:.1f},{y2:.1f} '
            f"L{x2:.1f},{y2 + thick:.1f} C{mid:.1f},{y2 + thick:.1f} {mid:.1f},{y1 + thick:.1f} "
            f'{x1:.1f},{y1 + thick:.1f} Z" fill="{colour[x.tail]}" fill-opacity=".45">'
            f"<title>{escape(f'{x.tail} to {x.head}: {x.label}')}</title></path>"
        )
    last = len(columns) - 1
    for i, column in enumerate(columns):
        for name in column:
            bx, by, high = box[name]
            parts.append(
                f'<rect x="{bx:.1f}" y="{by:.1f}" width="{_BAR}" height="{max(high, 1):.1f}" '
                f'fill="#1a1a1a"/>'
            )
            # The first column is labelled on its left, the others on their right.
            tx, anchor = (bx - 6, "end") if i == 0 else (bx + _BAR + 6, "start")
            halo = "" if i in (0, last) else ' paint-order="stroke" stroke="#fff" stroke-width="4"'
            parts.append(
                f'<text x="{tx:.1f}" y="{by + high / 2 + 4:.1f}" text-anchor="{anchor}"{halo}>'
                f"{escape(name)}</text>"
            )
    return "".join(parts) + "</svg>"


def _columns(links: Sequence[Link]) -> list[list[str]]:
    """Places by their longest distance from a beginning; where bands run both ways between two
    places, the wider one decides."""
    wider = {(x.tail, x.head): x.value for x in links}
    forward = [x for x in links if x.value >= wider.get((x.head, x.tail), 0.0)]
    names = list(dict.fromkeys(n for x in links for n in (x.tail, x.head)))
    depth = dict.fromkeys(names, 0)
    for _ in names:  # a ring of places would go on without end
        for x in forward:
            depth[x.head] = max(depth[x.head], min(depth[x.tail] + 1, len(names) - 1))
    ends = {n for n in names if all(x.tail != n for x in links)}
    deepest = max(depth.values(), default=0)
    order = sorted({d for n, d in depth.items() if n not in ends})
    columns = [[n for n in names if n not in ends and depth[n] == d] for d in order]
    return [c for c in (*columns, [n for n in names if n in ends]) if c or deepest < 0]
