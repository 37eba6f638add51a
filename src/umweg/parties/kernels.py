"""The compiled loops of the index. Imported when the first index is built or searched.

Every function takes flat arrays; `ptr` arrays hold, for item i, its part `[ptr[i], ptr[i + 1])`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from umweg.parties.compiling import compiled

Array = Any
"""A numpy array; numba takes its type from the first call."""

SYMBOLS = 42
"""Symbols of terms: 0 beside the word, a–z 1–26, 0–9 27–36, the rest by their code."""


@compiled()
def symbol(c: int) -> int:
    if 97 <= c <= 122:
        return c - 96
    if 48 <= c <= 57:
        return c - 21
    return 37 + c % 5


@compiled()
def fnv(text: Array) -> Array:
    """FNV-1a, 64 bits."""
    h = np.uint64(14695981039346656037)
    for c in text:
        h = (h ^ np.uint64(c)) * np.uint64(1099511628211)
    return h


@compiled()
def fnv_all(text: Array, ptr: Array) -> Array:
    """The hash of each part of a text."""
    out = np.empty(len(ptr) - 1, np.uint64)
    for i in range(len(ptr) - 1):
        out[i] = fnv(text[ptr[i] : ptr[i + 1]])
    return out


@compiled()
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


@compiled()
def ascending(values: Array) -> Array:
    """The places of a few values, the least value first; a library's sort takes long to compile."""
    order = np.empty(len(values), np.int64)
    for i in range(len(values)):
        k = i
        while k > 0 and values[order[k - 1]] > values[i]:
            order[k] = order[k - 1]
            k -= 1
        order[k] = i
    return order


@compiled()
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


@compiled()
def gram_index(text: Array, ptr: Array, order: Array) -> Any:
    """Trigram → the terms that hold it, in the order given: the shortest first."""
    size = SYMBOLS * SYMBOLS * SYMBOLS
    starts = np.zeros(size + 1, np.int64)
    buffer = np.empty(512, np.int64)
    terms = len(ptr) - 1
    for t in range(terms):
        word = text[ptr[t] : ptr[t + 1]]
        if len(word) < 3 or len(word) > 60 or word[0] == 61:
            continue
        n = _grams(word, buffer)
        for g in range(n):
            starts[buffer[g] + 1] += 1
    for g in range(size):
        starts[g + 1] += starts[g]
    at = starts[:-1].copy()
    out = np.empty(starts[size], np.int32)
    for t in order:
        word = text[ptr[t] : ptr[t + 1]]
        if len(word) < 3 or len(word) > 60 or word[0] == 61:
            continue
        n = _grams(word, buffer)
        for g in range(n):
            out[at[buffer[g]]] = t
            at[buffer[g]] += 1
    return starts, out


@compiled()
def letters_of(text: Array, start: int, end: int) -> Any:
    """The symbols that a term holds, one bit each: an edit changes two of them at most."""
    held = np.uint64(0)
    for i in range(start, end):
        held |= np.uint64(1) << np.uint64(symbol(text[i]))
    return held


@compiled()
def letters_of_all(text: Array, ptr: Array) -> Array:
    """`letters_of` each term."""
    out = np.empty(len(ptr) - 1, np.uint64)
    for t in range(len(out)):
        out[t] = letters_of(text, ptr[t], ptr[t + 1])
    return out


@compiled()
def osa(places: Array, size: int, text: Array, start: int, end: int) -> int:
    """Optimal string alignment distance of a word and a part of a text.

    All cells of a column at once, as bits: H. Hyyrö, A bit-vector algorithm for computing
    Levenshtein and Damerau edit distances, Nordic Journal of Computing 10 (2003).

    Args:
        places: For each byte the places of the word that hold it, as bits.
        size: Of the word, at most 64.
    """
    one = np.uint64(1)
    up, down = ~np.uint64(0), np.uint64(0)
    diagonal, before = np.uint64(0), np.uint64(0)
    last = one << np.uint64(size - 1)
    distance = size
    for k in range(start, end):
        here = places[text[k]]
        exchanged = ((~diagonal & here) << one) & before
        diagonal = (((here & up) + up) ^ up) | here | down | exchanged
        right = down | ~(diagonal | up)
        left = diagonal & up
        if right & last:
            distance += 1
        if left & last:
            distance -= 1
        right = (right << one) | one
        left = left << one
        up = left | ~(diagonal | right)
        down = right & diagonal
        before = here
    return distance


