"""Which holders of a register are listed: by their own listing, by name, or by a match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from umweg.errors import InputError, StoreError
from umweg.parties.holdings import Holdings
from umweg.regime.model import OwnershipRule
from umweg.store import Store

THRESHOLD = 0.95
"""Score from which a holder counts as listed by its name. A wrong match makes firms look owned:
every one of them is named in the answer."""


@dataclass(frozen=True, slots=True)
class ListedHolder:
    """Why a holder counts as listed: its id is, a name was given, or a listed name was matched."""

    entity_id: str
    name: str
    how: str
    listed_id: str = ""
    score: float = 1.0


def by_given(graph: Holdings, given: Iterable[str]) -> list[ListedHolder]:
    """Holders that the user names as listed, by id or by exact name.

    Raises:
        InputError: nobody in the relations has that id or name.
    """
    by_name: dict[str, list[int]] = {}
    for number, name in enumerate(graph.names):
        by_name.setdefault(_plain(name), []).append(number)
    found = []
    for text in given:
        numbers = [graph.number[text]] if text in graph.number else by_name.get(_plain(text), [])
        if not numbers:
            raise InputError(
                f"nobody in the relations is called '{text}'",
                next_step="give the id or the whole name as the relations write it",
            )
        found += [ListedHolder(graph.ids[n], graph.names[n], "named by the user") for n in numbers]
    return found


def by_lists(
    graph: Holdings, store: Store, rule: OwnershipRule, as_of: date, *, match: bool
) -> list[ListedHolder]:
    """Holders on the authority's lists as they stood, by their own id and, with `match`, by name.

    Raises:
        StoreError: none of the authority's lists is held.
    """
    held = [m for m in store.snapshots(as_of) if m.source in rule.lists]
    if not held:
        raise StoreError(
            f"none of the lists of '{rule.id}' is held",
            where=str(store.root),
            allowed=", ".join(rule.lists),
            next_step="import one with `umweg data import FILE --source NAME`, or name the listed "
            "holders yourself",
        )
    own = {e for m in held for e in m.rows("entities")["entity_id"].to_pylist()}
    found = [
        ListedHolder(e, graph.names[n], "its own entry on the list", e)
        for e, n in graph.number.items()
        if e in own
    ]
    if not match:
        return found
    from umweg.parties import Matcher, Party

    others = [n for e, n in graph.number.items() if e not in own and graph.names[n]]
    holders = sorted(set(graph.holder.tolist()) & set(others))
    matcher = Matcher.from_store(store, lists=[m.source for m in held], as_of=as_of)
    queries = (Party.named(graph.names[n]) for n in holders)
    answers = matcher.match_many(queries, threshold=THRESHOLD, top=1)
    for number, answer in zip(holders, answers, strict=True):
        for hit in answer.candidates:
            found.append(
                ListedHolder(
                    graph.ids[number], graph.names[number],
                    f"matched with '{hit.matched_name.text}'", hit.party.entity_id,
                    round(hit.score, 4),
                )
            )  # fmt: skip
    return found


def ids(holders: Iterable[ListedHolder]) -> Mapping[str, ListedHolder]:
    """Entity id → why it counts as listed, the surest reason first."""
    found: dict[str, ListedHolder] = {}
    for holder in holders:
        found.setdefault(holder.entity_id, holder)
    return found


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
