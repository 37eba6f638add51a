"""What `umweg match` answers: candidates with their reasons, and what was looked at."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from umweg.parties.model import Candidate, Listing, MatchResult, Party
from umweg.parties.reach import Reach

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MATCH, NO_MATCH, CANNOT_TELL = "match", "no-match", "cannot-tell"


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """How to match.

    Attributes:
        threshold: Lowest score of a candidate that is returned; None for the one of the matcher.
        top: Candidates of one query at most.
        lists: Short names of lists; empty for all that are held.
        countries: Alpha-3; parties that name no country are looked at too.
        kinds: `person`, `organization`, `vessel`, `aircraft`; empty for any.
        algorithm: `umweg`, or `ofac` for an imitation of OFAC's search score.
        as_of: The lists as they stood on this day; None for today.
    """

    threshold: float | None = None
    top: int = 5
    lists: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    algorithm: str = "umweg"
    as_of: date | None = None


@dataclass(frozen=True)
class MatchAnswer:
    """The answer to one query.

    Attributes:
        result: The candidates, best first.
        reach: Which lists were looked at, in which version, and which were not.
        options: How it was asked.
    """

    result: MatchResult
    reach: Reach
    options: MatchOptions = field(default_factory=MatchOptions)

    @property
    def status(self) -> str:
        """`match`, `no-match`, or `cannot-tell` where finding nobody says little."""
        return status_of(self.result, self.reach)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self.result.candidates

    def rows(self) -> list[dict[str, Any]]:
        """One flat row a candidate; the columns of `HIT_COLUMNS`."""
        return [hit_row(c, self.reach, self.options) for c in self.candidates]

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table."""
        import pyarrow as pa

        return pa.Table.from_pylist(self.rows(), schema=_schema())

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a pandas table (pandas must be installed)."""
        return self.to_arrow().to_pandas()

    def _repr_html_(self) -> str:
        shown = ("score", "name", "primary_name", "schema", "lists", "listed_from", "published_on")
        head = "".join(f"<th>{c.replace('_', ' ')}</th>" for c in shown)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(r[c] or ''))}</td>" for c in shown) + "</tr>"
            for r in self.rows()
        )
        return (
            f"<p>{html.escape(self.result.query.caption)}: <b>{self.status}</b> "
            f"{html.escape(self.reach.missing)}</p><table><tr>{head}</tr>{body}</table>"
        )


def status_of(result: MatchResult, reach: Reach) -> str:
    """Whether a query matches; nobody found on a list that is stale is no clearance."""
    if result.candidates:
        return MATCH
    return CANNOT_TELL if result.problem or reach.missing else NO_MATCH


HIT_COLUMNS: Mapping[str, str] = {
    "score": "in [0, 1]",
    "name": "the listed name that met the query best",
    "primary_name": "the listed party's primary name",
    "entity_id": "source and the publisher's own number",
    "schema": "FollowTheMoney schema",
    "countries": "countries and nationalities, alpha-3",
    "birth_dates": "dates of birth, `~` before an approximate one",
    "lists": "lists on which the party stands on the day",
    "authorities": "who lists",
    "programmes": "programmes or regimes, as published",
    "listed_from": "first day on one of the lists",
    "references": "numbers of the listings",
    "url": "public page of a listing",
    "published_on": "version of the list: the publisher's date",
    "snapshot_id": "version of the list: the bytes, see `umweg data show`",
    "explanation": "which words met and how, then what else counted",
}
"""The columns of a flat hit."""


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(c, pa.float64() if c == "score" else pa.string()) for c in HIT_COLUMNS])


def hit_row(candidate: Candidate, reach: Reach, options: MatchOptions) -> dict[str, Any]:
    """A candidate in one flat row; several listings of it are joined with `; `."""
    party = candidate.party
    listings = listings_on(party, reach.day, options.lists)
    dates = [x.listed_from for x in listings if x.listed_from]
    return {
        "score": round(candidate.score, 4),
        "name": candidate.matched_name.text,
        "primary_name": party.caption,
        "entity_id": party.entity_id,
        "schema": party.schema,
        "countries": "; ".join(party.countries),
        "birth_dates": "; ".join(party.birth_dates),
        "lists": _joined(x.list for x in listings),
        "authorities": _joined(x.authority for x in listings),
        "programmes": _joined(x.programme for x in listings),
        "listed_from": min(dates, default=None),
        "references": _joined(x.reference for x in listings),
        "url": next((x.url for x in listings if x.url), None),
        "published_on": reach.published_on(party.snapshot_id),
        "snapshot_id": party.snapshot_id,
        "explanation": explanation(candidate),
    }


def _joined(values: Iterator[str | None]) -> str:
    return "; ".join(dict.fromkeys(v for v in values if v))


def listings_on(party: Party, day: str, lists: Collection[str] = ()) -> tuple[Listing, ...]:
    """The listings that count on a day, of the lists that were asked for."""
    return tuple(
        x
        for x in party.listings
        if (not lists or x.list in lists)
        and (x.listed_from is None or x.listed_from <= day)
        and (x.listed_until is None or x.listed_until > day)
    )


def explanation(candidate: Candidate) -> str:
    """A candidate's reasons in one line: words, then features, strongest first."""
    words = [
        f"{a.query or '–'} ~ {a.listed or '–'} ({a.how}, {a.similarity:.2f})"
        for a in candidate.aligned
    ]
    features = [
        f"{f.name.replace('_', ' ')} {f.score:.2f} (weight {f.weight:+.2f}"
        + (f": {f.detail})" if f.detail else ")")
        for f in sorted(candidate.features, key=lambda f: -abs(f.weight * f.score))
        if f.score
    ]
    return "; ".join([*words, *features])


