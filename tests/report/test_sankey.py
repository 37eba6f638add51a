"""The Sankey diagram: valid SVG, at most fifteen links, words for those who cannot see it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from umweg.report.sankey import MOST_LINKS, Link, sankey_svg


def test_bands_are_as_wide_as_their_values() -> None:
    svg = sankey_svg([Link("coalition", "A", 30, "30"), Link("A", "target", 10, "10")], "Flow")
    assert ElementTree.fromstring(svg).tag == "svg"  # noqa: S314 - our own text
    paths = re.findall(r'd="M([\d.]+),([\d.]+) C.*?L([\d.]+),([\d.]+)', svg)
    # The first band is three times as thick as the second: y of its lower right end minus upper.
    ends = re.findall(r"C[\d.]+,[\d.]+ [\d.]+,[\d.]+ [\d.]+,([\d.]+) L[\d.]+,([\d.]+)", svg)
    thick = [float(low) - float(high) for high, low in ends]
    assert len(paths) == 2
    assert abs(thick[0] / thick[1] - 3) < 0.01  # one decimal of a pixel is written


def test_many_links_rings_and_names_that_are_markup() -> None:
    links = [Link("<s>", f"c{n}", n + 1, "x") for n in range(20)]
    links += [Link("c19", "c18", 50, "x"), Link("c18", "c19", 40, "x")]
    svg = sankey_svg(links, 'a "title"')
    assert svg.count("<path") == MOST_LINKS
    assert "<s>" not in svg
    assert "&lt;s&gt;" in svg
    ElementTree.fromstring(svg)  # noqa: S314


def test_nothing() -> None:
    assert sankey_svg([], "empty").endswith("</svg>")
