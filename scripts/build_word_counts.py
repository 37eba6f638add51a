"""How often the listed parties of a store use each word: src/umweg/parties/data/word_counts.csv.

A figure a word and no name: words that fewer than 15 parties share are left out.

    python scripts/build_word_counts.py STORE
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

from umweg.parties.corpus import Corpus, StoreCorpus
from umweg.parties.names import PERSON, analyse, group_of
from umweg.store import Store

TARGET = Path(__file__).parent.parent / "src/umweg/parties/data/word_counts.csv"
LEAST = 15
HEAD = """\
# In how many listed parties a word occurs, by its key (keys.py): of persons and of all others.
# Counted by scripts/build_word_counts.py over {parties:,} parties of the lists of OFAC, the United
# Nations and the United Kingdom (OFSI) as of 2024 and 2025; words of fewer than 15 are left out.
"""


def count(corpus: Corpus) -> tuple[Counter[str], Counter[str]]:
    """Parties by word: of persons, of the others."""
    seen: dict[tuple[int, bool], set[str]] = {}
    for name, owner in zip(corpus.names, corpus.owner.tolist(), strict=True):
        group = group_of(corpus.schemas[owner])
        words = analyse(name, group).readings[0]
        seen.setdefault((owner, group == PERSON), set()).update(w.key for w in words)
    persons: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for (_, person), keys in seen.items():
        (persons if person else others).update(keys)
    return persons, others


def write(corpus: Corpus) -> None:
    """Write the table."""
    persons, others = count(corpus)
    kept = sorted(k for k in persons.keys() | others.keys() if max(persons[k], others[k]) >= LEAST)
    with TARGET.open("w", encoding="utf-8", newline="") as f:
        f.write(HEAD.format(parties=len(corpus)))
        rows = csv.writer(f, lineterminator="\n")
        rows.writerow(["key", "persons", "others"])
        rows.writerows(
            (k, persons[k] if persons[k] >= LEAST else 0, others[k] if others[k] >= LEAST else 0)
            for k in kept
        )


if __name__ == "__main__":
    write(StoreCorpus(Store.open(sys.argv[1], with_sample=False)))
