"""Pairs across scripts, put together from the original-script names of the lists in a store.

No name leaves the machine: the sets are made anew on each run from what the user has imported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from umweg.errors import InputError, UsageError
from umweg.parties.model import Party, PartyName
from umweg.sources.lists.scripts import UNKNOWN, script_of
from umweg.store import Store
from umweg.validation.name_pairs import LabelledPair, script_pair
from umweg.validation.names import (
    NamesOptions,
    NamesValidation,
    Progress,
    in_half,
    measure,
)

PERSONS, FIRMS = "persons", "firms"
_GROUPS = {
    "Person": PERSONS, "Organization": FIRMS, "Company": FIRMS, "PublicBody": FIRMS,
    "LegalEntity": FIRMS,
}  # fmt: skip
AGAINST = ("primary", "all")


def validate_store(
    store: Store,
    options: NamesOptions,
    *,
    against: str = "primary",
    sets: Sequence[str] = (),
    smallest: int = 5,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> NamesValidation:
    """Measure every scorer on the cross-script pairs of a store's lists.

    Args:
        store: A store with lists that publish names in the original script.
        against: `primary`: the query meets the primary Latin name alone; `all`: every Latin name
            of the entity, as in a search.
        sets: Only these, such as `persons/Cyrl`; all without it.
        smallest: Sets of fewer pairs are left out and named in the notes.
        as_of: The lists as they stood on this day.

    Raises:
        InputError: no list of the store has a name in another script.
        UsageError: a set is asked for that there is not.
    """
    if against not in AGAINST:
        raise UsageError(
            f"no choice is named '{against}'", where="--against", allowed=", ".join(AGAINST)
        )
    found = pair_sets(store, against=against, as_of=as_of)
    if not found:
        raise InputError(
            "no list of the store has names in an original script beside Latin ones",
            where=str(store.root),
            next_step="import a list that has them, such as ofac-sdn, un-sc or uk-ofsi",
        )
    unknown = [s for s in sets if s not in found]
    if unknown:
        raise UsageError(
            f"there is no set '{unknown[0]}'",
            where="--set",
            allowed=", ".join(found),
            next_step="use one of them",
        )
    pools = _pools(found)
    results, notes, rows, kept = [], [], 0, 0
    for name, pairs in found.items():
        rows += len(pairs)
        half = in_half(pairs, options.half)
        if sets and name not in sets:
            continue
        if len(half) < smallest:
            notes.append(f"{name}: {len(half)} pairs, too few to measure")
            continue
        kept += len(half)
        pool = pools[name.partition("/")[0]]
        results.append(measure(name, half, options, pool=pool, progress=progress))
    snapshots = {
        m.snapshot_id: m.published_on or "undated"
        for m in store.snapshots(as_of)
        if m.paths("names")
    }
    return NamesValidation(
        tuple(results), options, rows, kept, rows - kept, (), tuple(notes),
        f"original script against {against} Latin name", snapshots,
    )  # fmt: skip


def pair_sets(
    store: Store, *, against: str = "primary", as_of: date | None = None
) -> dict[str, list[LabelledPair]]:
    """Matching pairs by set, largest first: `persons/Cyrl`, `firms/Hani` …

    Each original-script name of an entity is the query, its Latin name the listed one. The same
    two names on two lists are one pair.
    """
    sets: dict[str, list[LabelledPair]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for schema, names in _entities(store, as_of):
        group = _GROUPS.get(schema)
        latin = [n for n in names if script_of(n.text) == "Latn"]
        primary = [n for n in latin if n.kind == "primary"] or latin[:1]
        if group is None or not primary:
            continue
        listed = Party(tuple(primary if against == "primary" else latin), schema)
        for n in names:
            script = script_of(n.text)
            key = (n.text.casefold(), primary[0].text.casefold())
            if script in ("Latn", UNKNOWN) or key in seen:
                continue
            seen.add(key)
            name = f"{group}/{script}"
            slices = {"kind": schema, "scripts": script_pair(n.text, primary[0].text)}
            sets[name].append(
                LabelledPair(len(seen), Party.named(n.text, schema), listed, True, None, slices)
            )
    return dict(sorted(sets.items(), key=lambda item: -len(item[1])))


def _entities(store: Store, as_of: date | None) -> Iterable[tuple[str, list[PartyName]]]:
    """Schema and names of every entity, in a fixed order: names sorted, then entities by id."""
    entities = store.execute(
        store.table("entities", as_of).select("snapshot_id", "entity_id", "schema"),
        "entities of the lists",
    ).to_pylist()
    schemas = {(e["snapshot_id"], e["entity_id"]): e["schema"] for e in entities}
    names = store.execute(
        store.table("names", as_of).select("snapshot_id", "entity_id", "name", "kind"),
        "names of the lists",
    ).to_pylist()
    by_entity: Mapping[tuple[str, str], list[PartyName]] = defaultdict(list)
    for n in names:
        by_entity[n["snapshot_id"], n["entity_id"]].append(PartyName(n["name"], n["kind"]))
    for key in sorted(by_entity):
        yield schemas[key], sorted(by_entity[key], key=lambda n: (n.text, n.kind))


def _pools(sets: Mapping[str, Sequence[LabelledPair]]) -> dict[str, list[Party]]:
    """The listed parties of persons and of firms: what a query is shuffled with."""
    pools: dict[str, list[Party]] = defaultdict(list)
    for name, pairs in sets.items():
        pools[name.partition("/")[0]].extend(p.listed for p in pairs)
    return dict(pools)
