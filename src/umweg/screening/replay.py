"""Running an evidence pack again: the same result, or what has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from umweg.errors import InputError
from umweg.regime import Regime, goods_list_from_csv
from umweg.screening.check import CheckOptions, check
from umweg.screening.columns import read_mapping
from umweg.screening.result import CheckResult
from umweg.store import Store

QUANTITIES = "usual-quantities.json"
"""The file of a pack that holds what customers usually order, from `--history`."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A line that is decided otherwise than in the pack."""

    row: int
    before: str
    now: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of running a pack again.

    Attributes:
        run_id: The run of the pack.
        damaged: Files of the pack that are missing, or are not as the manifest says.
        differences: {what: (in the pack, now)}: program, regime, policy, lists, statistics.
        changed: Lines that are decided otherwise, or for other reasons.
        decided: Lines decided.
        result: The new result.
    """

    run_id: str
    damaged: tuple[str, ...]
    differences: Mapping[str, tuple[str, str]]
    changed: tuple[Changed, ...]
    decided: int
    result: CheckResult

    @property
    def same(self) -> bool:
        """Whether nothing changed: neither a file, nor a source, nor a line."""
        return not (self.damaged or self.differences or self.changed)


def replay(folder: Path, store: Store | None = None, *, regime: Regime | None = None) -> Replay:
    """Check the order book of a pack again, with its own policy, lists and mapping.

    Raises:
        InputError: the folder is no pack, or lacks what the check needs.
    """
    manifest = _manifest(folder)
    damaged = tuple(
        name for name, digest in manifest["files"].items() if _sha256(folder, name) != digest
    )
    for name, copy in manifest["inputs"].items():
        if not _inside(folder, copy["path"]).is_file():
            raise InputError(
                f"the pack lacks its {name}",
                where=str(folder / copy["path"]),
                next_step="take the pack from the archive again",
            )
    run = manifest["run"]
    lists = []
    for n, passport in enumerate(run["goods_lists"], start=1):
        goods_list = goods_list_from_csv(
            folder / "input" / f"goods-list-{n}.csv",
            # A copy has another name than the file that the user gave; reasons cite that one.
            id=passport["id"],
            title=passport["title"],
            reference=passport["reference"],
            target=passport["target"],
            nomenclature=passport["nomenclature"],
            complete_from=_day(passport["complete_from"]),
            complete_until=_day(passport["complete_until"]),
        )
        lists.append(goods_list)
    asked = run["options"]
    options = CheckOptions(
        targets=tuple(run["targets"]),
        as_of=date.fromisoformat(run["as_of"]),
        policy=folder / "input" / "policy.yaml",
        goods_lists=tuple(lists),
        mapping=read_mapping(folder / "input" / "mapping.yaml"),
        sheet=run["input"]["sheet"] or None,
        encoding=run["input"]["encoding"] or None,
        delimiter=run["input"]["delimiter"] or None,
        parties=bool(asked["parties"]),
        usual_quantities=_quantities(folder) if asked["usual_quantities"] else {},
    )
    source = _inside(folder, manifest["inputs"]["order book"]["path"])
    result = check(source, store, options, regime=regime)
    result = replace(result, run=replace(result.run, how=run["columns_how"]))
    return Replay(
        run["run_id"], damaged, _differences(run, result.run.to_dict()),
        _changed(folder, result), result.decided, result,
    )  # fmt: skip


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "manifest.json").read_text("utf-8"))
        if found["format"] != 1 or not isinstance(found["files"], dict):
            raise ValueError(f"format {found['format']!r}")
        for mapping in (found["run"], found["inputs"], found["run"]["options"]):
            mapping.items()
        found["inputs"]["order book"]["path"].strip()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"this is no evidence pack: {error}",
            where=str(folder / "manifest.json"),
            allowed="a folder written by umweg check --pack",
            next_step="name the folder that holds manifest.json",
        ) from None
    manifest: dict[str, Any] = found
    return manifest


_SOURCES = {
    "version": "program",
    "regime_version": "regime",
    "targets": "targets",
    "goods_lists": "goods lists of the user",
    "party_lists": "lists of parties",
    "statistics": "saved scan",
    "figures": "trade figures and rates",
    "options": "options",
}


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """What the two runs rest on, where it differs: of lists only the members of one of them."""
    found = {}
    for key, name in _SOURCES.items():
        one, two = _members(before.get(key)), _members(now.get(key))
        if set(one) != set(two):
            found[name] = (_joined(one, two), _joined(two, one))
    for key in ("policy", "input"):
        was, is_now = before[key]["sha256"], now[key]["sha256"]
        if was != is_now:
            what = "order book" if key == "input" else key
            found[what] = (f"SHA-256 {was[:12]}", f"SHA-256 {is_now[:12]}")
    return found


def _members(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{k} {v}" for k, v in value.items()]
    if isinstance(value, list | tuple):
        return [_member(v) for v in value]
    return [] if value in (None, "") else [str(value)]


def _member(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    if snapshot := value.get("snapshot"):
        return str(snapshot)
    reach = f", complete {value.get('complete_from')}..{value.get('complete_until')}"
    return f"{value.get('id')} (SHA-256 {str(value.get('sha256'))[:12]}{reach})"


def _joined(these: list[str], others: list[str]) -> str:
    return ", ".join(m for m in these if m not in others)


def _quantities(folder: Path) -> dict[tuple[str, str], float]:
    path = folder / "input" / QUANTITIES
    try:
        rows = json.loads(path.read_text("utf-8"))
        return {(str(name), str(code)): float(quantity) for name, code, quantity in rows}
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"the usual quantities of the pack cannot be read: {error}",
            where=str(path),
            next_step="take the pack from the archive again",
        ) from None


def _changed(folder: Path, result: CheckResult) -> tuple[Changed, ...]:
    try:
        before = json.loads((folder / "result.json").read_text("utf-8"))["lines"]
        old = {line["row"]: line for line in before}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"the result of the pack cannot be read: {error}",
            where=str(folder / "result.json"),
            next_step="take the pack from the archive again",
        ) from None
    found = []
    for line in result.lines():
        other = old.pop(line.row, None)
        if other is None:
            found.append(Changed(line.row, "not in the pack", line.decision.value, ()))
        elif (other["tested"], other["fingerprint"]) != (line.decision.value, line.fingerprint):
            keys = {(r["key"], r["source"], r["date"]) for r in other["reasons"]}
            now = {(r.key, r.source, r.date) for r in line.reasons}
            reasons = [f"now: {k} ({s}, {d})" for k, s, d in sorted(now - keys)]
            reasons += [f"no longer: {k} ({s}, {d})" for k, s, d in sorted(keys - now)]
            reasons = reasons or ["the order's own data, a list entry or the policy is another"]
            found.append(Changed(line.row, other["tested"], line.decision.value, tuple(reasons)))
    found += [Changed(row, line["decision"], "not a line now", ()) for row, line in old.items()]
    return tuple(found)


def _inside(folder: Path, name: str) -> Path:
    """A file of the pack; a manifest that points elsewhere is no manifest of ours."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(
            "the manifest names a file outside the pack",
            where=str(folder / "manifest.json"),
            allowed="files within the folder",
            next_step="take the pack from the archive again",
        )
    return path


def _sha256(folder: Path, name: str) -> str:
    path = _inside(folder, name)
    if not path.is_file():
        return ""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
