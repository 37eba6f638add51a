"""The tables of parties: entities, their names, identifiers, addresses, listings and relations.

Terms and schema names are those of FollowTheMoney. One snapshot holds one list (or register) as it
stood on one day; an entity's id is unique within its source and carries the source's name, so that
the tables of several lists can be read together.
"""

from __future__ import annotations

import pyarrow as pa

from umweg.store.columns import NUM, STR, STRS, Column, Contract

SCHEMAS = (
    "Person", "Organization", "Company", "LegalEntity", "PublicBody", "Vessel", "Airplane",
    "CryptoWallet", "Address",
)  # fmt: skip
"""FollowTheMoney schemata that a list may name. `LegalEntity`: a person or an organisation, the
publisher does not say which. `Address`: the list names a place and nobody in particular."""

NAME_KINDS = ("primary", "alias", "former", "original")
"""`primary` the publisher's main name (one a row of `entities`); `alias` also known as; `former`
formerly known as; `original` the publisher's own name in the original script."""

IDENTIFIER_KINDS = (
    "inn", "ogrn", "bin", "iin", "lei", "imo", "mmsi", "bic", "okpo", "kpp", "uscc", "vat", "duns",
    "isin", "passport", "national-id", "tax", "registration", "call-sign", "tail-number",
    "serial-number", "wallet", "website", "email", "phone", "other",
)  # fmt: skip

RELATION_KINDS = (
    "Ownership", "Directorship", "Employment", "Membership", "Family", "Associate",
    "Representation", "UnknownLink",
)  # fmt: skip

ENTITIES = Contract(
    "entities",
    "One row is one entity of a list or register, as its publisher describes it.",
    (
        Column("entity_id", STR, "source and the publisher's own stable number: ofac-sdn/36"),
        Column("schema", STR, f"FollowTheMoney schema: {', '.join(SCHEMAS)}"),
        Column("caption", STR, "the primary name, as published"),
        Column("countries", STRS, "countries and nationalities named, alpha-3"),
        Column(
            "birth_dates", STRS,
            "YYYY, YYYY-MM or YYYY-MM-DD; two of them with / between: one of the days from the "
            "first to the second; 'circa' adds the prefix ~",
        ),
        Column("birth_places", STRS, "as published"),
        Column("gender", STR, "male or female", nullable=True),
        Column("founded", STRS, "dates of incorporation or build, as birth_dates"),
        Column("dissolved", STR, "date on which it ceased to exist", nullable=True),
        Column("industry", STR, "industry code with its scheme: NACE2:46.52", nullable=True),
        Column("titles", STRS, "titles, ranks and positions, as published"),
        Column("topics", STRS, "sanction, export.control, debarment, military.end.user …"),
        Column("remarks", STR, "what else the publisher says, as published", nullable=True),
        Column("fields", STR, "what has no column of its own, as a JSON object", nullable=True),
        Column("origin_id", STR, "row of `origins`"),
    ),
    key=("entity_id",),
)  # fmt: skip

NAMES = Contract(
    "names",
    "One row is one name of an entity, in the script in which it was published.",
    (
        Column("entity_id", STR, "row of `entities`"),
        Column("name", STR, "the whole name in reading order (given names first), as published"),
        Column("kind", STR, ", ".join(NAME_KINDS)),
        Column("weak", pa.bool_(), "the publisher calls it weak or of low quality"),
        Column("script", STR, "ISO 15924 code of most letters: Latn, Cyrl, Arab, Hani …"),
        Column("language", STR, "ISO 639-3, where the publisher says", nullable=True),
        Column("given", STR, "given names, where published apart", nullable=True),
        Column("patronymic", STR, "patronymic or middle names, if published apart", nullable=True),
        Column("family", STR, "family name, where published apart", nullable=True),
    ),
    key=("entity_id", "name", "kind"),
)

IDENTIFIERS = Contract(
    "identifiers",
    "One row is one number of an entity.",
    (
        Column("entity_id", STR, "row of `entities`"),
        Column(
            "kind", STR,
            ", ".join(IDENTIFIER_KINDS),
        ),
        Column("value", STR, "as published"),
        Column("normal", STR, "upper case, letters and digits only: what is compared"),
        Column("country", STR, "issuing country, alpha-3", nullable=True),
        Column(
            "valid", pa.bool_(), "whether its check digit is right; empty where the kind has none",
            nullable=True,
        ),
        Column("note", STR, "what the publisher says of it", nullable=True),
    ),
    key=("entity_id", "kind", "value"),
)  # fmt: skip

ADDRESSES = Contract(
    "addresses",
    "One row is one address of an entity.",
    (
        Column("entity_id", STR, "row of `entities`"),
        Column("full", STR, "the whole address in one line"),
        Column("street", STR, "street and number", nullable=True),
        Column("city", STR, "city", nullable=True),
        Column("region", STR, "state or province", nullable=True),
        Column("postal_code", STR, "postal code", nullable=True),
        Column("country", STR, "alpha-3", nullable=True),
        Column("note", STR, "what the publisher says of it", nullable=True),
    ),
    key=("entity_id", "full"),
)

LISTINGS = Contract(
    "listings",
    "One row is one listing: an authority put an entity on a list under a programme.",
    (
        Column("entity_id", STR, "row of `entities`"),
        Column("list", STR, "short name of the list: ofac-sdn, bis-entity-list, eu …"),
        Column("authority", STR, "who lists"),
        Column("programme", STR, "programme or regime, as published", nullable=True),
        Column("reference", STR, "number of the listing", nullable=True),
        Column("listed_from", STR, "YYYY-MM-DD", nullable=True),
        Column("listed_until", STR, "YYYY-MM-DD, first day on which it is not", nullable=True),
        Column("legal_basis", STR, "act, order or notice", nullable=True),
        Column("reason", STR, "the authority's reason or licence requirement", nullable=True),
        Column("url", STR, "public page of the listing or act", nullable=True),
    ),
    key=("entity_id", "list", "programme", "reference"),
)

RELATIONS = Contract(
    "relations",
    "One row is one relation of two entities; of an ownership, the subject owns the object.",
    (
        Column("subject_id", STR, "row of `entities`; empty if only named", nullable=True),
        Column("subject_name", STR, "name of the subject, as published", nullable=True),
        Column("object_id", STR, "row of `entities`; empty if only named", nullable=True),
        Column("object_name", STR, "name of the object, as published", nullable=True),
        Column("kind", STR, ", ".join(RELATION_KINDS)),
        Column("role", STR, "in the publisher's words", nullable=True),
        Column("share_min", NUM, "lower bound of the share", "%", nullable=True),
        Column("share_max", NUM, "upper bound of the share", "%", nullable=True),
        Column("control", pa.bool_(), "control is stated, whatever the share", nullable=True),
        Column("valid_from", STR, "YYYY-MM-DD", nullable=True),
        Column("valid_until", STR, "YYYY-MM-DD, first day without it", nullable=True),
        Column("origin_id", STR, "row of `origins`"),
    ),
    key=("subject_id", "object_id", "kind", "role", "valid_from"),
)

PARTY_TABLES = (ENTITIES, NAMES, IDENTIFIERS, ADDRESSES, LISTINGS, RELATIONS)
