"""Claims and their verdicts for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from umweg.claims.answer import ClaimResult, PartResult
from umweg.claims.model import Claim
from umweg.evidence import EXPLANATIONS
from umweg.report.plain_text import Style, table_text, wrap


def claim_text(claim: Claim, style: Style) -> str:
    """A claim as its file describes it."""
    said = claim.said_on.isoformat() if claim.said_on else claim.said_text or "day not known"
    role = f", {claim.speaker.role}" if claim.speaker.role else ""
    lines = [style.bold(f"{claim.id}  {claim.title}"), f"  {claim.speaker.name}{role}; {said}"]
    if claim.place:
        lines.append(f"  {claim.place}")
    lines += wrap(claim.paraphrase, 2)
    for n, part in enumerate(claim.parts, 1):
        lines += [*wrap(f"{n}. {part.sentence}", 2), f"     test: {part.test}"]
        for need in getattr(part, "needs", ()):
            lines += wrap(f"needs: {need}", 5)
    if claim.linked:
        lines.append("  linked: " + "; ".join(f"{x.relation} {x.claim}" for x in claim.linked))
    lines += [f"  source ({s.kind}): {s.url}" for s in claim.sources]
    return "\n".join(lines) + "\n"


def results_text(results: Sequence[ClaimResult], style: Style, *, brief: bool) -> str:
    """Verdicts: one line a claim where there are many, everything for one."""
    if brief:
        rows = [
            {"claim": r.claim.id, "verdict": r.verdict.value, "title": r.claim.title}
            for r in results
        ]
        counts: dict[str, int] = {}
        for r in results:
            counts[r.verdict.value] = counts.get(r.verdict.value, 0) + 1
        day = f" as of {results[0].as_of}" if results else ""
        summary = ", ".join(f"{n} {v}" for v, n in sorted(counts.items()))
        columns = [("claim", "claim"), ("verdict", "verdict"), ("title", "title")]
        return table_text(rows, columns, style) + f"{len(results)} claims{day}: {summary}\n"
    return "\n".join(_result(r, style) for r in results)


def _result(result: ClaimResult, style: Style) -> str:
    claim = result.claim
    said = claim.said_on.isoformat() if claim.said_on else claim.said_text or "day not known"
    lines = [
        style.bold(f"{claim.id}  {claim.title}"),
        f"  {claim.speaker.name}; {said}",
        style.bold(f"  verdict as of {result.as_of}: {result.verdict.value}"),
    ]
    for n, part in enumerate(result.parts, 1):
        lines += ["", *wrap(f"{n}. {part.part.sentence}", 2), *_part(part, style)]
    return "\n".join(lines) + "\n"


def _part(part: PartResult, style: Style) -> list[str]:
    o = part.outcome
    lines = [style.bold(f"     {o.verdict.value}") + f"  ({part.part.test})"]
    for say in o.says:
        lines += wrap(str(say), 5)
    for lack in o.missing:
        lines += wrap(f"missing: {lack.what}", 5)
        if lack.query:
            lines.append(f"       {lack.query}")  # never wrapped: it is text to copy
    if o.rows:
        origins = sorted({str(r.to_dict()["origin"]) for r in o.rows})
        rows = f"{len(o.rows)} rows" if len(o.rows) > 1 else "1 row"
        lines += wrap(f"rests on {rows} of {', '.join(origins)} (see --format json)", 5)
    for caveat in o.caveats:
        lines += wrap(f"caveat: {caveat.text}", 5)
    if o.explanations:
        still = "; ".join(EXPLANATIONS[k] for k in o.explanations)
        lines += wrap(f"still open: {still}", 5)
    for say in o.would_change:
        lines += wrap(f"what would change it: {say}", 5)
    return lines
