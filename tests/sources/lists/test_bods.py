"""Beneficial Ownership Data Standard: statements of versions 0.2 and 0.4, invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.raw import raw_file
from umweg.sources import import_files
from umweg.store import Manifest, Store


def statement(number: str, kind: str, **details: Any) -> dict[str, Any]:
    return {
        "statementId": f"s-{number}",
        "recordId": number,
        "recordType": kind,
        "recordStatus": "new",
        "statementDate": "2024-01-01",
        "recordDetails": details,
    }


def company(number: str, name: str, **more: Any) -> dict[str, Any]:
    kind = {"type": "registeredEntity"}
    return statement(number, "entity", entityType=kind, name=name, isComponent=False, **more)


def holding(number: str, who: Any, whom: str, *interests: dict[str, Any]) -> dict[str, Any]:
    return statement(
        number, "relationship", subject=whom, interestedParty=who, interests=list(interests)
    )


def share(kind: str = "shareholding", how: str = "direct", **bounds: float) -> dict[str, Any]:
    return {"type": kind, "directOrIndirect": how, "share": bounds, "startDate": "2020-01-01"}


def load(tmp_path: Path, statements: Any, lines: bool = False) -> tuple[Store, Manifest]:
    path = tmp_path / "bods.json"
    text = "\n".join(map(json.dumps, statements)) if lines else json.dumps(statements)
    path.write_text(text, "utf-8")
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    return store, import_files([path], store)


PERSON = statement("p", "person", personType="knownPerson", names=[{"fullName": "Invented Name"}])


@pytest.mark.parametrize("lines", [False, True])
def test_holdings_become_relations(tmp_path: Path, lines: bool) -> None:
    store, manifest = load(
        tmp_path,
        [
            company("a", "Alpha", foundingDate="2010-05-01", jurisdiction={"code": "GB"},
                    identifiers=[{"scheme": "GB-COH", "id": "01234567"}]),
            PERSON,
            holding("r", "p", "a", share(exact=40),
                    share("votingRights", minimum=25, exclusiveMaximum=50)),
        ],
        lines,
    )  # fmt: skip
    assert (manifest.source, manifest.rows_read, manifest.rows_kept) == ("bods", 3, 3)
    assert not manifest.alarms
    found = {e["caption"]: e for e in store.read("entities").to_pylist()}
    assert found["Alpha"]["schema"] == "Company"
    assert (found["Alpha"]["countries"], found["Alpha"]["founded"]) == (["GBR"], ["2010-05-01"])
    assert found["Invented Name"]["schema"] == "Person"
    (number,) = store.read("identifiers").to_pylist()
    assert (number["kind"], number["value"], number["country"]) == (
        "registration", "01234567", "GBR",
    )  # fmt: skip
    rows = store.read("relations").to_pylist()
    assert [(r["kind"], r["role"], r["share_min"], r["share_max"]) for r in rows] == [
        ("Ownership", "shareholding", 40, 40),
        ("Ownership", "voting rights", 25, 50),
    ]
    assert {(r["subject_id"], r["object_id"]) for r in rows} == {("bods/p", "bods/a")}


def test_what_is_indirect_or_control_or_undisclosed(tmp_path: Path) -> None:
    store, _ = load(
        tmp_path,
        [
            company("a", "Alpha"),
            PERSON,
            holding("r1", "p", "a", share(how="indirect", exact=60)),
            holding("r2", "p", "a", {"type": "appointmentOfBoard", "directOrIndirect": "direct"}),
            holding("r3", {"reason": "interestedPartyHasNotProvidedInformation"}, "a", {}),
        ],
    )
    indirect, control, hidden = store.read("relations").to_pylist()
    # An indirect share repeats a chain: it must not count beside it.
    assert (indirect["kind"], indirect["share_min"]) == ("UnknownLink", None)
    assert (control["kind"], control["control"]) == ("UnknownLink", True)
    assert (hidden["subject_id"], hidden["kind"]) == (None, "Ownership")
    assert "HasNotProvidedInformation" in hidden["subject_name"]


def test_later_statements_take_the_place_of_earlier_ones(tmp_path: Path) -> None:
    old = company("a", "Old Name")
    closed = {**company("b", "Gone"), "recordStatus": "closed"}
    new = {**company("a", "New Name"), "statementId": "s-2", "statementDate": "2024-02-01"}
    store, manifest = load(tmp_path, [new, old, closed])
    assert [e["caption"] for e in store.read("entities").to_pylist()] == ["New Name"]
    assert (manifest.rows_read, manifest.rows_kept, manifest.rows_set_aside) == (3, 1, 2)
    reasons = {r["reason"] for r in manifest.rows("set_aside").to_pylist()}
    assert reasons == {"superseded", "closed-record"}


def test_version_0_2(tmp_path: Path) -> None:
    store, manifest = load(
        tmp_path,
        [
            {"statementID": "e1", "statementType": "entityStatement", "name": "Alpha",
             "entityType": "registeredEntity", "incorporatedInJurisdiction": {"code": "KZ"}},
            {"statementID": "p1", "statementType": "personStatement", "personType": "knownPerson",
             "names": [{"fullName": "Invented Name"}], "nationalities": [{"code": "KZ"}]},
            {"statementID": "o1", "statementType": "ownershipOrControlStatement",
             "subject": {"describedByEntityStatement": "e1"},
             "interestedParty": {"describedByPersonStatement": "p1"},
             "interests": [{"type": "shareholding", "interestLevel": "direct",
                            "share": {"minimum": 75, "maximum": 100, "exclusiveMinimum": False}}]},
        ],
    )  # fmt: skip
    (row,) = store.read("relations").to_pylist()
    assert (row["subject_id"], row["object_id"]) == ("bods/p1", "bods/e1")
    assert (row["share_min"], row["share_max"]) == (75, 100)
    assert manifest.rows_set_aside == 0


def test_an_unknown_field_is_an_alarm_and_a_stranger_set_aside(tmp_path: Path) -> None:
    _, manifest = load(tmp_path, [company("a", "Alpha", newField=1), {"recordType": "cat"}, 5])
    assert [a.name for a in manifest.alarms] == ["unknown-field"]
    assert (manifest.rows_read, manifest.rows_kept, manifest.rows_set_aside) == (3, 1, 2)


def test_the_standards_own_examples(tmp_path: Path) -> None:
    """19 worked examples of github.com/openownership/data-standard @ d97e7982: every statement is
    kept or set aside for a named reason, and no field is unknown."""
    folder = raw_file(
        "lists/ownership_bods/bods_examples", "openownership/data-standard @ d97e7982"
    )
    store = Store.open(tmp_path / "store", create=True, with_sample=False)
    paths = sorted(folder.glob("*.json"))
    assert len(paths) == 19
    for n, path in enumerate(paths):
        manifest = import_files([path], store, source="bods", dataset=f"example-{n}")
        assert manifest.rows_read == len(json.loads(path.read_text("utf-8")))
        assert not manifest.alarms, (path.name, manifest.alarms)
        reasons = {r["reason"] for r in manifest.rows("set_aside").to_pylist()}
        assert reasons <= {"superseded", "closed-record"}
