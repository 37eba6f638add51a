"""Measures on a chart: which ones, and labels that keep off each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from umweg.flows import ScanResult
from umweg.regime import Regime
from umweg.report.events import marked, middle, place_marks, reference_of, span


def test_only_measures_of_the_list_s_authority_inside_the_windows(
    result: ScanResult, regime: Regime
) -> None:
    first, end = span(result.run)
    assert (first, end) == (date(2020, 1, 1), date(2022, 12, 1))
    found = marked(result.run, regime)
    assert {e.issuer for e in found.drawn} == {"EU"}
    assert [e.package for e in found.drawn] == ["1", "2", "3", "3a", "4", "5", "6", "7", "8"]
    assert all(first <= e.in_force < end for e in (*found.drawn, *found.others))
    assert not {e.id for e in found.drawn} & {e.id for e in found.others}


def test_without_a_list_every_package_is_drawn(result: ScanResult, regime: Regime) -> None:
    assert marked(replace(result.run, goods_lists=()), regime).drawn


def test_another_target_has_other_measures(result: ScanResult, regime: Regime) -> None:
    found = marked(replace(result.run, target="BLR"), regime)
    assert all("BLR" in e.targets for e in (*found.drawn, *found.others))


@pytest.mark.parametrize("width", [150, 300, 600, 1200])
def test_labels_never_overlap(result: ScanResult, regime: Regime, width: int) -> None:
    first, end = span(result.run)
    marks = place_marks(marked(result.run, regime).drawn, first, end, width)
    px = width / (end - first).days
    edges = [
        ((middle(m) - first).days * px - len(m.label) * 3,
         (middle(m) - first).days * px + len(m.label) * 3)
        for m in marks
    ]  # fmt: skip
    assert all(a[1] < b[0] for a, b in pairwise(edges))
    assert sum(len(m.days) for m in marks) == 9


def test_address_of_a_reference(regime: Regime) -> None:
    for event in regime.timeline(target="RUS"):
        address = reference_of(event)
        assert address == "" or address.startswith("http")
        assert not address.endswith((".", ",", ")"))
