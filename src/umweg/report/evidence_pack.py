"""The evidence pack of a screening: one folder that shows what was checked, against what, and why.

File names are numbers or fixed words: nothing that an order book says becomes a path.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from umweg.errors import UsageError
from umweg.report.check_files import check_csv, check_html, check_xlsx, order_html
from umweg.report.order_chart import CorridorFigures
from umweg.screening import CheckResult, ColumnMap, LineResult, mapping_text
from umweg.screening.check import quantities_text
from umweg.screening.corridor_evidence import CorridorEvidence
from umweg.screening.replay import QUANTITIES
from umweg.screening.result import ROWS_SCHEMA

FORMAT = 1
MAX_PAGES = 2_000
HELD = ("alert", "review")


def write_pack(
    result: CheckResult,
    folder: Path,
    *,
    source: Path,
    policy: Path,
    goods_lists: Sequence[Path] = (),
    usual_quantities: Mapping[tuple[str, str], float] | None = None,
    corridors: CorridorEvidence | None = None,
) -> Path:
    """Write the pack into a new or empty folder; the manifest comes last.

    Args:
        result: The run.
        folder: Where to.
        source: The file that was checked; a copy of it goes into the pack.
        policy: The policy file that was used.
        goods_lists: The goods lists of the user.
        usual_quantities: What customers usually order, as the run was given it.
        corridors: The statistics of the goods and countries, for the pages of held orders.

    Returns:
        The path of the manifest.

    Raises:
        UsageError: the folder cannot be written, or something lies in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(
                "the folder of the evidence pack is not empty",
                where=str(folder),
                allowed="a folder that does not exist yet, or an empty one",
                next_step="name a new folder: a pack is never mixed with another",
            )
        return _write(
            result, folder, source, policy, goods_lists, usual_quantities or {}, corridors
        )
    except OSError as error:
        raise UsageError(
            f"the evidence pack cannot be written: {error.strerror or error}",
            where=str(folder),
            next_step="name a folder that can be written",
        ) from None


def _write(
    result: CheckResult,
    folder: Path,
    source: Path,
    policy: Path,
    goods_lists: Sequence[Path],
    usual: Mapping[tuple[str, str], float],
    corridors: CorridorEvidence | None,
) -> Path:
    run = result.run
    kept = folder / "input"
    kept.mkdir()
    copies = {"order book": _copy(source, kept / f"orders.{run.input['kind']}")}
    copies["policy"] = _copy(policy, kept / "policy.yaml")
    for n, path in enumerate(goods_lists, start=1):
        copies[f"goods list {n}"] = _copy(path, kept / f"goods-list-{n}.csv")
    if usual:
        (kept / QUANTITIES).write_text(quantities_text(usual), encoding="utf-8")
    columns = ColumnMap(run.columns, run.how, run.unused_columns)
    (kept / "mapping.yaml").write_text(mapping_text(columns), encoding="utf-8")
    _parts(folder / "result.json", result.json_parts())
    _parts(folder / "lines.csv", check_csv(result))
    if result.decided < 1_048_575:
        check_xlsx(result, folder / "lines.xlsx")
    pages = _pages(result, folder / "orders", corridors)
    drawn = sum(1 for _ in (folder / "orders").iterdir())
    without = len({_order(line) for line in result.lines(HELD)}) - drawn
    (folder / "index.html").write_text(check_html(result, pages, without), encoding="utf-8")
    (folder / "datapackage.json").write_text(
        json.dumps(_datapackage(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    manifest = {
        "format": FORMAT,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run.to_dict(),
        "read": result.read,
        "decided": result.decided,
        "decisions": result.counts,
        "order_pages": drawn,
        "held_orders_without_page": without,
        "inputs": copies,
        "files": {
            path.relative_to(folder).as_posix(): _sha256(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    target = folder / "manifest.json"
    target.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return target


def _pages(result: CheckResult, folder: Path, corridors: CorridorEvidence | None) -> dict[str, str]:
    """A page for each order that is held, with all its lines; {order: address of its page}."""
    folder.mkdir()
    held = {_order(line) for line in result.lines(HELD)}
    if not held:
        return {}
    wanted = sorted((line for line in result.lines() if _order(line) in held), key=_order)
    if corridors is not None:
        corridors.load(wanted)
    pages: dict[str, str] = {}
    drawn = CorridorFigures()
    for number, ((named, _), group) in enumerate(groupby(wanted, key=_order), start=1):
        if number > MAX_PAGES:
            break
        if named:
            pages[named] = f"orders/{number:05d}.html"
        name = f"{number:05d}"
        order = list(group)
        page = order_html(result, order, name, drawn.of(corridors.of(order)) if corridors else ())
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return pages


def _order(line: LineResult) -> tuple[str, int]:
    """Lines of an order belong together; a line without an order's number stands alone."""
    return (line.order, 0) if line.order else ("", line.row)


def _datapackage(result: CheckResult) -> dict[str, Any]:
    kinds = {"string": "string", "int64": "integer", "double": "number"}
    return {
        "profile": "tabular-data-package",
        "name": result.run.run_id,
        "resources": [
            {
                "name": "lines",
                "path": "lines.csv",
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "schema": {
                    "fields": [{"name": f.name, "type": kinds[str(f.type)]} for f in ROWS_SCHEMA],
                    "primaryKey": "row",
                },
            }
        ],
    }


def _copy(source: Path, target: Path) -> dict[str, str]:
    shutil.copyfile(source, target)
    return {
        "name": source.name,
        "path": f"{target.parent.name}/{target.name}",
        "sha256": _sha256(target),
    }


def _parts(path: Path, parts: Iterable[str] | Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as f:
        f.writelines(parts)


def _sha256(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()
