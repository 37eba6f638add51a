"""The compiled loops of the index. Imported when the first index is built or searched.

Every function takes flat arrays; `ptr` arrays hold, for item i, its part `[ptr[i], ptr[i + 1])`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Array = Any
"""A numpy array; numba takes its type from the first call."""

SYMBOLS = 42
"""Symbols of terms: 0 beside the word, a–z 1–26, 0–9 27–36, the rest by their code."""


@njit(cache=True, nogil=True)
def symbol(c: int) -> int:
    if 97 <= c <= 122:
        return c - 96
    if 48 <= c <= 57:
        return c - 21
    return 37 + c % 5


@njit(cache=True, nogil=True)
def fnv(text: Array) -> Array:
    """FNV-1a, 64 bits."""
    h = np.uint64(14695981039346656037)
    for c in text:
        h = (h ^ np.uint64(c)) * np.uint64(1099511628211)
    return h


@njit(cache=True, nogil=True)
def fnv_all(text: Array, ptr: Array) -> Array:
    """The hash of each part of a text."""
    out = np.empty(len(ptr) - 1, np.uint64)
    for i in range(len(ptr) - 1):
        out[i] = fnv(text[ptr[i] : ptr[i + 1]])
    return out


@njit(cache=True, nogil=True)
def find(hashes: Array, text: Array) -> int:
    """Where the hash of a text stands among sorted ones; -1 where it does not."""
    h = fnv(text)
    low, high = 0, len(hashes)
    while low < high:
        middle = (low + high) // 2
        if hashes[middle] < h:
            low = middle + 1
        else:
            high = middle
    return low if low < len(hashes) and hashes[low] == h else -1


@njit(cache=True, nogil=True)
def _grams(text: Array, out: Array) -> int:
    """The trigrams of a term, two empty places before and after it; their number."""
    a, b = 0, 0
    n = 0
    for i in range(len(text) + 2):
        c = symbol(text[i]) if i < len(text) else 0
        out[n] = (a * SYMBOLS + b) * SYMBOLS + c
        n += 1
        a, b = b, c
    return n


@njit(cache=True, nogil=True)
def gram_index(text: Array, ptr: Array) -> Any:
    """Trigram → the terms that hold it."""
    size = SYMBOLS * SYMBOLS * SYMBOLS
    starts = np.zeros(size + 1, np.int64)
    buffer = np.empty(512, np.int64)
    terms = len(ptr) - 1
    for t in range(terms):
        word = text[ptr[t] : ptr[t + 1]]
        if len(word) < 3 or len(word) > 60 or word[0] == 61 or word[0] == 126:
            continue
        n = _grams(word, buffer)
        for g in range(n):
            starts[buffer[g] + 1] += 1
    for g in range(size):
        starts[g + 1] += starts[g]
    at = starts[:-1].copy()
    out = np.empty(starts[size], np.int32)
    for t in range(terms):
        word = text[ptr[t] : ptr[t + 1]]
        if len(word) < 3 or len(word) > 60 or word[0] == 61 or word[0] == 126:
            continue
        n = _grams(word, buffer)
        for g in range(n):
            out[at[buffer[g]]] = t
            at[buffer[g]] += 1
    return starts, out


@njit(cache=True, nogil=True)
def osa(a: Array, b: Array, most: int, rows: Array) -> int:
    """Optimal string alignment distance, `most` + 1 where it is more."""
    n, m = len(a), len(b)
    if abs(n - m) > most:
        return most + 1
    for j in range(min(m, most) + 1):
        rows[0, j] = j
    for i in range(1, n + 1):
        now, before, two = i % 3, (i - 1) % 3, (i - 2) % 3
        low, high = max(1, i - most), min(m, i + most)
        rows[now, low - 1] = i if low == 1 else most + 1
        if high == i + most:
            rows[before, high] = most + 1
        best = most + 1
        for j in range(low, high + 1):
            d = rows[before, j - 1] + (0 if a[i - 1] == b[j - 1] else 1)
            d = min(d, rows[before, j] + 1, rows[now, j - 1] + 1)
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                # Two back along the diagonal: within the band of two rows before.
                d = min(d, rows[two, j - 2] + 1)
            rows[now, j] = d
            best = min(best, d)
        if best > most:
            return most + 1
    return min(rows[n % 3, m], most + 1)


@njit(cache=True, nogil=True)
def expand(
    word: Array,
    text: Array,
    ptr: Array,
    gram_ptr: Array,
    gram_terms: Array,
    counts: Array,
    touched: Array,
    rows: Array,
    out_terms: Array,
    out_similarity: Array,
) -> int:
    """The terms that are like a word, and how alike; their number.

    Terms that share enough trigrams are compared by their edit distance: one edit in a word of
    three or four letters, two from five on, three from eleven on.
    """
    size = len(word)
    if size < 3 or size > 60:
        return 0
    most = 1 if size < 5 else 2 if size < 11 else 3
    buffer = np.empty(80, np.int64)
    n = _grams(word, buffer)
    found = 0
    for g in range(n):
        for k in range(gram_ptr[buffer[g]], gram_ptr[buffer[g] + 1]):
            t = gram_terms[k]
            if counts[t] == 0:
                if found >= len(touched):
                    continue
                touched[found] = t
                found += 1
            if counts[t] < 255:
                counts[t] += 1
    # An edit destroys three trigrams, a transposition four.
    least = max(1 if size < 5 else 2, n - 3 * most - 1)
    kept = 0
    for f in range(found):
        t = touched[f]
        if counts[t] >= least and kept < len(out_terms):
            length = ptr[t + 1] - ptr[t]
            if size - length > most or length - size > most:
                counts[t] = 0
                continue
            other = text[ptr[t] : ptr[t + 1]]
            d = osa(word, other, most, rows)
            if d <= most:
                longest = max(size, len(other))
                similarity = 1.0 if d == 0 else 1 - 1.35 * d / longest
                if similarity >= 0.4:
                    out_terms[kept] = t
                    out_similarity[kept] = similarity
                    kept += 1
        counts[t] = 0
    return kept


@njit(cache=True, nogil=True)
def search(
    term_ptr: Array,
    terms: Array,
    similarity: Array,
    use: Array,
    cover: Array,
    weights: Array,
    word_weights: Array,
    post_ptr: Array,
    post_rows: Array,
    row_ptr: Array,
    row_terms: Array,
    term_weight: Array,
    row_name: Array,
    owner: Array,
    wanted: Array,
    restricted: bool,
    budget: int,
    costs: Array,
    acc: Array,
    touched: Array,
    slot: Array,
    out_names: Array,
    out_scores: Array,
) -> int:
    """The names that meet a query best by their terms, best first; their number.

    Query terms are taken from the rarest on until `budget` postings are read, and add what they
    tell to each row that holds them; the best rows are then scored from all their terms, as
    `score` does with the words, and the best names returned.

    Args:
        term_ptr, terms, similarity: For each query term the index terms it may be.
        use, cover: Bits of the words of the query that a term takes up, and that it accounts for.
        weights: What a query term tells. word_weights: what each word of the query tells.
        costs: What a left-over word costs: ours, theirs, a pair of both.
        acc, touched, slot: Room to work in: zeros a row, any a row, -1 a term.
    """
    query_terms = len(term_ptr) - 1
    load = np.zeros(query_terms, np.int64)
    for q in range(query_terms):
        for e in range(term_ptr[q], term_ptr[q + 1]):
            t = terms[e]
            load[q] += post_ptr[t + 1] - post_ptr[t]
            # The term's best meaning: the expansion of highest similarity.
            if slot[t] < 0 or similarity[slot[t]] < similarity[e]:
                slot[t] = e
    term_of = np.empty(len(terms), np.int32)
    for q in range(query_terms):
        for e in range(term_ptr[q], term_ptr[q + 1]):
            term_of[e] = q
    order = np.argsort(load)
    n = 0
    spent = 0
    for o in range(query_terms):
        q = order[o]
        if load[q] == 0:
            continue
        if spent > 0 and spent + load[q] > budget:
            break
        for e in range(term_ptr[q], term_ptr[q + 1]):
            t = terms[e]
            gain = weights[q] * similarity[e]
            start, end = post_ptr[t], post_ptr[t + 1]
            if end - start > 4 * budget:
                end = start + 4 * budget
            for k in range(start, end):
                row = post_rows[k]
                if acc[row] == 0.0:
                    if n >= len(touched):
                        continue
                    touched[n] = row
                    n += 1
                acc[row] += gain
            spent += end - start
    # The best rows, by a histogram of what they gathered.
    most = np.float32(0.0)
    for i in range(n):
        if acc[touched[i]] > most:
            most = acc[touched[i]]
    bins = np.zeros(65, np.int64)
    scale = 64.0 / most if most > 0 else 0.0
    for i in range(n):
        bins[int(acc[touched[i]] * scale)] += 1
    cut, total = 64, 0
    while cut > 0 and total + bins[cut] <= 2500:
        total += bins[cut]
        cut -= 1
    limit = 0.0 if cut == 0 else (cut + 1) / scale
    if total < 200:
        limit = cut / scale if scale > 0 else 0.0
    whole = 0.0
    for w in word_weights:
        whole += w
    kept = 0
    lowest = np.float32(0.0)
    room = len(out_names)
    for i in range(n):
        row = touched[i]
        gathered = acc[row]
        acc[row] = 0.0
        if gathered < limit:
            continue
        name = row_name[row]
        if restricted and not wanted[owner[name]]:
            continue
        used = np.int64(0)
        covered = np.int64(0)
        matched, worth, left = 0.0, 0.0, 0.0
        for strict in range(2):
            for k in range(row_ptr[row], row_ptr[row + 1]):
                t = row_terms[k]
                e = slot[t]
                own = term_weight[t]
                exact = e >= 0 and similarity[e] >= 0.9
                if exact != (strict == 0):
                    continue
                if e >= 0 and used & use[term_of[e]] == 0:
                    q = term_of[e]
                    used |= use[q]
                    covered |= cover[q]
                    weight = (own + weights[q]) / 2
                    matched += weight * similarity[e]
                    worth += weight
                else:
                    left += own
        missing = whole
        for w in range(len(word_weights)):
            if covered >> w & 1:
                missing -= word_weights[w]
        both = min(missing, left)
        cost = costs[2] * both + costs[0] * (missing - both) + costs[1] * (left - both)
        score = matched / (worth + cost) if worth > 0 else 0.0
        if kept < room:
            position = kept
            kept += 1
        elif score > lowest:
            position = room - 1
        else:
            continue
        # Insert in order; the list is short.
        while position > 0 and out_scores[position - 1] < score:
            out_scores[position] = out_scores[position - 1]
            out_names[position] = out_names[position - 1]
            position -= 1
        out_scores[position] = score
        out_names[position] = name
        lowest = out_scores[kept - 1]
    for e in range(len(terms)):
        slot[terms[e]] = -1
    return kept
