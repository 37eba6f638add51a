"""What speaks for and against a match beside the names: the table of (function, weight).

Each function takes the query and the listed party and answers (strength in [0, 1], what was
compared), or None where one of the two sides says nothing: silence is neither agreement nor
contradiction. Its docstring is the explanation that a reader is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from umweg.parties.model import Feature, Identifier, Party

Found = tuple[float, str] | None
Function = Callable[[Party, Party], Found]

DECIDING = frozenset({"inn", "ogrn", "bin", "iin", "lei", "imo", "uscc", "vat", "bic", "duns"})
"""Kinds of number that one party alone carries, for life."""

SINGLE = frozenset({"inn", "ogrn", "bin", "iin", "lei", "imo", "uscc"})
"""Kinds of which a party has one: another number of the kind speaks against a match."""

PERSONAL = frozenset({"passport", "national-id", "tax", "registration", "okpo", "mmsi", "wallet"})


def _normal(identifier: Identifier) -> str:
    return identifier.normal or "".join(c for c in identifier.value.upper() if c.isalnum())


def _shared(query: Party, listed: Party, kinds: frozenset[str]) -> Identifier | None:
    if not query.identifiers or not listed.identifiers:
        return None
    theirs = {(i.kind, _normal(i)) for i in listed.identifiers}
    for i in query.identifiers:
        if i.kind in kinds and i.valid is not False and (i.kind, _normal(i)) in theirs:
            return i
    return None


def identifier_agrees(query: Party, listed: Party) -> Found:
    """A number that only one party carries (INN, OGRN, BIN, LEI, IMO …) is the same."""
    same = _shared(query, listed, DECIDING)
    return None if same is None else (1.0, f"{same.kind} {same.value}")


def document_agrees(query: Party, listed: Party) -> Found:
    """A number of a document or registration is the same; these can be reissued or mistyped."""
    same = _shared(query, listed, PERSONAL)
    return None if same is None else (1.0, f"{same.kind} {same.value}")


def identifier_disagrees(query: Party, listed: Party) -> Found:
    """Both have a number of a kind of which a party has only one, and the numbers differ."""
    if not query.identifiers or not listed.identifiers:
        return None
    for kind in sorted(SINGLE):
        ours = {_normal(i) for i in query.identifiers if i.kind == kind and i.valid is not False}
        theirs = {_normal(i) for i in listed.identifiers if i.kind == kind and i.valid is not False}
        if kind in ("inn", "ogrn"):  # a person's INN has 12 digits, a firm's 10: both may be held
            lengths = {len(x) for x in ours} & {len(x) for x in theirs}
            ours = {x for x in ours if len(x) in lengths}
            theirs = {x for x in theirs if len(x) in lengths}
        if ours and theirs and not ours & theirs:
            return 1.0, f"{kind} {min(ours)} ≠ {min(theirs)}"
    return None


def _parts(text: str) -> tuple[tuple[int, ...], bool]:
    about = text.startswith("~")
    return tuple(int(x) for x in text.lstrip("~").split("-") if x.isdigit()), about


def date_difference(ours: str, theirs: str) -> float:
    """How much two dates contradict each other, in [0, 1].

    Dates are YYYY, YYYY-MM or YYYY-MM-DD, `~` before one that is approximate. 0: they agree as far
    as both are known. Day and month swapped, one digit or one year off: .25, such slips are common
    in registers. Each further year adds .15. An approximate date forgives two years.
    """
    (a, about_a), (b, about_b) = _parts(ours), _parts(theirs)
    if not a or not b:
        return 0.0
    years = abs(a[0] - b[0])
    if about_a or about_b:
        return 0.0 if years <= 2 else min(1.0, 0.15 * (years - 2))
    known = min(len(a), len(b))
    if a[:known] == b[:known]:
        return 0.0
    if years == 0 and known == 3 and (a[1], a[2]) == (b[2], b[1]):
        return 0.25
    if years == 0:
        wrong = sum(x != y for x, y in zip(a[1:known], b[1:known], strict=True))
        digits = sum(x != y for x, y in zip(_digits(a), _digits(b), strict=False))
        return 0.25 if wrong == 1 and digits == 1 else 0.4 if wrong == 1 else 0.6
    same_day = known == 3 and a[1:] == b[1:]
    base = 0.25 if same_day or known == 1 else 0.6
    return min(1.0, base + 0.15 * (years - 1))


def _digits(parts: tuple[int, ...]) -> str:
    return "".join(f"{p:02d}" for p in parts)


def _closest(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[float, str, str] | None:
    pairs = [(date_difference(a, b), a, b) for a in ours for b in theirs]
    return min(pairs) if pairs else None


def birth_date_agrees(query: Party, listed: Party) -> Found:
    """The date of birth is the same; a year alone says less than a full date."""
    return _date_agrees(query.birth_dates, listed.birth_dates)


def birth_date_disagrees(query: Party, listed: Party) -> Found:
    """The dates of birth differ; a slip (one year off, day and month swapped) counts little."""
    return _date_disagrees(query.birth_dates, listed.birth_dates)


def founding_date_agrees(query: Party, listed: Party) -> Found:
    """The date of incorporation or of build is the same."""
    return _date_agrees(query.founded, listed.founded)


def founding_date_disagrees(query: Party, listed: Party) -> Found:
    """The dates of incorporation or of build differ."""
    return _date_disagrees(query.founded, listed.founded)


def _date_agrees(ours: tuple[str, ...], theirs: tuple[str, ...]) -> Found:
    closest = _closest(ours, theirs)
    if closest is None or closest[0] > 0:
        return None
    a, b = closest[1:]
    (known_a, about_a), (known_b, about_b) = _parts(a), _parts(b)
    known = min(len(known_a), len(known_b))
    if not known:
        return None
    strength = 0.3 if about_a or about_b else {1: 0.5, 2: 0.75}.get(known, 1.0)
    return strength, f"{a} = {b}"


def _date_disagrees(ours: tuple[str, ...], theirs: tuple[str, ...]) -> Found:
    closest = _closest(ours, theirs)
    if closest is None or closest[0] == 0:
        return None
    return closest[0], f"{closest[1]} ≠ {closest[2]}"


def country_agrees(query: Party, listed: Party) -> Found:
    """A country that is named for both is the same."""
    both = sorted(set(query.countries) & set(listed.countries))
    return (1.0, ", ".join(both)) if both else None


def country_disagrees(query: Party, listed: Party) -> Found:
    """Both name countries, and none is the same; people and firms have ties to several."""
    if not query.countries or not listed.countries or set(query.countries) & set(listed.countries):
        return None
    return 1.0, f"{', '.join(query.countries)} ≠ {', '.join(listed.countries)}"


def gender_disagrees(query: Party, listed: Party) -> Found:
    """One is said to be a man, the other a woman."""
    if not query.gender or not listed.gender or query.gender == listed.gender:
        return None
    return 1.0, f"{query.gender} ≠ {listed.gender}"


_GROUPS = {
    "Person": "person", "Organization": "organisation", "Company": "organisation",
    "PublicBody": "organisation", "Vessel": "vessel", "Airplane": "aircraft",
}  # fmt: skip


def kind_disagrees(query: Party, listed: Party) -> Found:
    """One is a person, the other an organisation, a vessel or an aircraft."""
    a, b = _GROUPS.get(query.schema), _GROUPS.get(listed.schema)
    return None if a is None or b is None or a == b else (1.0, f"{a} ≠ {b}")


FEATURES: tuple[tuple[Function, float], ...] = (
    (identifier_agrees, 0.97),
    (document_agrees, 0.6),
    (identifier_disagrees, -0.4),
    (birth_date_agrees, 0.35),
    (birth_date_disagrees, -0.5),
    (founding_date_agrees, 0.2),
    (founding_date_disagrees, -0.2),
    (country_agrees, 0.1),
    (country_disagrees, -0.1),
    (gender_disagrees, -0.3),
    (kind_disagrees, -0.35),  # the last one: see `ceiling`
)
"""Weights say how far a feature of full strength moves the score: of a positive one that part of
what is missing to 1 is gained, of a negative one that part of the score is lost. So what speaks
for a match never reaches 1, the order of the table does not matter within a sign, and two hits
that differ in anything differ in their score."""


@cache
def ceiling(schema_a: str, schema_b: str) -> float:
    """The highest score that two parties of these schemas can reach.

    What the kind takes away comes last in the table: nothing is gained after it.
    """
    disagree = kind_disagrees(Party((), schema_a), Party((), schema_b))
    return 1.0 if disagree is None else 1 + FEATURES[-1][1]


@cache
def _text(function: Function) -> str:
    return " ".join((function.__doc__ or "").split())


def weigh(names: float, query: Party, listed: Party) -> tuple[float, tuple[Feature, ...]]:
    """The score of a pair from the score of its names and everything else that is known."""
    score, features = names, []
    for function, weight in FEATURES:
        found = function(query, listed)
        if found is None:
            continue
        strength, detail = found
        score = (
            score + weight * strength * (1 - score)
            if weight > 0
            else score * (1 + weight * strength)
        )
        features.append(Feature(function.__name__, _text(function), strength, weight, detail))
    return min(1.0, max(0.0, score)), tuple(features)
