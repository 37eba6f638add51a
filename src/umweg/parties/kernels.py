"""The compiled loops of the index. Imported when the first index is built or searched.

Every function takes flat arrays; `ptr` arrays hold, for item i, its part `[ptr[i], ptr[i + 1])`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from umweg.parties.compiling import compiled
from umweg.parties.terms import BY_BONES, EXACT

Array = Any
"""A numpy array; numba takes its type from the first call."""


@compiled()
def symbol(c: int) -> int:
    """a–z are 1–26, 0–9 27–36, the rest by their code."""
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


PREFIX = 8
"""Letters at the start of a term of which up to two are left out: two words that differ by two
edits meet without them, wherever in the words the edits are."""


@compiled()
def _variants(text: Array, start: int, end: int, most: int, out: Array) -> int:
    """The hashes of the first letters of a word without up to `most` of them; their number.

    Of equal letters in a row the first ones are left out.
    """
    end = min(end, start + PREFIX)
    prime, n = np.uint64(1099511628211), 0
    before = np.uint64(14695981039346656037)  # of the letters before the first that is left out
    for i in range(start, end + 1):
        if i < end and (most == 0 or (i > start and text[i] == text[i - 1])):
            before = (before ^ np.uint64(text[i])) * prime
            continue
        between = before  # of those before the second one too
        for j in range(i + 1, end + 1):
            if j < end and (most < 2 or (j > i + 1 and text[j] == text[j - 1])):
                between = (between ^ np.uint64(text[j])) * prime
                continue
            whole = between
            for k in range(j + 1, end):
                whole = (whole ^ np.uint64(text[k])) * prime
            out[n] = whole * np.uint64(0x9E3779B97F4A7C15)
            n += 1
            if j < end:
                between = (between ^ np.uint64(text[j])) * prime
        if i < end:
            before = (before ^ np.uint64(text[i])) * prime
        else:
            out[n] = before * np.uint64(0x9E3779B97F4A7C15)
            n += 1
    return n


@compiled()
def _is_like_others(text: Array, start: int, end: int) -> bool:
    """Whether a term is looked for by what it is like: no concept, no very short or long one."""
    return 3 <= end - start <= 60 and text[start] != 61


@compiled()
def variant_index(text: Array, ptr: Array, bits: int) -> Any:
    """Slot of a hash → the terms of which a variant has it; 2 to the power of `bits` slots."""
    shift = np.uint64(64 - bits)
    starts = np.zeros((1 << bits) + 1, np.int32)
    found = np.empty(64, np.uint64)
    for t in range(len(ptr) - 1):
        if _is_like_others(text, ptr[t], ptr[t + 1]):
            most = 1 if ptr[t + 1] - ptr[t] < 5 else 2
            for v in range(_variants(text, ptr[t], ptr[t + 1], most, found)):
                starts[(found[v] >> shift) + np.uint64(1)] += 1
    for s in range(1 << bits):
        starts[s + 1] += starts[s]
    at = starts[:-1].copy()
    out = np.empty(starts[-1], np.int32)
    for t in range(len(ptr) - 1):
        if _is_like_others(text, ptr[t], ptr[t + 1]):
            most = 1 if ptr[t + 1] - ptr[t] < 5 else 2
            for v in range(_variants(text, ptr[t], ptr[t + 1], most, found)):
                out[at[found[v] >> shift]] = t
                at[found[v] >> shift] += 1
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


SLIP = 1.35
"""What an edit takes from the likeness of two terms, as a part of the length of the longer one."""


@compiled()
def _add(t: int, alike: float, n: int, slot: Array, terms: Array, similarity: Array) -> int:
    """Take a term up, or how much better it is liked; how many are taken up then."""
    if slot[t] >= 0:
        similarity[slot[t]] = max(similarity[slot[t]], np.float32(alike))
    elif n < len(terms):
        slot[t] = n
        terms[n], similarity[n] = t, alike
        n += 1
    return n


@compiled()
def like(
    lookups: Array, lookup_ptr: Array, how: Array, worth: Array, text: Array, ptr: Array,
    hashes: Array, alias: Array, letters: Array, variant_ptr: Array, variant_terms: Array,
    bone_hashes: Array, bone_ptr: Array, bone_terms: Array, slot: Array, seen: Array,
    touched: Array, places: Array, variants: Array, out_terms: Array, out_similarity: Array,
    out_found: Array,
) -> int:  # fmt: skip
    """The terms that a word may be, each once, and how alike they are; their number.

    Args:
        lookups, lookup_ptr, how: The texts to look up, and in which way each.
        worth: How alike a term is that is found; where it is found by its likeness, the least
            likeness of interest.
        letters: `letters_of_all`.
        slot, seen, touched, places, variants: Room to work in: -1 a term, zeros a term, any a
            term, zeros a byte, any.
        out_found: Whether each text is a term (only of those looked up as such).
    """
    n: Any = np.int64(0)  # a literal nought would be a type of its own, and compiled apart
    for x in range(len(how)):
        word, alike = lookups[lookup_ptr[x] : lookup_ptr[x + 1]], np.float64(worth[x])
        if how[x] == EXACT:
            t = find(hashes, word)
            out_found[x] = t >= 0
            if t >= 0:
                n = _add(np.int64(t), alike, n, slot, out_terms, out_similarity)
        elif how[x] == BY_BONES:
            b = find(bone_hashes, word)
            if b >= 0:
                for k in range(bone_ptr[b], bone_ptr[b + 1]):
                    n = _add(np.int64(bone_terms[k]), alike, n, slot, out_terms, out_similarity)
        else:
            n = _near(
                word, worth[x], text, ptr, alias, letters, variant_ptr, variant_terms, slot, seen,
                touched, places, variants, n, out_terms, out_similarity,
            )  # fmt: skip
    for k in range(n):
        slot[out_terms[k]] = -1
    return n


@compiled()
def _near(
    word: Array, least: float, text: Array, ptr: Array, alias: Array, letters: Array,
    variant_ptr: Array, variant_terms: Array, slot: Array, seen: Array, touched: Array,
    places: Array, variants: Array, n: int, out_terms: Array, out_similarity: Array,
) -> int:  # fmt: skip
    """Take up the terms that differ from a word by a few edits, and what they stand for.

    One edit in a word of three or four letters, two from five on; three from eleven on where no
    more than two are among the first letters.
    """
    size = len(word)
    if size < 3 or size > 60:
        return n
    most = 1 if size < 5 else 2 if size < 11 else 3
    while most > 0 and 1 - SLIP * most / (size + most) < least:
        most -= 1
    if most == 0:
        return n
    shift = np.uint64(64)
    slots = len(variant_ptr) - 1
    while slots > 1:
        slots >>= 1
        shift -= np.uint64(1)
    for i in range(size):
        places[word[i]] |= np.uint64(1) << np.uint64(i)
    own = letters_of(word, np.int64(0), size)
    found = 0
    for v in range(_variants(word, np.int64(0), size, min(most, 2), variants)):
        s = variants[v] >> shift
        for k in range(variant_ptr[s], variant_ptr[s + np.uint64(1)]):
            t = variant_terms[k]
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
            if bits > 2 * most or abs(ptr[t + 1] - ptr[t] - size) > most:
                continue
            d = osa(places, size, text, ptr[t], ptr[t + 1])
            if d <= most:
                alike = 1.0 if d == 0 else 1 - SLIP * d / max(size, ptr[t + 1] - ptr[t])
                if alike >= least:
                    n = _add(np.int64(t), alike, n, slot, out_terms, out_similarity)
                    if alias[t] != t:
                        n = _add(
                            np.int64(alias[t]), alike * 0.98, n, slot, out_terms, out_similarity
                        )
    for f in range(found):
        seen[touched[f]] = 0
    for i in range(size):
        places[word[i]] = 0
    return n


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
