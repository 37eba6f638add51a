"""Labelled pairs of names or entities, read from a file of one of the public layouts."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from umweg.errors import InputError
from umweg.parties.kinds import schema_named
from umweg.parties.model import Party, PartyName
from umweg.sources.lists.places import alpha3_of
from umweg.sources.lists.scripts import script_of
from umweg.sources.opening import opened
from umweg.store.manifest import sha256_of

MAX_BYTES = 1 << 30
_YES = frozenset({"true", "1", "yes", "y", "t", "match", "positive", "same"})
_NO = frozenset({
    "false", "0", "no", "n", "f", "no match", "no-match", "non-match", "non match", "nonmatch",
    "mismatch", "negative", "different",
})  # fmt: skip

_LABELS = ("label", "is_match", "match")
_SLICES = ("kind", "category", "quality", "case_group", "group", "source", "language", "origin")


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two parties, and whether somebody says that they are one.

    Attributes:
        number: Row of the file (its header is row 1), or place in the list of checks.
        label: Whether they are the same; None where the file has a reference score instead.
        reference: The score of another program, in [0, 1], where the file gives one.
        slices: By what the results are told apart: kind, scripts, category …
        properties: Both sides as FollowTheMoney properties.
    """

    number: int
    query: Party
    listed: Party
    label: bool | None
    reference: float | None = None
    slices: Mapping[str, str] = field(default_factory=dict)
    properties: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})


@dataclass(frozen=True, slots=True)
class PairAside:
    """A row that could not be used, and why."""

    row: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class PairFile:
    """What a file of pairs held: `rows_read` = pairs + set aside + left out by request."""

    name: str
    sha256: str
    layout: str
    pairs: tuple[LabelledPair, ...]
    set_aside: tuple[PairAside, ...] = ()
    left_out: int = 0
    notes: tuple[str, ...] = ()

    @property
    def rows_read(self) -> int:
        return len(self.pairs) + len(self.set_aside) + self.left_out


def read_pairs(path: Path, without: Mapping[str, str] | None = None) -> PairFile:
    """Read labelled pairs.

    Args:
        path: CSV with `name_a, name_b, kind, label`; or with `schema, name1, name2, is_match` and
            any of `case_group, category, quality`; or with `query_name, result_name, ofac_score`
            (a reference score of 0 to 100 in place of a label); or YAML with `checks`, each of
            `match`, `schema`, `query`, `candidate`.
        without: Leave out the pairs that have this value in this column.

    Raises:
        InputError: the file has none of these layouts, or not a single usable row.
    """
    text = _text(path)
    notes: list[str] = []
    if path.suffix.lower() in (".yml", ".yaml"):
        layout, found = "checks", _from_checks(text, path)
    else:
        layout, found, notes = _from_csv(text, path)
    pairs, aside, left_out = [], [], 0
    for item in found:
        if isinstance(item, PairAside):
            aside.append(item)
        elif any(item.slices.get(k) == v for k, v in (without or {}).items()):
            left_out += 1
        else:
            pairs.append(item)
    if not pairs:
        why = Counter(a.reason for a in aside).most_common(3)
        raise InputError(
            "the file has no pair that can be used",
            where=str(path),
            allowed="rows with two names and a label (true or false)",
            next_step="; ".join(f"{n} rows: {reason}" for reason, n in why) or "add rows",
        )
    return PairFile(
        path.name, sha256_of(path), layout, tuple(pairs), tuple(aside), left_out, tuple(notes)
    )


def _text(path: Path) -> str:
    with opened(path, max_bytes=MAX_BYTES) as stream:
        data = stream.read()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    # A bad byte becomes U+FFFD: its row is set aside below, the others are read.
    return data.decode("utf-8-sig", errors="replace")


# -- CSV ------------------------------------------------------------------------------------------


