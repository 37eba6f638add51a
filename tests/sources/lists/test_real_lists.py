"""The publishers' real files: counts as their provenance says, nothing unexplained left over."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.raw import raw_file
from tests.sources.lists.conftest import Import, of, rows
from umweg.errors import InputError
from umweg.store import Manifest

JACKDWYER = "jackdwyer/specially-designated-nationals-list @ a5ec3c5e and older"
WATCHMAN = "moov-io/watchman @ d299005f"
UN_FILES = "sahanmar/451 @ 8651bb40, kebalkhadka/Sanctionslist @ 11c626a4, gilbertbouic/Mkweli"
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
