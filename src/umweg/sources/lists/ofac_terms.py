"""OFAC's words for what it knows of an entity, the same in all of its formats.

The legacy CSV writes them one after the other into its remarks ("Passport K754050 (Egypt) issued 26
May 1999; nationality Egypt"), the XML formats give each an element. Here they become columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from umweg.sources.lists.entry import Entry
from umweg.sources.lists.list_import import ListTask
from umweg.sources.lists.places import usual_alpha3

AUTHORITY = "US Department of the Treasury, Office of Foreign Assets Control"

_REGISTRATION = (
    "registration number", "registration id", "business registration number",
    "business registration document #", "company number", "commercial registry number",
    "c.r. no.", "folio mercantil no.", "matricula mercantil no", "trade license no.",
    "chamber of commerce number", "enterprise number", "business number", "romanian c.r.",
    "central registration system number", "istanbul chamber of comm. no.", "file number",
    "public registration number", "economic register number (cbls)", "registered charity no.",
    "certificate of incorporation number", "uk company number", "branch unit number",
    "dubai chamber of commerce membership no.", "permit number", "license", "license no.",
    "afghan money service provider license number", "company id", "charity no.",
    "stock exchange number", "tourism license no.", "company code", "organization code",
)  # fmt: skip
_TAX = (
    "tax id no.", "nit #", "ruc #", "r.f.c.", "r.f.c. #", "rfc", "rif #", "c.u.i.t.", "us fein",
    "italian fiscal code", "fiscal code", "rtn", "c.i.f.", "n.i.e.", "c.i.t.", "afm", "nip",
    "numero unico de identificacao tributaria (nuit)", "tax payer number", "trn", "c.n.p.j.",
)  # fmt: skip
_PERSONAL = (
    "national id no.", "cedula no.", "c.u.r.p.", "c.u.r.p. #", "identification number", "d.n.i.",
    "ssn", "personal id card", "driver's license no.", "citizen's card number", "c.u.i.",
    "birth certificate number", "electoral registry no.", "credencial electoral", "i.f.e.",
    "national foreign id number", "residency number", "travel document number", "le number",
    "numero de identidad", "kenyan id no.", "turkish identification number", "c.u.i.p.",
    "turkish identificiation number", "cartilla de servicio militar nacional", "visanumberid",
    "tazkira national id card", "refugee id card", "immigration no.", "sre permit no.",
    "pilot license number", "carte de sejour", "stateless person id card", "i.d. card", "id no.",
    "bosnian personal id no.", "british national overseas", "cedula de ciudadania",
    "cedula de residencia", "cedula juridica", "seafarer's identification document", "nie",
    "residency permit", "military registration number", "moroccan personal id no.",
    "tarjeta profesional", "tarjeta de identidad",
)  # fmt: skip
_PASSPORT = (
    "passport", "diplomatic passport", "passport booklet", "stateless person passport",
    "passport card", "ecowas passport", "service passport", "residency passport",
)  # fmt: skip

IDENTIFIERS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(_REGISTRATION, ("registration", "")),
    **dict.fromkeys(_TAX, ("tax", "")),
    **dict.fromkeys(_PERSONAL, ("national-id", "")),
    **dict.fromkeys(_PASSPORT, ("passport", "")),
    "v.a.t. number": ("vat", ""),
    "government gazette number": ("okpo", ""),
    "legal entity number": ("lei", ""),
    "unified social credit code (uscc)": ("uscc", ""),
    "united social credit code certificate (usccc)": ("uscc", ""),
    "swift/bic": ("bic", ""),
    "bik (ru)": ("other", "BIK"),
    "d-u-n-s number": ("duns", ""),
    "isin": ("isin", ""),
    "mmsi": ("mmsi", ""),
    "vessel registration identification": ("imo", ""),
    "vessel call sign": ("call-sign", ""),
    "aircraft tail number": ("tail-number", ""),
    "aircraft manufacturer's serial number (msn)": ("serial-number", ""),
    "aircraft construction number (also called l/n or s/n or f/n)": ("serial-number", ""),
    "aircraft serial identification": ("serial-number", ""),
    "aircraft mode s transponder code": ("other", "Mode S transponder code"),
    "digital currency address": ("wallet", ""),
    "website": ("website", ""),
    "email address": ("email", ""),
    "phone number": ("phone", ""),
    "telephone": ("phone", ""),
    "telephone no.": ("phone", ""),
    "telephone number": ("phone", ""),
    "phone no.": ("phone", ""),
    "phone": ("phone", ""),
    "fax": ("phone", "Fax"),
    "fax no.": ("phone", "Fax"),
    "fax number": ("phone", "Fax"),
    "equity ticker": ("other", "Equity ticker"),
}
"""OFAC's label → kind of identifier, and what a note says of it."""