def candidate_json(candidate: Candidate, reach: Reach, options: MatchOptions) -> dict[str, Any]:
    """A candidate with its listings and its whole explanation, as plain data."""
    party = candidate.party
    return {
        "score": round(candidate.score, 4),
        "name": candidate.matched_name.text,
        "name_kind": candidate.matched_name.kind,
        "weak_name": candidate.matched_name.weak,
        "entity": {
            "entity_id": party.entity_id,
            "schema": party.schema,
            "names": [n.text for n in party.names],
            "countries": list(party.countries),
            "birth_dates": list(party.birth_dates),
            "identifiers": [
                {"kind": i.kind, "value": i.value, "country": i.country} for i in party.identifiers
            ],
        },
        "listings": [asdict(x) for x in listings_on(party, reach.day, options.lists)],
        "snapshot_id": party.snapshot_id,
        "published_on": reach.published_on(party.snapshot_id),
        "aligned": [asdict(a) for a in candidate.aligned],
        "features": [asdict(f) for f in candidate.features],
        "explanation": explanation(candidate),
    }


def query_json(party: Party) -> dict[str, Any]:
    """What was asked, as it was understood."""
    return {
        "name": party.caption,
        "schema": party.schema,
        "countries": list(party.countries),
        "birth_dates": list(party.birth_dates),
        "identifiers": [
            {"kind": i.kind, "value": i.value, "valid": i.valid} for i in party.identifiers
        ],
    }


def answer_json(answer: MatchAnswer) -> dict[str, Any]:
    """The answer to one query as plain data."""
    return {
        "query": query_json(answer.result.query),
        "status": answer.status,
        "problem": answer.result.problem,
        "missing": answer.reach.missing,
        "candidates": [candidate_json(c, answer.reach, answer.options) for c in answer.candidates],
        **reach_json(answer.reach),
    }


def reach_json(reach: Reach) -> dict[str, Any]:
    """What was looked at and what was not, as plain data."""
    return {
        "as_of": reach.day,
        "checked": [{**asdict(v), "lists": list(v.lists), "stale": v.stale} for v in reach.checked],
        "not_checked": [asdict(n) for n in reach.not_checked],
    }
