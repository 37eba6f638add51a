"""What people and files call a kind of party, and the FollowTheMoney schema that is meant."""

from __future__ import annotations

from collections.abc import Mapping

_SCHEMATA: Mapping[str, str] = {
    "person": "Person", "individual": "Person", "people": "Person", "naturalperson": "Person",
    "natürlicheperson": "Person", "privatperson": "Person", "физлицо": "Person",
    "физическоелицо": "Person", "ип": "Person",
    "company": "Company", "firm": "Company", "business": "Company", "firma": "Company",
    "unternehmen": "Company", "юрлицо": "Company", "юридическоелицо": "Company",
    "corporate": "Company", "legalperson": "Company", "juristischeperson": "Company",
    "organization": "Organization", "organisation": "Organization", "org": "Organization",
    "publicbody": "PublicBody", "entity": "LegalEntity", "legalentity": "LegalEntity",
    "any": "LegalEntity",
    "vessel": "Vessel", "ship": "Vessel", "schiff": "Vessel", "судно": "Vessel",
    "airplane": "Airplane", "aircraft": "Airplane", "flugzeug": "Airplane",
}  # fmt: skip


def schema_named(text: str) -> str | None:
    """The schema of a kind as people write it; None where the word is not known.

    >>> schema_named("Natural person"), schema_named("ship"), schema_named("spaceship")
    ('Person', 'Vessel', None)
    """
    return _SCHEMATA.get("".join(c for c in text.casefold() if c.isalnum()))