_ISSUED_BY = re.compile(r"^(.+?)\s*\(([^()\d]{3,60})\)$")

_BARE_KINDS = frozenset({"website", "email", "phone", "wallet"})
"""What brackets in these mean is not a country."""

KEPT: Mapping[str, str] = {
    "organization type:": "organization_type",
    "target type": "target_type",
    "aircraft model": "aircraft_model",
    "aircraft operator": "aircraft_operator",
    "former vessel flag": "former_flag",
    "other vessel flag": "other_flag",
    "vessel type": "vessel_type",
    "other vessel type": "vessel_type",
    "vessel owner": "vessel_owner",
    "additional sanctions information -": "additional_sanctions_information",
    "secondary sanctions risk:": "secondary_sanctions_risk",
    "transactions prohibited for persons owned or controlled by u.s. financial institutions:":
        "transactions_prohibited",
    "executive order 13662 directive determination -": "directive",
    "hostile act information": "directive",
    "ifca determination -": "directive",
    "caatsa section 235 information:": "caatsa_section_235",
    "effective date": "effective_date",
    "listing date": "listing_date",
    "purchase/sales for divestment date": "divestment_date",
    "chinese commercial code": "chinese_commercial_code",
    "issuer name": "issuer_name",
    "peesa information:": "peesa",
    "branch location": "branch_location",
    "member": "member",
}  # fmt: skip
"""OFAC's label → key in `fields`."""

FOUNDED = frozenset(
    {"organization established date", "aircraft manufacture date", "vessel year of build"}
)
COUNTRIES = frozenset(
    {"nationality", "citizen", "nationality of registration", "vessel flag",
     "nationality country", "citizenship country"}
)  # fmt: skip
IGNORED = re.compile(
    r"^(?:for more information|all (?:offices|branches)|and all other|u\.s\. persons must)", re.I
)
"""Sentences of general advice: they stay in the remarks."""

_RELATIONS: Mapping[str, tuple[str, bool]] = {
    "owned or controlled by": ("Ownership", False),
    "owns, controls, or operates": ("Ownership", True),
    "leader or official of": ("Directorship", True),
    "family member of": ("Family", True),
    "associate of": ("Associate", True),
    "acting for or on behalf of": ("Representation", True),
    "property in the interest of": ("UnknownLink", True),
    "providing support to": ("UnknownLink", True),
    "playing a significant role in": ("UnknownLink", True),
    "principal executive officer": ("Directorship", True),
    "linked to": ("UnknownLink", True),
}
"""OFAC's word → kind, and whether the entity that says it is the subject."""


def identifier(entry: Entry, label: str, value: str, country: str = "", note: str = "") -> bool:
    """An identifier under OFAC's label; False where the label is none of an identifier."""
    name = label.casefold()
    wallet = re.match(r"digital currency address - (\w+)", name)
    if wallet:
        name, note = "digital currency address", wallet[1].upper()
    found = IDENTIFIERS.get(name) or IDENTIFIERS.get(name.rstrip(":"))
    if found is None:
        return False
    kind, remark = found
    if country and not usual_alpha3(country):  # what stands in brackets may be a town
        country, note = "", f"{country}; {note}".strip("; ")
    said = _ISSUED_BY.match(value)
    if said and not country and kind not in _BARE_KINDS and usual_alpha3(said[2]):
        value, country = said.groups()
    if re.match(r"IMO\b", value) and kind in ("imo", "registration", "national-id"):
        kind, value = "imo", value[3:].strip()
    if kind == "okpo" and entry.alpha3(country) not in ("RUS", None):
        kind = "registration"
    entry.identifier(kind, value, country, "; ".join(n for n in (remark, note) if n))
    return True


