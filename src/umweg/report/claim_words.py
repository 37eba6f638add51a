"""What a reader is told about verdicts, tests and kinds of claims; all of it in the catalogues."""

from __future__ import annotations

from umweg.claims.verdicts import ClaimVerdict

LABELS = {
    ClaimVerdict.SUPPORTED: "supported",
    ClaimVerdict.CONTRADICTED: "contradicted",
    ClaimVerdict.MIXED: "mixed",
    ClaimVerdict.NOT_TESTABLE: "cannot be tested",
}
SYMBOLS = {
    ClaimVerdict.SUPPORTED: "✓",
    ClaimVerdict.CONTRADICTED: "✕",
    ClaimVerdict.MIXED: "±",
    ClaimVerdict.NOT_TESTABLE: "?",
}
MEANINGS = {
    ClaimVerdict.SUPPORTED: "The published figures and the law agree with the statement in every "
    "part that it makes.",
    ClaimVerdict.CONTRADICTED: "The published figures or the law say otherwise than the statement. "
    "That is no judgement of anybody's intention.",
    ClaimVerdict.MIXED: "The published figures and the law agree with a part of the statement and "
    "contradict another, or speak both ways.",
    ClaimVerdict.NOT_TESTABLE: "What was published and is held here cannot decide the statement. "
    "It is neither supported nor contradicted.",
}
KINDS = {
    "statement": "statement", "denial": "denial", "figure": "published figure",
    "measure": "announced measure",
}  # fmt: skip
SOURCE_KINDS = {
    "agency": "news agency", "press-conference": "press conference", "interview": "interview",
    "report": "report", "press": "press", "official": "official document",
    "statistics": "statistics", "research": "research", "code": "published code",
}  # fmt: skip
RELATIONS = {
    "denies": "denies", "denied-by": "is denied by", "repeats": "repeats",
    "conflicts-with": "conflicts with", "same-subject": "is about the same as",
}  # fmt: skip
METHODS = {
    "trades_no_listed_goods": "The country's own trade figures are searched for goods that were on "
    "the list before the period began. One such code above the floor contradicts the statement; "
    "only figures that cover every code of the list can support it.",
    "no_onward_flow_of_goods_not_made_at_home": "For every code of six digits: did more come in, "
    "did more go on to the target, and had the country hardly exported it before? One code for "
    "which all three hold contradicts the statement.",
    "export_volume": "The sum of the published figures is held against the stated sum, within a "
    "tolerance.",
    "growth_between": "The change between two periods, in one currency, is held against the stated "
    "change, within a tolerance.",
    "share_of": "One published sum as a share of another is held against the stated share.",
    "mirror_gap_below": "What the exporters report as sent is compared with what the importers "
    "report as received, for a range of freight and insurance costs.",
    "measure_in_force_at": "The dated facts of the law say whether the measure was in force on the "
    "day.",
    "flow_stopped_after": "The mean month after the event is compared with the mean month before "
    "it, and with the same comparison at earlier, invented dates.",
    "listed_at": "The dated lists say whether the goods or the party were on them on the day.",
    "figure_matches": "The published number is made again from the statistics and held against the "
    "publication, within a tolerance.",
    "none": "No test can decide this part yet; it says which data would make it testable.",
}
