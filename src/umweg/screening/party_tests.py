"""Tests of the parties: consignee, buyer, end user, notify party, forwarder, bank, payer, ship."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from anyascii import anyascii

from umweg.screening.model import NotChecked, Outcome, Reason
from umweg.screening.owners import OwnedFirm
from umweg.screening.policy import Policy

if TYPE_CHECKING:
    from umweg.parties import Candidate, Matcher, MatchResult, Party

ROLE_WORDS = {
    "consignee": "consignee", "buyer": "buyer", "ship_to": "ship-to party", "end_user": "end user",
    "notify": "notify party", "forwarder": "forwarder", "bank": "bank", "payer": "payer",
    "vessel": "vessel",
}  # fmt: skip

ADDRESS = "address"
"""The role of a query that is an address and no name."""

NO_LIST = NotChecked(
    "parties",
    "no list of parties is held in the store",
    "bring one into the store, see: umweg data fetch --help",
)


@dataclass(frozen=True, slots=True)
class Query:
    """A party of a line, as it is looked up: every distinct one once."""

    role: str
    name: str


def listed_parties(result: MatchResult, role: str, policy: Policy) -> Iterator[Reason]:
    """Whether the party is on a list that the store holds, by name in any script, or may be. Above
    the policy's score it counts as listed, below it somebody has to look."""
    if result.problem is not None:
        yield Reason(
            "party-query-problem", "parties",
            f"the {ROLE_WORDS[role]} cannot be looked up: {result.problem}",
            "the line itself", ask=True,
        )  # fmt: skip
        return
    for candidate in result.candidates[:3]:
        listed = candidate.score >= policy.thresholds.party_listed
        yield _reason(candidate, role, listed, policy)
        if listed:
            return  # the others are weaker


def _reason(candidate: Candidate, role: str, listed: bool, policy: Policy) -> Reason:
    party = candidate.party
    entries = party.listings
    first = entries[0] if entries else None
    where = ", ".join(dict.fromkeys(e.list for e in entries)) or "a list without listings"
    verb = "is listed as" if listed else "may be"
    programme = f", {first.programme}" if first and first.programme else ""
    return Reason(
        "party-listed" if listed else "party-possible", "parties",
        f"the {ROLE_WORDS[role]} '{candidate.query_name}' {verb} '{candidate.matched_name.text}' "
        f"({where}{programme}; score {candidate.score:.2f})",
        f"{first.authority if first else where}, {first.list if first else ''}".rstrip(", "),
        (first.listed_from if first else "") or "", (first.url if first else "") or "",
        ask=not listed, entry=party.entity_id,
        pair=pair_hash(candidate.query_name, party, policy),
    )  # fmt: skip


def pair_hash(name: str, party: Party, policy: Policy) -> str:
    """The hash of a party's name, everything a list says of an entry, and the policy."""
    # The snapshot changes with every edition of the list, the entry does not.
    entry = asdict(replace(party, snapshot_id="", properties={}))
    facts = [" ".join(name.casefold().split()), entry, policy.sha256]
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


MIN_WORDS = 4
"""Words of an address below which it says too little: a street, its number, a town and one more."""


def address_key(text: str) -> str:
    """An address without case, accents, order and punctuation; empty where it says too little."""
    words = sorted(set(re.findall(r"\w+", anyascii(text).casefold())))
    whole = len(words) >= MIN_WORDS and any(w.isdigit() for w in words)
    return " ".join(words) if whole else ""


def listed_address(address: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[Reason]:
    """Whether somebody who is listed has the same address, word for word in any order."""
    for entity in known.get(address_key(address), ())[:1]:
        yield Reason(
            "party-at-listed-address", "parties",
            f"the address '{address}' is that of a listed party: {entity}",
            f"list entry {entity}", entry=entity, ask=True,
        )  # fmt: skip


def owned_party(
    result: MatchResult, role: str, firms: Mapping[str, OwnedFirm], policy: Policy
) -> Iterator[Reason]:
    """Whether the party is on no list and counts as owned by somebody who is, by the rule of an
    authority and the holdings in the store; or whether that cannot be told."""
    for candidate in result.candidates[:1]:
        firm = firms[candidate.party.entity_id]
        sure = firm.owned and candidate.score >= policy.thresholds.party_listed
        yield Reason(
            "party-owned" if sure else "party-owned-possible", "ownership",
            f"the {ROLE_WORDS[role]} '{candidate.query_name}' (score {candidate.score:.2f}): "
            f"{firm.text}, by the rule of '{firm.authority}'",
            firm.paper, link=firm.link, ask=not sure, entry=firm.entity_id,
            pair=pair_hash(candidate.query_name, candidate.party, policy),
        )  # fmt: skip


class PartyScreen:
    """Looks parties up, every distinct one once.

    Args:
        matcher: The matcher; None where no list is held.
        policy: Thresholds.
        addresses: Rows of the store's table `addresses`.
        owned: Firms that count as owned by listed persons, or may.
    """

    def __init__(
        self,
        matcher: Matcher | None,
        policy: Policy,
        addresses: Iterable[Mapping[str, Any]] = (),
        owned: Sequence[OwnedFirm] = (),
    ) -> None:
        self._matcher, self._policy = matcher, policy
        self._owned = {f.entity_id: f for f in owned}
        self._addresses: dict[str, tuple[str, ...]] = {}
        for row in addresses:
            if key := address_key(row["full"]):
                self._addresses[key] = (*self._addresses.get(key, ()), row["entity_id"])
        self._known: dict[Query, Outcome] = {}

    @property
    def looked_up(self) -> int:
        """Number of distinct parties looked up."""
        return len(self._known)

    def outcomes(self, queries: Iterable[Query]) -> Mapping[Query, Outcome]:
        """What the lists say of each party."""
        if self._matcher is None:
            return dict.fromkeys(queries, Outcome(not_checked=(NO_LIST,)))
        wanted = list(dict.fromkeys(queries))
        new = [q for q in wanted if q not in self._known]
        names = [q for q in new if q.role != ADDRESS]
        listed = self._match(self._matcher, names)
        owned = self._match(self._owned_matcher, names)
        for query, result, holding in zip(names, listed, owned, strict=True):
            reasons = [*listed_parties(result, query.role, self._policy)]
            if holding is not None:
                reasons += owned_party(holding, query.role, self._owned, self._policy)
            self._known[query] = Outcome(tuple(reasons))
        for query in new:
            if query.role == ADDRESS:
                found = listed_address(query.name, self._addresses)
                self._known[query] = Outcome(tuple(found))
        return {q: self._known[q] for q in wanted}

    @cached_property
    def _owned_matcher(self) -> Matcher | None:
        from umweg.parties import Matcher

        if not self._owned:
            return None
        return Matcher.from_parties([f.party for f in self._owned.values()])

    def _match(self, matcher: Matcher | None, queries: Sequence[Query]) -> list[Any]:
        """What a matcher says of each query; None for each where there is no matcher."""
        from umweg.parties import Party

        if matcher is None or not queries:
            return [None] * len(queries)
        # The same name in two roles is looked up once, unless one of them is a ship.
        keys = [(q.name, "Vessel" if q.role == "vessel" else "LegalEntity") for q in queries]
        distinct = list(dict.fromkeys(keys))
        found = dict(
            zip(
                distinct,
                matcher.match_many(
                    [Party.named(name, schema) for name, schema in distinct],
                    threshold=self._policy.thresholds.party_possible,
                    top=3,
                ),
                strict=True,
            )
        )
        return [found[key] for key in keys]
