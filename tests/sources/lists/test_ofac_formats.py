"""OFAC's consolidated list of 16 September 2016 in three formats, and of 2025 in two."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict

import pytest
from lxml import etree

from tests.raw import raw_file
from tests.sources.lists.conftest import Import, rows
from umweg.store import Manifest

DERMODY = "Dermody/ofac @ e648b7e2"
FOLDER = "lists/us_ofac_2016_dermody"


def three(load: Import) -> dict[str, Manifest]:
    csv_files = [raw_file(f"{FOLDER}/cons_{n}.csv.gz", DERMODY) for n in ("prim", "alt", "add")]
    return {
        # The CSV says no day of publication; the day is that of the XML.
        "csv": load(*csv_files, source="ofac-consolidated", dataset="csv",
                    published_on="2016-09-16"),
        "xml": load(raw_file(f"{FOLDER}/consolidated.xml.gz", DERMODY), dataset="xml"),
        "advanced": load(raw_file(f"{FOLDER}/cons_advanced.xml.gz", DERMODY), dataset="advanced"),
    }  # fmt: skip


def names(m: Manifest) -> dict[str, set[tuple[str, str, bool]]]:
    """Names by entity. The advanced format writes some in small letters, the others in capitals."""
    found = defaultdict(set)
    for n in rows(m, "names"):
        found[n["entity_id"]].add((n["name"].casefold(), n["kind"], n["weak"]))
    return found


def test_the_same_list_in_three_formats(load: Import) -> None:
    formats = three(load)
    for m in formats.values():
        assert m.published_on == "2016-09-16"
        assert not m.alarms
        assert (m.rows("entities").num_rows, m.rows_set_aside) == (581, 0)

    def same(of: str, *columns: str, but: frozenset[str] = frozenset()) -> None:
        held = {
            name: {
                tuple(
                    r[c].casefold() if c == "caption" else str(r[c])
                    for c in ("entity_id", *columns)
                )
                for r in rows(m, of)
                if r["entity_id"] not in but
            }
            for name, m in formats.items()
        }
        assert held["csv"] == held["xml"] == held["advanced"], of

    same("entities", "schema", "caption", "birth_dates", "countries", "gender")
    same("identifiers", "kind", "normal", "valid")
    # The place of 9659 is "Palestinian" in two formats and undetermined in the advanced one.
    same("addresses", "country", but=frozenset({"ofac-consolidated/9659"}))
    assert names(formats["csv"]) == names(formats["xml"]) == names(formats["advanced"])
    # "Linked To: X" of two formats is the relation "Owned or Controlled By" of the third, whose
    # subject is X. The ids agree wherever the other two could tell them by the name.
    links = {
        (r["subject_id"], r["object_id"])
        for r in rows(formats["csv"], "relations")
        if r["kind"] == "UnknownLink" and r["object_id"]
    }
    owned = {
        (r["object_id"], r["subject_id"])
        for r in rows(formats["advanced"], "relations")
        if r["role"] == "Owned or Controlled By"
    }
    assert len(owned) == 307
    assert len(links) > 200
    assert links <= owned
    plain = {
        (r["subject_id"], r["object_id"])
        for r in rows(formats["xml"], "relations")
        if r["kind"] == "UnknownLink" and r["object_id"]
    }
    # The one link that the XML does not state: its entry has no remarks.
    assert links - plain == {("ofac-consolidated/11318", "ofac-consolidated/11639")}
    assert plain < links


def test_the_aliases_that_the_alias_file_lacks(load: Import) -> None:
    """1,043 aliases in alt.csv, 1,087 in the XML: the 44 others are those that OFAC calls weak.

    They stand in the remarks of the CSV ("a.k.a. 'BIM'"), so that no name is lost.
    """
    with gzip.open(raw_file(f"{FOLDER}/cons_alt.csv.gz", DERMODY), "rt", encoding="utf-8") as f:
        in_file = [r for r in csv.reader(f) if len(r) == 5]
    with gzip.open(raw_file(f"{FOLDER}/consolidated.xml.gz", DERMODY)) as xml:
        akas = etree.parse(xml).findall(".//{*}aka")
    weak = [
        (a.getparent().getparent().findtext("{*}uid"), a.findtext("{*}lastName"))
        for a in akas
        if a.findtext("{*}category") == "weak"
    ]
    assert (len(in_file), len(akas), len(weak)) == (1_043, 1_087, 44)
    files = [raw_file(f"{FOLDER}/cons_{n}.csv.gz", DERMODY) for n in ("prim", "alt", "add")]
    m = load(*files, source="ofac-consolidated")
    held = {}
    for n in rows(m, "names"):
        written = f"{n['family']}, {n['given']}" if n["given"] else n["name"]
        held[n["entity_id"], written] = n["weak"]
    wanted = [(f"ofac-consolidated/{uid}", name) for uid, name in weak]
    assert all(held[name] for name in wanted)


@pytest.mark.parametrize("order", [1, -1])
def test_enhanced_xml_and_sdn_xml_of_2025(load: Import, order: int) -> None:
    """January and March 2025 hold the same 443 entities under the same ids and names."""
    files = [
        raw_file("lists/us_csl_watchman/CONS_ENHANCED_2025-01.ZIP", "moov-io/watchman @ fa564c40"),
        raw_file(
            "lists/us_ofac_cons_kebal/consolidated_2025-03-28.xml.gz",
            "kebalkhadka/Sanctionslist @ 11c626a4",
        ),
    ]
    enhanced, plain = [load(file) for file in files[::order]][::order]
    assert (enhanced.published_on, plain.published_on) == ("2025-01-10", "2025-03-28")
    assert not enhanced.alarms
    # The plain format says each programme once, the enhanced one for each of OFAC's lists: whoever
    # changes from one to the other is told that the list says less.
    assert {a.name for a in plain.alarms} == ({"thinner-than-before"} if order == 1 else set())
    captions = [
        {e["entity_id"]: e["caption"] for e in rows(m, "entities")} for m in (enhanced, plain)
    ]
    assert len(captions[0]) == 443
    assert captions[0] == captions[1]
    # Only the enhanced format has names in their own script: 39 Cyrillic, 5 + 1 Chinese.
    original = [n["script"] for n in rows(enhanced, "names") if n["kind"] == "original"]
    assert (original.count("Cyrl"), original.count("Hani")) == (39, 6)
    assert {n["kind"] for n in rows(plain, "names")} == {"primary", "alias", "former"}
    # … and the ids of relations.
    assert all(r["subject_id"] and r["object_id"] for r in rows(enhanced, "relations"))
