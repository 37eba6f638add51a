"""A verdict in the ClaimReview vocabulary of schema.org, for fact-checkers who publish it.

https://schema.org/ClaimReview. The rating has no number: a verdict is a word with its reasons, and
"cannot be tested" lies on no scale between true and false.
"""

from __future__ import annotations

from typing import Any

from umweg.claims.answer import ClaimResult
from umweg.claims.verdicts import ClaimVerdict

RATINGS = {
    ClaimVerdict.SUPPORTED: "Supported by the published figures",
    ClaimVerdict.CONTRADICTED: "Contradicted by the published figures",
    ClaimVerdict.MIXED: "Mixed: some parts supported, some contradicted",
    ClaimVerdict.NOT_TESTABLE: "Cannot be tested with the figures that are held",
}


def claim_review(result: ClaimResult) -> dict[str, Any]:
    """The verdict as JSON-LD. `url` and `author` are the publisher's to fill in."""
    claim = result.claim
    first, *others = claim.sources
    appearance = [{"@type": "CreativeWork", "url": s.url} for s in others]
    reviewed: dict[str, Any] = {
        "@type": "Claim",
        "author": {
            "@type": "Person" if claim.kind in ("statement", "denial") else "Organization",
            "name": claim.speaker.name,
            **({"jobTitle": claim.speaker.role}
               if claim.kind in ("statement", "denial") and claim.speaker.role else {}),
        },
        "firstAppearance": {"@type": "CreativeWork", "url": first.url},
    }  # fmt: skip
    if appearance:
        reviewed["appearance"] = appearance
    if claim.said_on is not None:
        reviewed["datePublished"] = claim.said_on.isoformat()
    body = "\n".join(
        f"{n}. {p.part.sentence} – {p.verdict.value}. {' '.join(map(str, p.outcome.says))}".strip()
        for n, p in enumerate(result.parts, 1)
    )
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "datePublished": result.as_of.isoformat(),
        "inLanguage": claim.written_in,
        "claimReviewed": claim.paraphrase,
        "itemReviewed": reviewed,
        "reviewRating": {
            "@type": "Rating",
            "alternateName": RATINGS[result.verdict],
            "ratingExplanation": body,
        },
        "reviewBody": body,
        "citation": sorted(
            {
                str(row.to_dict().get("publisher") or row.to_dict()["origin"])
                for p in result.parts
                for row in p.outcome.rows
            }
        ),
    }
