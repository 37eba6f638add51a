"""How fast names are matched, and how many are found: real lists of a store, invented ones.

    python benchmarks/match_speed.py --store STORE             # the lists that a store holds
    python benchmarks/match_speed.py --invented 1_000_000      # names made of syllables

Queries are names of the list, damaged in ways that the index was not tuned on, drawn with a seed.
Printed: time to build, to start from the store, memory, queries a second from candidates to the
explained score (all cores), the share of damaged names whose party is among the candidates, and a
brute force of rapidfuzz over the same names and queries beside it, in the same run.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rapidfuzz import fuzz, process

from umweg.parties import Matcher, Party
from umweg.store import Store

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SYLLABLES = (
    "ka ro mi ta len dor vash bek zhan ul sar gul mur nur ash tem ir kan dil av sha pol os gor ven "
    "lu mar tin fel dra kov skin yan ev berg hol stein wick ford lan des par chi que bo re san"
)
TRADES = (
    "Trading Shipping Steel Systems Electronics Holding Bank Logistics Energy Industries Group "
    "Technologies Engineering Construction Marine Petroleum Aviation Investment"
)
Damage = Callable[[str, random.Random], str]


def invented(count: int, seed: int) -> Iterator[Party]:
    """Two persons in three, with given names that many share, and firms."""
    rng = random.Random(seed)
    syllables, trades = SYLLABLES.split(), TRADES.split()

    def word(least: int, most: int) -> str:
        return "".join(rng.choices(syllables, k=rng.randint(least, most))).capitalize()

    given = [word(1, 3) for _ in range(6_000)]
    often = [1 / (i + 10) for i in range(len(given))]
    family = [word(2, 4) for _ in range(120_000)]
    first = iter(rng.choices(given, often, k=2 * count))
    for i in range(count):
        if i % 3:
            name = f"{next(first)} {next(first)} {rng.choice(family)}"
            yield Party.named(name, "Person", entity_id=str(i))
        else:
            name = f"{word(2, 3)} {word(1, 2)} {rng.choice(trades)} {rng.choice(trades)} LLC"
            yield Party.named(name, "Company", entity_id=str(i))


def typo(text: str, rng: random.Random) -> str:
    """One letter wrong, missing, too many, or two exchanged."""
    at, letter = rng.randrange(len(text)), rng.choice(LETTERS)
    return rng.choice(
        (text[:at] + letter + text[at + 1 :], text[:at] + text[at + 1 :],
         text[:at] + letter + text[at:], text[:at] + text[at : at + 2][::-1] + text[at + 2 :])
    )  # fmt: skip


def two_typos(text: str, rng: random.Random) -> str:
    return typo(typo(text, rng), rng)


def swapped(text: str, rng: random.Random) -> str:
    words = text.split()
    rng.shuffle(words)
    return " ".join(words)


def dropped(text: str, rng: random.Random) -> str:
    """One word missing, where there are three or more; never the longest."""
    words = text.split()
    if len(words) > 2:
        longest = max(range(len(words)), key=lambda i: len(words[i]))
        words.pop(rng.choice([i for i in range(len(words)) if i != longest]))
    return " ".join(words)


def respelt(text: str, _: random.Random) -> str:
    """Another romanisation."""
    for a, b in (("kh", "h"), ("zh", "j"), ("iy", "y"), ("ou", "u"), ("q", "k"), ("ee", "i"),
                 ("ya", "ia"), ("v", "w"), ("ts", "c"), ("oo", "u"), ("ph", "f")):  # fmt: skip
        text = text.lower().replace(a, b)
    return text


def alike(text: str, rng: random.Random) -> str:
    """Cyrillic letters that look like Latin ones."""
    return "".join({"a": "а", "o": "о", "e": "е", "c": "с"}.get(c, c) if rng.random() < 0.4 else c
                   for c in text)  # fmt: skip


def joined(text: str, rng: random.Random) -> str:
    words = text.split()
    if len(words) > 1:
        at = rng.randrange(len(words) - 1)
        words[at : at + 2] = [words[at] + words[at + 1]]
    return " ".join(words)


DAMAGE: tuple[Damage, ...] = (typo, two_typos, swapped, dropped, respelt, alike, joined)


def queries(matcher: Matcher, count: int, damage: Damage, seed: int) -> list[tuple[int, Party]]:
    """Names that stand on the lists today, damaged, and whose they are."""
    rng = random.Random(seed)
    corpus = matcher.corpus
    on = corpus.wanted()
    numbers = [
        n
        for n in range(len(corpus.names))
        if len(corpus.names[n]) > 5 and (on is None or on[corpus.owner[n]])
    ]
    out = []
    for n in rng.choices(numbers, k=count):
        owner = int(corpus.owner[n])
        text = damage(corpus.names[n].lower(), rng)
        out.append((n, Party.named(text, corpus.schemas[owner])))
    return out


def recall(matcher: Matcher, damage: Damage, count: int) -> float:
    """The share of damaged names whose party, or one of the same name, is a candidate."""
    same: dict[str, set[int]] = {}
    names, owner = matcher.corpus.names, matcher.corpus.owner.tolist()
    for name, number in zip(names, owner, strict=True):
        same.setdefault(" ".join(sorted(name.lower().replace(",", "").split())), set()).add(number)
    found = 0
    for n, query in queries(matcher, count, damage, 11):
        wanted = same[" ".join(sorted(names[n].lower().replace(",", "").split()))]
        found += not wanted.isdisjoint(matcher.candidates(query))
    return found / count


def measure(matcher: Matcher, count: int, seconds_of_brute_force: float) -> None:
    names = matcher.corpus.names
    cores = len(os.sched_getaffinity(0))
    print(f"{len(names):,} names of {len(matcher):,} parties, {matcher.index.terms:,} terms")
    sample = [q for _, q in queries(matcher, count, typo, 5)]
    matcher.match(sample[0])
    start, cpu = time.perf_counter(), _cpu()
    hits = sum(bool(r.candidates) for r in matcher.match_many(sample))
    wall, cpu = time.perf_counter() - start, _cpu() - cpu
    print(
        f"end to end, {cores} cores, one typo: {count / wall:,.0f} queries/s, "
        f"{cores * count / cpu:,.0f} on {cores} cores of one's own; {hits / count:.3f} with a hit"
    )
    plain = [n.lower() for n in names]
    tried, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds_of_brute_force:
        process.extract(sample[tried].caption, plain, scorer=fuzz.token_sort_ratio, limit=5)
        tried += 1
    brute = tried / (time.perf_counter() - start)
    print(f"rapidfuzz brute force (token_sort_ratio, one core): {brute:,.2f} queries/s; "
          f"ratio {count / wall / cores / brute:,.0f} a core")  # fmt: skip
    for damage in DAMAGE:
        print(f"candidate recall, {damage.__name__}: {recall(matcher, damage, count // 4):.4f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory, this process at its peak: {peak:,.0f} MB")


def _cpu() -> float:
    used = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


STARTS = """
import time; t = time.perf_counter()
from umweg.parties import Matcher
from umweg.store import Store
m = Matcher.from_store(Store.open({store!r}, with_sample=False))
t1 = time.perf_counter(); m.match("Warm Up")
t2 = time.perf_counter()
print(f"start from the store: {{t1 - t:.2f}} s, first answer after {{t2 - t:.2f}} s")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--invented", type=lambda s: int(s.replace("_", "")))
    parser.add_argument("--queries", type=int, default=8_000)
    asked = parser.parse_args()
    if asked.store:
        start = time.perf_counter()
        matcher = Matcher.from_store(Store.open(asked.store, with_sample=False))
        print(f"first start, index built if it was not kept: {time.perf_counter() - start:.1f} s")
        subprocess.run([sys.executable, "-c", STARTS.format(store=str(asked.store))], check=True)
        measure(matcher, asked.queries, 2)
    if asked.invented:
        start = time.perf_counter()
        matcher = Matcher.from_parties(invented(asked.invented, 1))
        print(f"built: {time.perf_counter() - start:.1f} s")
        measure(matcher, asked.queries, 5)


if __name__ == "__main__":
    main()
