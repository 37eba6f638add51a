"""How fast order books are checked, and in how much memory.

    python benchmarks/check_speed.py                 # a million lines without parties
    python benchmarks/check_speed.py --parties STORE # 5,000 lines against the lists of a store

The lines are made up: 400 goods codes of six and eight digits, 40 countries, 700 days, amounts in
German spelling, in a file of cp1252. With parties, every tenth consignee resembles a listed name.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from umweg.nomenclature import codes
from umweg.screening import CheckOptions, check
from umweg.store import Store

COUNTRIES = (
    "Frankreich", "Polen", "Österreich", "Italien", "USA", "Großbritannien", "Schweiz", "Japan",
    "Kasachstan", "Türkei", "China", "Vereinigte Arabische Emirate", "Indien", "Serbien",
    "Usbekistan", "Armenien", "Marokko", "Vietnam", "Chile", "Ägypten", "Kolumbien", "Brasilien",
)  # fmt: skip
HEADER = "Auftrag;Pos;Datum;Warennummer;Menge;Rechnungswert;Währung;Empfänger;Bestimmungsland\r\n"


def write(path: Path, lines: int, firms: list[str], seed: int = 1) -> None:
    rng = random.Random(seed)
    known = sorted(c for c in codes("HS2022") if len(c) == 6)
    goods = [c + rng.choice(["", "00", "90"]) for c in rng.sample(known, 400)]
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(700)]
    with path.open("w", encoding="cp1252", errors="replace", newline="") as f:
        f.write(HEADER)
        for n in range(lines):
            f.write(
                f"{n // 4};{n % 4 * 10};{rng.choice(days):%d.%m.%Y};{rng.choice(goods)};"
                f"{rng.randrange(1, 900)};{rng.randrange(1, 99)}.{rng.randrange(100, 999)},50;EUR;"
                f"{rng.choice(firms)};{rng.choice(COUNTRIES)}\r\n"
            )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--parties", type=Path, help="a store with lists of parties")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        if asked.parties is None:
            write(path, asked.lines, [f"Müller {n} GmbH" for n in range(5_000)])
            store, options = None, CheckOptions(parties=False, as_of=date(2026, 3, 1))
        else:
            store = Store.open(asked.parties)
            names = sorted(set(store.read("names").column("name").to_pylist()))
            rng = random.Random(2)
            firms = [f"Beispiel Handel {n} GmbH" for n in range(4_500)] + rng.sample(names, 500)
            write(path, 5_000, firms)
            print(f"listed names: {len(names):,}")
            options = CheckOptions(as_of=date.today())  # noqa: DTZ011
        size = path.stat().st_size
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, worked = time.perf_counter(), time.process_time()
        result = check(path, store, options)
        seconds, worked = time.perf_counter() - started, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{result.read:,} lines ({size / 1e6:.0f} MB) in {seconds:.1f} s "
        f"({worked:.1f} s of processor time); "
        f"memory {before / 1024:.0f} MB before, {peak / 1024:.0f} MB at most; {result.counts}; "
        f"{len(result.trade):,} distinct outcomes of goods and places"
    )


if __name__ == "__main__":
    main()