def detail(entry: Entry, label: str, value: str) -> bool:
    """What OFAC says of an entity under a label that is no identifier; False if it is unknown."""
    name = label.casefold().strip()
    if name in FOUNDED:
        if day := entry.day(value, "founded"):
            entry.founded.append(day)
    elif name in COUNTRIES:
        entry.country(value)
    elif name in ("dob", "birthdate"):
        entry.born(value)
    elif name in ("pob", "place of birth"):
        entry.birth_places.append(value)
    elif name == "gender":
        entry.sex(value)
    elif name == "title":
        entry.titles.append(value)
    elif key := KEPT.get(name) or KEPT.get(name + ":") or KEPT.get(name + " -"):
        entry.keep(key, value)
    elif re.match(r"executive order \d+", name):
        entry.keep("directive", value)
    elif re.match(r"(?:listing|effective|purchase/sales for divestment) date", name):
        head, _, rest = label.partition("(")
        entry.keep(KEPT[head.strip().casefold()], f"{rest.rstrip(' ):')} {value}".strip())
    else:
        return False
    return True


def relation(
    entry: Entry, word: str, *, other_id: str | None = None, other_name: str | None = None
) -> None:
    """A relation in OFAC's words to another entity."""
    kind, subject = _RELATIONS.get(word.casefold().rstrip(":"), ("UnknownLink", True))
    if word.casefold().rstrip(":") not in _RELATIONS:
        entry.noticed.add(
            "unknown-relation", "a word for a relation that is not known; kept as a link", word
        )
    # OFAC says "owned or controlled", never how much: control is stated, the share is not known.
    control = True if kind == "Ownership" else None
    if subject:
        entry.relation(kind, word, object_id=other_id, object_name=other_name, control=control)
    else:
        entry.relation(kind, word, subject_id=other_id, subject_name=other_name, control=control)


def resolve_links(task: ListTask, entries: Iterable[Entry]) -> None:
    """Give the entities that a remark only names ("Linked To: …") their ids, where the name is the
    main name of one entity of the same list."""
    numbers: dict[str, set[str]] = {}
    held = list(entries)
    for entry in held:
        for name in entry.names:
            if name["kind"] == "primary":
                written = f"{name['family']}, {name['given']}" if name["given"] else name["name"]
                numbers.setdefault(written.casefold(), set()).add(entry.number)
    for entry in held:
        for link in entry.relations:
            found = numbers.get((link["object_name"] or "").casefold(), set())
            if link["object_id"] is None and len(found) == 1:
                link["object_id"] = task.entity_id(*found)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name as OFAC's CSV writes it, in its two parts."""

    given: str
    family: str


def person_name(text: str) -> PersonName:
    """`LAST, First Middle` in its parts; without a comma all of it is the family name.

    >>> person_name("DOE, John Michael")
    PersonName(given='John Michael', family='DOE')
    """
    family, _, given = text.partition(",")
    return PersonName(given.strip(), family.strip())


def add_name(entry: Entry, text: str, kind: str, *, weak: bool = False) -> None:
    """A name of the CSV, put into reading order where it is a person's."""
    if entry.schema == "Person":
        parts = person_name(text)
        entry.person(parts.given, parts.family, kind, weak=weak)
    else:
        entry.name(text, kind, weak=weak)


SCHEMAS = {
    "": "Organization", "entity": "Organization", "individual": "Person", "vessel": "Vessel",
    "aircraft": "Airplane",
}  # fmt: skip
"""OFAC's type → schema of FollowTheMoney."""

ALIASES = {
    "aka": "alias", "a.k.a.": "alias", "nka": "alias", "n.k.a.": "alias", "fka": "former",
    "f.k.a.": "former", "name": "primary",
}  # fmt: skip

_LISTS = {
    "sdn list": "ofac-sdn",
    "consolidated list": "ofac-consolidated",
    "sectoral sanctions identifications list": "ofac-ssi",
    "non-sdn palestinian legislative council list": "ofac-plc",
    "part 561 list": "ofac-561",
    "fse list": "ofac-fse",
    "non-sdn menu-based sanctions list": "ofac-mbs",
    "non-sdn chinese military-industrial complex companies list": "ofac-cmic",
    "capta list": "ofac-capta",
    "executive order 13599 list": "ofac-eo13599",
}


def list_of(name: str) -> str:
    """The short name of one of OFAC's lists."""
    known = _LISTS.get(name.casefold())
    return known or "ofac-" + re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
