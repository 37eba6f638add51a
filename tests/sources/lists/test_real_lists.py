"""The publishers' real files: counts as their provenance says, nothing unexplained left over."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from tests.raw import raw_file
from tests.sources.lists.conftest import Import, of, rows
from tests.thorough import SLOW
from umweg.errors import InputError
from umweg.store import Manifest, Store
from umweg.store.list_changes import list_changes

JACKDWYER = "jackdwyer/specially-designated-nationals-list @ a5ec3c5e and older"
WATCHMAN = "moov-io/watchman @ d299005f"
UN_FILES = "sahanmar/451 @ 8651bb40, kebalkhadka/Sanctionslist @ 11c626a4, gilbertbouic/Mkweli"
CSL = "moov-io/watchman @ 92704ed6"
CONLIST = "nadya-soto/uk-sanctions-cleaning-project @ d49e5ca0"


def whole(manifest: Manifest) -> None:
    """Every row is kept or set aside, and no field is unknown."""
    assert manifest.rows_read == manifest.rows_kept + manifest.rows_set_aside
    names = {a.name for a in manifest.alarms}
    assert not names & {"unknown-field", "unknown-relation", "unknown-quality", "repeated-field"}


def test_ofac_sdn_with_aliases_and_addresses_of_one_day(load: Import) -> None:
    files = [
        raw_file(f"lists/us_ofac_watchman/bench_{n}_2021-07.csv.gz", WATCHMAN)
        for n in ("sdn", "alt", "add")
    ]
    m = load(*files, source="ofac-sdn", published_on="2021-07-01")
    whole(m)
    # 8,976 entities, 11,910 aliases, 13,837 addresses of one day: each row finds its entity.
    assert (m.rows_read, m.rows_set_aside) == (8_976 + 11_910 + 13_837, 0)
    assert m.rows("entities").num_rows == 8_976
    # The digits were typed by OFAC; a reader that takes the wrong number would be right by chance
    # once in 10 or 11 times.
    valid = Counter(
        (r["kind"], r["valid"]) for r in rows(m, "identifiers") if r["valid"] is not None
    )
    for kind in ("inn", "ogrn", "imo", "okpo"):
        assert valid[kind, True] > 9 * valid[kind, False]


def test_files_of_another_day_leave_rows_without_an_entity_by_name(load: Import) -> None:
    m = load(
        raw_file("lists/us_ofac_sdn_jackdwyer/sdn_2021-12-30.csv.gz", JACKDWYER),
        raw_file("lists/us_ofac_watchman/alt_2025-01.csv.gz", WATCHMAN),
        source="ofac-sdn",
        published_on="2021-12-30",
    )
    whole(m)
    assert m.rows_read == 9_008 + 19_486
    assert m.rows_set_aside
    assert {r["reason"] for r in rows(m, "set_aside")} == {"unknown-entity"}


@pytest.mark.parametrize(
    ("file", "persons", "others", "day"),
    [
        ("un_sahanmar_2022.xml.gz", 699, 253, "2022-09-15"),
        ("UN_kebal_2025-04.xml.gz", 684, 193, "2025-04-19"),
        ("un_consolidated_mkweli_2025-11.xml.gz", 727, 273, "2025-11-20"),
    ],
)
def test_un(load: Import, file: str, persons: int, others: int, day: str) -> None:
    m = load(raw_file(f"lists/un_sc/{file}", UN_FILES))  # recognised
    whole(m)
    assert (m.source, m.published_on) == ("un", day)
    kinds = Counter(r["schema"] for r in rows(m, "entities"))
    assert kinds == {"Person": persons, "Organization": others}
    assert m.rows_read == m.rows_kept == persons + others


def test_a_un_list_that_lost_a_quarter_of_its_entities_is_refused(load: Import) -> None:
    old = raw_file("lists/un_sc/un_sahanmar_2022.xml.gz", UN_FILES)
    new = raw_file("lists/un_sc/UN_kebal_2025-04.xml.gz", UN_FILES)
    load(old)
    # All together it lost 877/952: less than a tenth. The organisations fell from 253 to 193.
    with pytest.raises(InputError, match="Organization: 253 before, 193 now") as refused:
        load(new)
    assert "--allow-shrink" in str(refused.value)
    m = load(new, allow_shrink=True)
    assert "list-shrank" in {a.name for a in m.alarms}


def test_uk_conlist(load: Import) -> None:
    m = load(raw_file("lists/uk_ofsi_conlist_2025-04/ConList_2025-04-10.csv.gz", CONLIST))
    whole(m)
    assert (m.source, m.published_on) == ("uk-conlist", "2025-04-10")
    assert (m.rows_read, m.rows_kept) == (18_796, 18_796)
    entities = rows(m, "entities")
    assert len(entities) == 4_686
    names = rows(m, "names")
    # 2,478 of the file's 3,990 rows with a name in another script are Cyrillic; a name of a group
    # stands there once a row, here once.
    assert Counter(n["script"] for n in names if n["kind"] == "original").most_common(1)[0][0] == (
        "Cyrl"
    )
    # Group 13651 is the only reading of its kind in the file: a ship with its IMO number.
    assert [(i["kind"], i["valid"]) for i in of(m, "identifiers", "13651")] == [("imo", True)]
    assert {r["schema"] for r in entities} == {"Person", "Organization", "Vessel"}
    russia = {r["entity_id"] for r in rows(m, "listings") if r["programme"] == "Russia"}
    assert len(russia) == 2_181


def test_ofac_consolidated_xml_of_2025(load: Import) -> None:
    m = load(
        raw_file(
            "lists/us_ofac_cons_kebal/consolidated_2025-03-28.xml.gz",
            "kebalkhadka/Sanctionslist @ 11c626a4",
        )
    )
    whole(m)
    assert (m.source, m.published_on) == ("ofac-consolidated", "2025-03-28")
    assert m.rows_read == m.rows_kept == m.rows("entities").num_rows == 443
    assert "unknown-label" not in {a.name for a in m.alarms}


def test_ca_sema(load: Import) -> None:
    m = load(
        raw_file(
            "lists/ca_sema_kebal/sema-lmes_2025.xml.gz", "kebalkhadka/Sanctionslist @ 11c626a4"
        )
    )
    whole(m)
    assert m.source == "ca-sema"
    entities = rows(m, "entities")
    assert m.rows_read == m.rows_kept == len({e["entity_id"] for e in entities}) == 4_759
    regimes = Counter(r["programme"] for r in rows(m, "listings"))
    assert (regimes["Russia"], regimes["Ukraine"], regimes["Iran"], regimes["Belarus"]) == (
        2_426, 553, 460, 320,
    )  # fmt: skip
    ships = [e for e in entities if e["schema"] == "Vessel"]
    assert len(ships) == 109
    assert Counter((i["kind"], i["valid"]) for i in rows(m, "identifiers")) == {("imo", True): 109}


def test_csl_csv(load: Import) -> None:
    m = load(raw_file("lists/us_csl_watchman/consolidated_content2022-04.csv.gz", CSL))
    whole(m)
    assert (m.source, m.rows_read, m.rows_set_aside) == ("csl", 14_160, 0)
    # One bank stands on the CAPTA list twice, under two programmes: two rows, one entity.
    assert m.rows("entities").num_rows == 14_159
    found = Counter(name for name, _ in {(r["list"], r["entity_id"]) for r in rows(m, "listings")})
    assert found == {
        "ofac-sdn": 10_026, "bis-entity-list": 2_001, "state-dtc": 727, "bis-dpl": 462,
        "ofac-ssi": 290, "bis-uvl": 201, "state-isn": 163, "ofac-plc": 78, "bis-meu": 71,
        "ofac-cmic": 68, "ofac-capta": 53 - 1, "ofac-mbs": 17, "ofac-fse": 3,
    }  # fmt: skip


def test_bis_denied_persons(load: Import) -> None:
    m = load(raw_file("lists/us_csl_watchman/dpl_2023-11.txt.gz", "moov-io/watchman @ c815c599"))
    whole(m)
    assert (m.source, m.rows_read, m.rows_set_aside) == ("bis-dpl", 665, 0)
    # Four orders stand there twice, before and after a change of their notice.
    assert m.rows("entities").num_rows == 661


@pytest.mark.parametrize(
    ("file", "entities"),
    [
        ("bis_entity_list.json.gz", 3_409),
        ("bis_dpl.json", 564),
        ("bis_meu.json", 70),
        ("cbp_wro.json", 67),
        ("dhs_uflpa.json", 148),
        ("dow_1260h.json", 80),
        ("dow_1286.json", 134),
        ("fcc_covered.json", 15),
        ("ofac_eo14032_annex.json", 59),
        ("ofac_nscmic.json", 68),
        ("state_debarred_admin.json.gz", 8),
        ("state_debarred_statutory.json.gz", 779),
        ("state_nonproliferation.json.gz", 528),
    ],
)
def test_transcribed_us_lists(load: Import, file: str, entities: int) -> None:
    m = load(raw_file(f"lists/us_bis_lists_nsfreg/{file}", "phagehunter/nsfreg @ 02787e87"))
    whole(m)
    assert (m.source, m.published_on) == ("us-lists-transcribed", "2026-07-09")
    assert m.rows_read == m.rows_kept == m.rows("entities").num_rows == entities
    if file.startswith("bis_entity_list"):
        # Nineteen high-diversion addresses ("Address 01" …) name a place and nobody.
        schemas = Counter(e["schema"] for e in rows(m, "entities"))
        assert schemas["Address"] == 19
        assert sum(n["kind"] == "alias" for n in rows(m, "names")) > 5_000


SNAPSHOTS = {
    "2021-12-30": 9_008, "2022-02-17": 9_056, "2022-12-28": 11_430, "2023-04-11": 11_973,
    "2023-12-28": 13_821, "2024-04-26": 14_668, "2024-05-03": 14_965,
}  # fmt: skip


def test_seven_snapshots_of_the_sdn_list(load: Import, store: Store) -> None:
    """Entries on each day, and who came and went between two, against the files' own numbers."""
    own: dict[str, set[str]] = {}
    # Three of the days take a third of the time of seven.
    days = list(SNAPSHOTS) if SLOW else [*list(SNAPSHOTS)[:2], "2024-05-03"]
    for day in days:
        entries = SNAPSHOTS[day]
        file = raw_file(f"lists/us_ofac_sdn_jackdwyer/sdn_{day}.csv.gz", JACKDWYER)
        m = load(file, source="ofac-sdn", published_on=day)
        whole(m)
        assert m.rows("entities").num_rows == m.rows_read == m.rows_kept == entities_of(file, own)
        assert m.rows_read == entries
    for old, new in pairwise(days):
        found = list_changes(store, "ofac-sdn", old, new)
        added = {c.entity_id.removeprefix("ofac-sdn/") for c in found.of("added")}
        removed = {c.entity_id.removeprefix("ofac-sdn/") for c in found.of("removed")}
        before, after = own[f"sdn_{old}.csv.gz"], own[f"sdn_{new}.csv.gz"]
        assert (added, removed) == (after - before, before - after)
        assert len(added) - len(removed) == SNAPSHOTS[new] - SNAPSHOTS[old]
    assert store.read("entities", date(2022, 2, 24)).num_rows == 9_056


def entities_of(path: Path, own: dict[str, set[str]]) -> int:
    """Distinct numbers of entities in a file, read here without the program."""
    with gzip.open(path, "rt", encoding="utf-8") as f:
        own[path.name] = {r[0] for r in csv.reader(f) if len(r) == 12}
    return len(own[path.name])