@compiled()
def _first_of(terms: Array, start: int, end: int, ptr: Array, length: int) -> int:
    """Where the terms of a length or longer begin, in a part that is ordered by it."""
    while start < end:
        middle = (start + end) // 2
        t = terms[middle]
        if ptr[t + 1] - ptr[t] < length:
            start = middle + 1
        else:
            end = middle
    return start


@compiled()
def expand(
    word: Array,
    text: Array,
    ptr: Array,
    letters: Array,
    gram_ptr: Array,
    gram_terms: Array,
    seen: Array,
    touched: Array,
    places: Array,
    out_terms: Array,
    out_similarity: Array,
) -> int:
    """The terms that are like a word, and how alike; their number.

    Terms of about its length that share enough trigrams are compared by their edit distance: one
    edit in a word of three or four letters, two from five on, three from eleven on.

    Args:
        letters: `letters_of_all`.
        seen, touched, places: Room to work in: zeros a term, any a term, zeros a byte.
    """
    size = len(word)
    if size < 3 or size > 60:
        return 0
    most = 1 if size < 5 else 2 if size < 11 else 3
    buffer = np.empty(80, np.int64)
    n = _grams(word, buffer)
    starts, ends = np.empty(n, np.int64), np.empty(n, np.int64)
    for g in range(n):
        low, high = gram_ptr[buffer[g]], gram_ptr[buffer[g] + 1]
        starts[g] = _first_of(gram_terms, low, high, ptr, size - most)
        ends[g] = _first_of(gram_terms, starts[g], high, ptr, size + most + 1)
    # An edit destroys three trigrams, a transposition four. Who shares `least` of the trigrams
    # shares one of those that remain without the most frequent `least` - 1.
    least = max(1 if size < 5 else 2, n - 3 * most - 1)
    order = ascending(ends - starts)
    for i in range(size):
        places[word[i]] |= np.uint64(1) << np.uint64(i)
    own = letters_of(word, 0, size)
    found = 0
    kept = 0
    for o in range(n - least + 1):
        for k in range(starts[order[o]], ends[order[o]]):
            t = gram_terms[k]
            if seen[t]:
                continue
            seen[t] = 1
            touched[found] = t
            found += 1
            other = own ^ letters[t]
            bits = 0
            while other and bits <= 2 * most:
                other &= other - np.uint64(1)
                bits += 1
            if bits > 2 * most:
                continue
            d = osa(places, size, text, ptr[t], ptr[t + 1])
            if d <= most and kept < len(out_terms):
                longest = max(size, ptr[t + 1] - ptr[t])
                similarity = 1.0 if d == 0 else 1 - 1.35 * d / longest
                if similarity >= 0.4:
                    out_terms[kept] = t
                    out_similarity[kept] = similarity
                    kept += 1
    for f in range(found):
        seen[touched[f]] = 0
    for i in range(size):
        places[word[i]] = 0
    return kept


@compiled()
def halves(word: Array, hashes: Array, lefts: Array, rights: Array) -> None:
    """For each place at which a word may be cut the terms before and behind it, -1 for none."""
    changed = word.copy()
    for cut in range(2, len(word) - 1):
        left = find(hashes, word[:cut])
        if left < 0 and word[cut - 1] == 118:  # a key ends in f, not in v, and in no h
            changed[cut - 1] = 102
            left = find(hashes, changed[:cut])
            changed[cut - 1] = 118
        elif left < 0 and word[cut - 1] == 104:
            left = find(hashes, word[: cut - 1])
        lefts[cut] = left
        rights[cut] = find(hashes, word[cut:])


@compiled()
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
    order = ascending(load)
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
            if slot[t] != e:  # it counts once, as the best that it may be
                continue
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
    while cut > 0 and total + bins[cut] <= 1500:
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
