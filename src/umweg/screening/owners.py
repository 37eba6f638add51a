"""Firms that are on no list and count as owned by somebody who is, as parties to look for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from umweg.errors import StoreError
from umweg.regime import Regime
from umweg.store import Store

if TYPE_CHECKING:
    from umweg.parties import Party


@dataclass(frozen=True, slots=True)
class OwnedFirm:
    """A firm of the store's relations that an authority's rule reaches, or may reach.

    Attributes:
        entity_id, names: Of the firm.
        owned: Whether it counts as owned; else it cannot be told.
        text: The answer in one sentence, with the holders and their shares.
        authority, paper, link: The rule.
    """

    entity_id: str
    names: tuple[str, ...]
    owned: bool
    text: str
    authority: str
    paper: str
    link: str

    @property
    def party(self) -> Party:
        """The firm as the matcher looks for it."""
        from umweg.parties import Party, PartyName

        return Party(tuple(PartyName(n) for n in self.names), "Company", self.entity_id)


def owned_firms(store: Store, regime: Regime, as_of: date) -> tuple[OwnedFirm, ...]:
    """The firms that some authority's rule reaches on a day, from the relations in the store.

    Listed holders are those on the authority's lists by their own entry or by name; an authority of
    which no list is held is not asked. A firm that is owned by one rule and unknown by another is
    owned.

    Raises:
        StoreError: the relations cannot be read.
    """
    if not store.has("relations"):
        return ()
    from umweg.parties.holdings import holdings
    from umweg.parties.listed_holders import by_lists, ids
    from umweg.parties.ownership import ownership

    graph = holdings(store.read("relations", as_of), as_of)
    found: dict[str, OwnedFirm] = {}
    for rule in regime.ownership_rules.values():
        reading = rule.at(as_of)
        if reading is None:
            continue
        try:
            listed = by_lists(graph, store, rule, as_of, match=True)
        except StoreError:
            continue  # none of its lists is held, which the parties' test says already
        result = ownership(graph, ids(listed), rule, as_of)
        for firm in result.answers(("owned", "unknown")):
            held = found.get(firm.entity_id)
            if held is None or (firm.status == "owned" and not held.owned):
                found[firm.entity_id] = OwnedFirm(
                    firm.entity_id, (firm.name,), firm.status == "owned", firm.text, rule.id,
                    reading.paper, reading.link,
                )  # fmt: skip
    return tuple(_with_names(found, store, as_of))


def _with_names(firms: dict[str, OwnedFirm], store: Store, as_of: date) -> Iterator[OwnedFirm]:
    """The firms with all the names that their register gives them."""
    names: dict[str, list[str]] = {}
    if firms and store.has("names"):
        import pyarrow as pa
        import pyarrow.compute as pc

        table = store.read("names", as_of)
        wanted = pc.is_in(table["entity_id"], value_set=pa.array(sorted(firms)))
        for row in table.filter(wanted).to_pylist():
            names.setdefault(row["entity_id"], []).append(row["name"])
    for entity_id, firm in firms.items():
        every = tuple(dict.fromkeys([*firm.names, *names.get(entity_id, [])]))
        yield OwnedFirm(
            entity_id, every, firm.owned, firm.text, firm.authority, firm.paper, firm.link
        )
