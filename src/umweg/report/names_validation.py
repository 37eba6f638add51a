"""The measured quality of scorers as text, rows and plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from umweg.report.plain_text import Style, table_text, wrap

if TYPE_CHECKING:
    from umweg.validation.accuracy import Rate
    from umweg.validation.names import NamesValidation, Ranking, ScorerResult, SetResult

NO_MATCHES = "n/a"


def names_json(result: NamesValidation) -> dict[str, Any]:
    """The whole answer as plain data.

    Of a file: `scorers{NAME{f1, precision, recall, auc, threshold, pairs_per_second, …}}`; of a
    store's lists the same for each of `sets{SET{pairs, scorers}}`.
    """
    options = {
        "threshold": result.options.threshold,
        "pool": result.options.pool,
        "seed": result.options.seed,
        "half": result.options.half,
    }
    data: dict[str, Any] = {
        "layout": result.layout,
        "inputs": dict(result.inputs),
        "options": options,
        "rows_read": result.rows_read,
        "rows_kept": result.rows_kept,
        "rows_set_aside": len(result.set_aside),
        "rows_left_out": result.left_out,
        "set_aside": [asdict(a) for a in result.set_aside],
        "notes": list(result.notes),
    }
    if len(result.sets) == 1 and result.sets[0].name in result.inputs:
        return {**data, **_set(result.sets[0])}
    return {**data, "sets": {s.name: _set(s) for s in result.sets}}


def _set(s: SetResult) -> dict[str, Any]:
    labels = [p.label for p in s.pairs]
    return {
        "pairs": len(s.pairs),
        "matches": labels.count(True),
        "scorers": {name: _scorer(r) for name, r in s.scorers.items()},
    }


def _scorer(r: ScorerResult) -> dict[str, Any]:
    data: dict[str, Any] = {
        "text": r.text,
        "threshold": r.threshold,
        "pairs_per_second": None if r.pairs_per_second is None else round(r.pairs_per_second, 1),
    }
    if r.confusion is not None:
        c = r.confusion
        data |= {
            "f1": _rounded(c.f1),
            "f1_low": _rounded(r.f1_interval[0]) if r.f1_interval else None,
            "f1_high": _rounded(r.f1_interval[1]) if r.f1_interval else None,
            **_rate("precision", c.precision),
            **_rate("recall", c.recall),
            "accuracy": _rounded(c.right.value),
            "tp": c.tp, "fp": c.fp, "fn": c.fn, "tn": c.tn,
            "auc": _rounded(r.auc),
            "average_precision": _rounded(r.average_precision),
            "best_f1_after_the_fact": _rounded(r.best_f1[0]) if r.best_f1 else None,
            "best_threshold_after_the_fact": _rounded(r.best_f1[1]) if r.best_f1 else None,
        }  # fmt: skip
    if r.ranking is not None:
        data |= _ranking(r.ranking)
    if r.close is not None:
        data |= {
            "within_5_points": r.close.hits,
            "reference_scores": r.close.of,
            "mean_difference": _rounded(r.mean_difference),
        }
    if r.slices:
        data["slices"] = [
            {
                "by": x.by, "value": x.value, "pairs": x.confusion.right.of,
                "matches": x.confusion.recall.of, "right": x.confusion.right.hits,
                "f1": _rounded(x.confusion.f1),
                **_rate("precision", x.confusion.precision),
                **_rate("recall", x.confusion.recall),
                "auc": _rounded(x.auc),
                **_rate("recall_at_1_in_1000", x.recall_at_one_in_1000),
            }
            for x in r.slices
        ]  # fmt: skip
    return data


def _ranking(r: Ranking) -> dict[str, Any]:
    return {
        "shuffled_pairs": r.shuffled,
        "shuffled_at_threshold": r.false_hits.hits,
        **_rate("recall_at_1_in_1000", r.one_in_1000),
        "score_at_1_in_1000": _rounded(r.cut),
        **{f"recall_at_{k}": _rounded(rate.value) for k, rate in r.at.items()},
    }


def _rate(name: str, rate: Rate | None) -> dict[str, float | None]:
    if rate is None:
        return {name: None}
    return {
        name: _rounded(rate.value),
        f"{name}_low": _rounded(rate.low),
        f"{name}_high": _rounded(rate.high),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def names_rows(result: NamesValidation) -> list[dict[str, Any]]:
    """One row a set and scorer, without the slices."""
    rows = []
    for s in result.sets:
        for name, r in s.scorers.items():
            data = _scorer(r)
            data.pop("slices", None)
            text = data.pop("text")
            rows.append({"set": s.name, "scorer": name, "pairs": len(s.pairs), **data, "is": text})
    return rows


def slice_rows(result: NamesValidation) -> list[dict[str, Any]]:
    """One row a set, scorer and slice."""
    return [
        {"set": s.name, "scorer": name, **x}
        for s in result.sets
        for name, r in s.scorers.items()
        for x in _scorer(r).get("slices", ())
    ]


Columns = tuple[tuple[str, str], ...]

_LABELLED: Columns = (
    ("scorer", "scorer"), ("threshold", "at"), ("precision", "P"), ("recall", "R"),
    ("f1", "F1"), ("auc", "AUC"), ("recall_at_1_in_1000", "1/1000"),
    ("pairs_per_second", "pairs/s"),
)  # fmt: skip
_MATCHES_ONLY: Columns = (
    ("scorer", "scorer"), ("recall_at_1_in_1000", "1/1000"), ("recall_at_1", "R@1"),
    ("recall_at_10", "R@10"), ("threshold", "at"), ("recall", "R"),
    ("shuffled_at_threshold", "false"), ("pairs_per_second", "pairs/s"),
)  # fmt: skip
_REFERENCE: Columns = (
    ("scorer", "scorer"), ("within_5_points", "within 5"), ("reference_scores", "of"),
    ("mean_difference", "mean off"), ("pairs_per_second", "pairs/s"),
)  # fmt: skip
_LEGEND = (
    "P, R, F1: precision, recall and F1 at the threshold ('at'), which was fixed beforehand. "
    "1/1000: matches above all but one in a thousand shuffled pairs. R@k: matches among the "
    "first k of their shuffled pairs. false: shuffled pairs at the threshold. within 5: scores "
    "within 5 points of 100 of the reference. Speed: labelled pairs per CPU second of one core. "
    "Intervals, average precision and the best threshold after the fact: --format json."
)


def names_text(result: NamesValidation, style: Style, slices_of: str = "") -> str:
    """The answer for a terminal.

    Args:
        result: What was measured.
        style: Bold or plain.
        slices_of: Show the slices of this scorer, where it was measured.
    """
    lines = []
    for s in result.sets:
        labels = [p.label for p in s.pairs]
        matches = labels.count(True)
        head, columns = f"{len(s.pairs)} pairs, {matches} of them matches", _LABELLED
        if matches == len(labels):
            head, columns = f"{matches} matching pairs", _MATCHES_ONLY
        elif labels.count(None) == len(labels):
            head, columns = f"{len(labels)} pairs with a reference score", _REFERENCE
        first = next(iter(s.scorers.values()))
        if first.ranking is not None:
            head += f"; {first.ranking.shuffled:,} shuffled pairs"
        lines += [style.bold(f"{s.name}: {head}"), ""]
        rows = [_shown({"scorer": name, **_scorer(r)}) for name, r in s.scorers.items()]
        lines += [table_text(rows, columns, style)]
        if slices_of in s.scorers and s.scorers[slices_of].slices:
            lines += [_slices_text(s.scorers[slices_of], slices_of, style)]
    said = [
        (
            f"rows read {result.rows_read} = measured {result.rows_kept} + set aside "
            f"{len(result.set_aside)} + left out {result.left_out}"
        ),
        *(f"set aside: row {a.row}: {a.reason}: {a.detail}" for a in result.set_aside[:10]),
        *(f"note: {n}" for n in result.notes),
        _LEGEND,
    ]
    lines += [line for text in said for line in wrap(text, 0)]
    return "\n".join(lines) + "\n"


def _slices_text(r: ScorerResult, name: str, style: Style) -> str:
    rows = [_shown(x) for x in _scorer(r)["slices"] if x["pairs"] >= 5]
    columns = (
        ("value", f"{name}: slice"), ("by", "by"), ("pairs", "pairs"), ("matches", "matches"),
        ("right", "right"), ("precision", "P"), ("recall", "R"), ("f1", "F1"),
    )  # fmt: skip
    return table_text(rows, columns, style)


def _shown(row: Mapping[str, Any]) -> dict[str, str]:
    """Numbers for reading: three places, whole pairs per second."""
    shown = {}
    for key, value in row.items():
        if value is None:
            shown[key] = NO_MATCHES
        elif key == "pairs_per_second":
            shown[key] = f"{value:,.0f}"
        elif isinstance(value, float):
            shown[key] = f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.3f}"
        else:
            shown[key] = str(value)
    for key in ("recall_at_1", "recall_at_10", "recall_at_1_in_1000", "shuffled_at_threshold"):
        shown.setdefault(key, NO_MATCHES)
    return shown
