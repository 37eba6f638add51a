"""A scan with a confirmation beside its verdicts, in every format; the fit itself is put in."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from umweg import report
from umweg.cli.main import run
from umweg.errors import UsageError
from umweg.evidence import Verdict
from umweg.flows import ScanOptions, ScanResult, confirmation, scan, scan_files
from umweg.regime import load
from umweg.validation.families import FAMILIES
from umweg.validation.worlds import World, make_world, write_world

SMALL = replace(
    FAMILIES["base"], name="small", coalition=2, transit=5, neutral=3, codes=90, months=48,
    measure=27, revision=24, planted=8, size=3_000_000, two_hop=0.0, decoys=0.02,
)  # fmt: skip
FITTED = {"effect": 0.5, "error": {"pair": 0.1, "place": 0.05}, "observations": 99}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SMALL, 1)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra were there, with one answer to every question."""

    def fitted(columns: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        return dict(FITTED)

    monkeypatch.setattr(confirmation, "find_spec", lambda name: name)
    monkeypatch.setattr(confirmation, "fit_guarded", fitted)


def confirmed(world: World, *named: str) -> ScanResult:
    return scan_files(
        world.flows, world.goods, world.roles, world.concordance, confirm="ppml", named=named
    )


def test_it_stands_beside_the_verdict_and_changes_nothing(world: World, installed: None) -> None:
    plain = scan_files(world.flows, world.goods, world.roles, world.concordance)
    names = [c.transit for c in plain.countries][:-1]
    found = confirmed(world, *names)
    assert [c.transit for c in found.countries if c.confirmation] == names
    assert [(c.transit, c.verdict, c.signals) for c in found.countries] == [
        (c.transit, c.verdict, c.signals) for c in plain.countries
    ]
    effects = [e for c in found.countries for e in c.confirmation]
    # e^0.5 - 1, unless trade keeps to too few headings for any interval.
    assert {round(e.growth, 4) for e in effects if e.growth is not None} == {0.6487}
    assert all(
        ("headings that carry" in e.missing[0]) is (e.growth is None) for e in effects if e.missing
    )
    assert all(
        bool(c.confirmation) is ("confirmation-limits" in {x.key for x in c.caveats})
        for c in found.countries
    )
    schema = json.loads(
        (Path(confirmation.__file__).parent / "scan.schema.json").read_text("utf-8")
    )
    for result in (plain, found):
        jsonschema.validate(json.loads(report.scan_json(result)), schema)
    for page in (report.scan_html(found, load()), report.scan_text(found, width=500)):
        assert "Confirmation, exports to" in page
        assert "65" in page
        assert "Confirmation" not in report.scan_text(plain, width=500)
    assert f"--transit {','.join(names)}" in report.scan_html(found, load())
    assert "--confirm ppml" in report.scan_html(found, load())


def test_without_names_it_is_made_where_something_fired(world: World, installed: None) -> None:
    found = confirmed(world)
    fired = [c.transit for c in found.countries if c.verdict in (Verdict.ALERT, Verdict.REVIEW)]
    assert [c.transit for c in found.countries if c.confirmation] == fired
    text = report.scan_text(found, width=500)
    assert ("No confirmation was made" in text) is not bool(fired)


def test_the_sample_has_no_controls_by_month_and_says_so(installed: None) -> None:
    found = scan(options=ScanOptions(transit=("ARM",), confirm="ppml"))
    (country,) = found.countries
    assert [e.growth for e in country.confirmation] == [None, None]
    assert "to neutral ones" in country.confirmation[0].missing[0]
    assert "cannot tell" in report.scan_text(found, width=500)


def test_unknown_methods_and_the_missing_extra_are_wrong_usage(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(UsageError, match="magic"):
        scan(options=ScanOptions(confirm="magic"))
    monkeypatch.setattr(confirmation, "find_spec", lambda name: None)
    write_world(world, tmp_path)
    files = [f"--{n}={tmp_path / n}.csv" for n in ("goods", "roles")]
    for asked in ([], [f"--flows={tmp_path / 'flows.parquet'}", *files]):
        assert run(["scan", *asked, "--confirm", "ppml"]) == 2
        assert "umweg[econ]" in capsys.readouterr().err