def _from_csv(text: str, path: Path) -> tuple[str, list[LabelledPair | PairAside], list[str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    header = [c.strip().lower() for c in next(rows, [])]
    names = next(
        (
            pair
            for pair in (("name_a", "name_b"), ("name1", "name2"), ("query_name", "result_name"))
            if set(pair) <= set(header)
        ),
        None,
    )
    label = next((c for c in _LABELS if c in header), None)
    if names is None or (label is None and "ofac_score" not in header):
        raise InputError(
            "this is no table of labelled pairs: "
            + (f"its columns are {', '.join(header)}" if any(header) else "it has no header"),
            where=str(path),
            allowed="name_a, name_b, kind, label; or schema, name1, name2, is_match; or "
            "query_name, result_name, ofac_score; or YAML with checks",
            next_step="name the columns so in the first row",
        )
    layout = {"name_a": "pairs", "name1": "cases", "query_name": "scores"}[names[0]]
    unknown: Counter[str] = Counter()
    found = list(_csv_rows(rows, header, names, label, unknown))
    notes = [
        f"kind '{k}' is not known: {n} pairs were scored as either" for k, n in unknown.items()
    ]
    return layout, found, notes


def _delimiter(text: str) -> str:
    line = text[: text.find("\n")] if "\n" in text else text
    return max(",;\t|", key=line.count)


def _csv_rows(
    rows: Iterator[list[str]],
    header: list[str],
    names: tuple[str, str],
    label: str | None,
    unknown: Counter[str],
) -> Iterator[LabelledPair | PairAside]:
    number = 1
    while True:
        number += 1
        try:
            values = next(rows)
        except StopIteration:
            return
        except csv.Error as error:  # a field beyond csv's limit of 131,072 characters
            yield PairAside(number, "unreadable-row", str(error))
            continue
        if not any(v.strip() for v in values):
            yield PairAside(number, "empty-row", "no text")
        elif len(values) != len(header):
            yield PairAside(
                number, "ragged-row", f"{len(values)} fields, the header has {len(header)}"
            )
        else:
            row = dict(zip(header, values, strict=True))
            yield _csv_pair(number, row, names, label, unknown)


def _csv_pair(
    number: int,
    row: Mapping[str, str],
    names: tuple[str, str],
    label: str | None,
    unknown: Counter[str],
) -> LabelledPair | PairAside:
    a, b = (row[n].strip() for n in names)
    if not a or not b:
        return PairAside(number, "missing-name", f"'{names[0] if not a else names[1]}' is empty")
    if "\ufffd" in a + b:
        return PairAside(number, "undecodable-text", "save the file as UTF-8")
    kind = (row.get("kind") or row.get("schema") or "").strip()
    schema = schema_named(kind or "any")
    if schema is None:
        unknown[kind] += 1
        schema = "LegalEntity"
    said: bool | None = None
    reference = None
    if label is not None:
        said = parse_label(row[label])
        if said is None:
            return PairAside(number, "unknown-label", f"'{row[label][:40]}' is neither yes nor no")
    else:
        try:
            reference = float(row["ofac_score"]) / 100
        except ValueError:
            return PairAside(number, "not-a-number", f"'{row['ofac_score'][:40]}'")
    slices = {k: row[k].strip() or "(none)" for k in _SLICES if k in row}
    slices["kind"] = kind or schema
    slices["scripts"] = script_pair(a, b)
    return LabelledPair(
        number, Party.named(a, schema), Party.named(b, schema), said, reference, slices,
        ({"name": [a]}, {"name": [b]}),
    )  # fmt: skip


def parse_label(text: object) -> bool | None:
    """Whether a label says yes or no; None if it says neither."""
    word = str(text).strip().lower()
    return True if word in _YES else False if word in _NO else None


# -- YAML -----------------------------------------------------------------------------------------


def _from_checks(text: str, path: Path) -> list[LabelledPair | PairAside]:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(
            f"the YAML cannot be read: {error}", where=str(path), next_step="mend the line"
        ) from error
    checks = data.get("checks") if isinstance(data, dict) else None
    if not isinstance(checks, list):
        raise InputError(
            "the file has no list 'checks'",
            where=str(path),
            allowed="checks: [{match: true, schema: Person, query: {name: …}, candidate: {…}}]",
        )
    return [_check(number, c) for number, c in enumerate(checks, start=1)]


def _check(number: int, check: Any) -> LabelledPair | PairAside:
    try:
        schema = str(check["schema"])
        sides = [
            {k: [str(x) for x in (v if isinstance(v, list) else [v])] for k, v in side.items()}
            for side in (check["query"], check["candidate"])
        ]
        label = parse_label(check["match"])
    except (KeyError, TypeError, AttributeError) as error:
        return PairAside(number, "bad-check", f"needs match, schema, query, candidate: {error}")
    if label is None:
        return PairAside(number, "unknown-label", f"'{check['match']}' is neither yes nor no")
    query, listed = (_party(side, schema_named(schema) or "LegalEntity") for side in sides)
    if not query.names or not listed.names:
        return PairAside(number, "missing-name", "one side has no name")
    slices = {
        "kind": schema,
        "category": str(check.get("label") or "(none)"),
        "scripts": script_pair(query.caption, listed.caption),
    }
    return LabelledPair(number, query, listed, label, None, slices, (sides[0], sides[1]))


_PARTS = ("title", "firstName", "middleName", "fatherName", "lastName")


def _party(properties: Mapping[str, list[str]], schema: str) -> Party:
    """A party of FollowTheMoney properties; a name in parts is put together in reading order."""
    names = [PartyName(n) for n in properties.get("name", [])]
    names += [PartyName(n, "alias") for n in properties.get("alias", [])]
    names += [PartyName(n, "alias", weak=True) for n in properties.get("weakAlias", [])]
    if not names:
        whole = " ".join(x for p in _PARTS[1:] for x in properties.get(p, []))
        names = [PartyName(whole)] if whole else []
    countries = (*properties.get("country", []), *properties.get("nationality", []))
    return Party(
        tuple(names),
        schema,
        birth_dates=tuple(properties.get("birthDate", [])),
        founded=tuple(properties.get("incorporationDate", [])),
        gender=next(iter(properties.get("gender", [])), None),
        countries=tuple(alpha3_of(c) or c.upper() for c in countries),
        properties=properties,
    )


def script_pair(a: str, b: str) -> str:
    """The scripts of both names by ISO 15924, in order of the alphabet: `Cyrl/Latn`."""
    return "/".join(sorted((script_of(a), script_of(b))))
