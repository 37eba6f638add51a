"""Answers of the regime as rows and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from umweg.report.plain_text import Style, wrap

if TYPE_CHECKING:
    from umweg.regime import Regime
    from umweg.regime.hits import GoodsAnswer, Hit


def country_rows(regime: Regime, target: str, day: date | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(country: str, role: str, since: date, quality: str, **more: str) -> None:
        bound = {"lower-bound": "not before ", "no-later-than": "by "}.get(quality, "")
        rows.append(
            {
                "country": country,
                "role": role,
                "target": target,
                "from": since.isoformat(),
                "date_quality": quality,
                "date_text": f"{bound}{since}",
                **more,
            }
        )

    def end(until: date | None) -> str:
        return until.isoformat() if until else ""

    programmes = {m.programme for m in regime.measures(target)}
    for t in regime.targets(day):
        if t.code == target or (t.role != "target" and programmes & set(t.programmes)):
            act = regime.instruments[t.instrument]
            add(
                t.code,
                t.role,
                t.from_,
                "exact",
                until=end(t.until),
                basis=t.legal_basis,
                reference=act.link or act.title,
                confidence=t.confidence,
            )
    for m in regime.roles.coalition_records(target, day):
        role = "coalition" if m.role == "member" else m.role
        add(
            m.country,
            role,
            m.from_,
            m.date_quality,
            until=end(m.until),
            basis=m.instrument,
            reference=m.reference,
            confidence=m.membership_confidence,
        )
    for c in regime.transit(target, day):
        first = c.named_by[0]
        add(
            c.country,
            "transit",
            c.from_,
            first.date_quality,
            until=end(c.until),
            basis=c.basis,
            reference=first.reference,
            confidence=min(n.confidence for n in c.named_by),
        )
    return rows


def goods_rows(answer: GoodsAnswer) -> list[dict[str, Any]]:
    """The answer as one table: a row a measure, a question, a list's reach."""
    plain = answer.to_dict()
    rows = []
    for section in ("measures", "later"):
        for hit in plain[section]:
            wind_down = hit["wind_down"] or {}
            rows.append(
                {
                    "section": section,
                    "list": hit["list"],
                    "status": hit["strength"],
                    "text": hit["text"],
                    "programme": hit["programme"],
                    "issuer": hit["issuer"],
                    "kind": hit["kind"],
                    "provision": hit["provision"],
                    "in_force_from": hit["in_force_from"],
                    "date_quality": hit["date_quality"],
                    "until": hit["until"],
                    "wind_down_until": wind_down.get("until"),
                    "wind_down_applies_to": wind_down.get("applies_to"),
                    "price_threshold_eur": hit["price_threshold_eur"],
                    "partial_code": hit["partial_code"],
                    "matched_codes": " ".join(hit["matched_codes"]),
                    "nomenclature": hit["nomenclature"],
                    "how": hit["how"],
                    "tier": hit["tier"],
                    "instrument": hit["instrument_title"],
                    "reference": hit["reference"],
                    "code_confidence": hit["confidence"]["code"],
                    "date_confidence": hit["confidence"]["date"],
                }
            )
    for question in plain["questions"]:
        rows.append(
            {
                "section": "questions",
                "list": " ".join(question["lists"]),
                "status": question["about"],
                "text": question["text"],
                "reference": question["reference"],
            }
        )
    for reach in plain["reach"]:
        rows.append(
            {
                "section": "reach",
                "list": reach["list"],
                "status": reach["status"],
                "text": reach["text"],
                "programme": reach["programme"],
            }
        )
    asked = {"code": plain["code"], "target": plain["target"], "as_of": plain["as_of"]}
    columns = {k: None for row in rows for k in row}
    return [asked | columns | row for row in rows]


def goods_text(answer: GoodsAnswer, style: Style, version: str) -> str:
    from umweg.nomenclature import format_code

    shown = "-".join(format_code(c) for c in answer.code.split("-"))
    lines = [style.bold(f"{shown}, target {answer.target}, as of {answer.as_of}"), ""]
    lines += wrap(f"In force on {answer.as_of}: {_count(answer.measures)}", 0)
    lines[2:] = [style.bold(line) for line in lines[2:]]
    for hit in answer.measures:
        lines += _hit_text(hit, style)
    if not answer.measures:
        lines += wrap(
            "None found in the lists held is not the same as not restricted: see below.", 2
        )
    if answer.later:
        lines += ["", style.bold(f"Came later: {_count(answer.later)}")]
        for hit in answer.later:
            lines += _hit_text(hit, style)
    if answer.questions:
        lines += ["", style.bold("To be asked")]
        for question in answer.questions:
            lines += wrap(f"? {question.text}", 2)
            for detail in (
                *([", ".join(question.lists)] if question.lists else ()),
                question.reference,
            ):
                lines += wrap(detail, 4) if detail else []
    lines += ["", style.bold("What not found means")]
    groups: dict[tuple[str, str], list[str]] = {}
    for reach in answer.reach:
        if reach.status not in ("listed", "may-be-controlled"):
            groups.setdefault((reach.status, reach.text), []).append(reach.title)
    for (_, text), titles in groups.items():
        lines += wrap(f"- {text}", 2)
        for title in titles:
            lines += wrap(title, 6)
    lines += ["", *wrap(f"Regime {version}. Facts, not legal advice: the act decides.", 0)]
    return "\n".join(lines) + "\n"


_KINDS = {"watch-list": "watch list"}


def _count(hits: Sequence[Hit]) -> str:
    """How many, by kind: a watch list or a duty is no prohibition."""
    if not hits:
        return "none found"
    kinds = Counter(_KINDS.get(h.kind, h.kind) for h in hits)
    first = {"prohibition": kinds.pop("prohibition", 0)}
    return ", ".join(
        f"{n or 'no'} {kind}{'s' if n != 1 else ''}".replace("dutys", "duties")
        for kind, n in (first | kinds).items()
    )


def _hit_text(hit: Hit, style: Style) -> list[str]:
    lines = wrap(f"{hit.provision}: {hit.title}", 2)
    lines[0] = style.bold(lines[0])
    kind = "" if hit.kind == "prohibition" else f"{_KINDS.get(hit.kind, hit.kind)}, no ban: "
    lines += wrap(
        f"{kind}{hit.text}; {hit.date_text}" + (f", until {hit.until}" if hit.until else ""), 4
    )
    shown = ", ".join(hit.matched_codes[:8])
    more = f" and {len(hit.matched_codes) - 8} more" if len(hit.matched_codes) > 8 else ""
    tier = f", tier {hit.tier}" if hit.tier else ""
    lines += wrap(f"{hit.list}: {shown}{more} ({hit.nomenclature}, {hit.how}{tier})", 4)
    if hit.partial_code:
        lines += wrap("only some sub-codes of it", 4)
    if hit.price_threshold_eur:
        lines += wrap(f"above EUR {hit.price_threshold_eur:g} per item", 4)
    if hit.wind_down:
        note = f": {hit.wind_down['note']}" if hit.wind_down["note"] else ""
        lines += wrap(
            f"wind-down until {hit.wind_down['until']}, {hit.wind_down['applies_to']}{note}", 4
        )
    if hit.how_note:
        lines += wrap(hit.how_note, 4)
    grades = f"confidence: code {hit.confidence['code']}, date {hit.confidence['date']}"
    if set(hit.confidence.values()) == {"not stated"}:
        grades = "confidence not stated"
    lines += wrap(f"{hit.instrument_title} ({grades})", 4)
    lines.append("    " + hit.reference)
    return lines
