"""The signals of the latest saved scan, by corridor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from umweg.evidence import Verdict

_ORDER = {v.value: n for n, v in enumerate(Verdict)}


@dataclass(frozen=True, slots=True)
class Corridor:
    """One corridor (target, transit country, goods code) of a scan, with its signals as rows."""

    target: str
    transit: str
    code: str
    verdict: str
    rows: tuple[Mapping[str, Any], ...]


class CorridorSignals:
    """Looks corridors up by country and code.

    Args:
        rows: Rows of the store's table `signals`.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        grouped: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
        for row in rows:
            grouped.setdefault((row["target"], row["transit"], row["code"] or ""), []).append(row)
        self._corridors: dict[tuple[str, str], list[Corridor]] = {}
        for (target, transit, code), found in grouped.items():
            corridor = Corridor(target, transit, code, found[0]["verdict"], tuple(found))
            self._corridors.setdefault((target, transit), []).append(corridor)
        self.run_ids = tuple(sorted({r["run_id"] for found in grouped.values() for r in found}))

    def __bool__(self) -> bool:
        return bool(self._corridors)

    def find(self, target: str, transit: str, code: str) -> Corridor | None:
        """The corridor of a code: the code itself, the wider code that holds it, or, of the codes
        within it, the one with the strongest verdict. None: the scan has no such corridor."""
        corridors = [c for c in self._corridors.get((target, transit), ()) if c.code]
        wider = [c for c in corridors if code.startswith(c.code)]
        if wider:
            return max(wider, key=lambda c: len(c.code))
        within = [c for c in corridors if c.code.startswith(code)]
        return max(within, key=lambda c: _ORDER.get(c.verdict, -1), default=None)

    def country(self, target: str, transit: str) -> Corridor | None:
        """The signals of a country as a whole."""
        return next((c for c in self._corridors.get((target, transit), ()) if not c.code), None)
