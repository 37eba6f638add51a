"""Derive the packaged code lists and correlations of the Harmonized System.

    python scripts/build_nomenclature.py [DIRECTORY]

DIRECTORY is a folder that holds `regime/hs_concordance` (default: `UMWEG_RAW`, else
`../shared/data`).
Only codes and pairs of codes are taken, no texts. The files come from
github.com/insongkim/concordance (commit 201c812e, `data-raw`), which holds the tables of the UN
Statistics Division.
"""

from __future__ import annotations

import csv
import gzip
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "src" / "umweg" / "nomenclature" / "data"
VINTAGES = (2012, 2017, 2022)
PAIRS = ((2022, 2017), (2017, 2012), (2022, 2012))


def raw_directory() -> Path:
    """The folder of raw files: first argument, `UMWEG_RAW`, or `../shared/data`."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    return Path(os.environ.get("UMWEG_RAW", ROOT.parent / "shared" / "data"))


def read_codes(path: Path) -> list[str]:
    """All codes of levels 2, 4 and 6, sorted."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        codes = {row["code"] for row in csv.DictReader(handle)}
    bad = sorted(c for c in codes if not (c.isdigit() and len(c) in (2, 4, 6)))
    if bad:
        raise SystemExit(f"{path}: not codes of the Harmonized System: {bad[:5]}")
    return sorted(codes)


def read_pairs(path: Path, newer: set[str], older: set[str]) -> list[tuple[str, str]]:
    """The pairs (newer, older) of a correlation table.

    In the converted table of HS2017 against HS2012 the cells that read "ex 0000.00" slipped one
    column to the right: `0000ex` stands in place of the older code, and the older code in place of
    the relationship. The relationship is not read at all: it follows from the pairs (see
    `umweg.nomenclature.correlation`), and a test compares it with the column where it survived.
    """
    pairs: set[tuple[str, str]] = set()
    with path.open(encoding="utf-8-sig", newline="") as handle:
        for number, row in enumerate(csv.reader(handle), start=1):
            if number == 1:
                continue
            new, old, relationship = row
            if old == "0000ex":
                old = relationship
            if new not in newer or old not in older:
                raise SystemExit(f"{path}:{number}: {new} or {old} is not in its nomenclature")
            pairs.add((new, old))
    return sorted(pairs)


def write(path: Path, lines: list[str]) -> None:
    """Write gzip without name and time, so that the same input gives the same bytes."""
    text = "\n".join(lines) + "\n"
    path.write_bytes(gzip.compress(text.encode("ascii"), compresslevel=9, mtime=0))


def main(source: Path, out: Path = OUT) -> None:
    """Read the raw tables, write the packaged ones."""
    folder = source / "regime" / "hs_concordance"
    if not folder.is_dir():
        raise SystemExit(f"{folder} does not exist. Give the folder that holds regime/.")
    out.mkdir(parents=True, exist_ok=True)
    codes = {v: read_codes(folder / f"hs{v}_nomenclature.csv") for v in VINTAGES}
    for vintage, listed in codes.items():
        write(out / f"hs{vintage}.txt.gz", listed)
        print(f"HS{vintage}: {len(listed)} codes, {sum(len(c) == 6 for c in listed)} of six digits")
    for newer, older in PAIRS:
        pairs = read_pairs(
            folder / f"hs{newer}_hs{older}_correlation.csv", set(codes[newer]), set(codes[older])
        )
        # One line for each newer code: "854149 854140".
        by_code: dict[str, list[str]] = {}
        for new, old in pairs:
            by_code.setdefault(new, []).append(old)
        lines = [" ".join([new, *olds]) for new, olds in sorted(by_code.items())]
        write(out / f"hs{newer}-hs{older}.txt.gz", lines)
        print(f"HS{newer}-HS{older}: {len(pairs)} pairs")


if __name__ == "__main__":
    main(raw_directory())
