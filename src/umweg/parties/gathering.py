"""The compiled loop that gathers the names which share terms with a query, and scores them.

Every function takes flat arrays; `ptr` arrays hold, for item i, its part `[ptr[i], ptr[i + 1])`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from umweg.parties.compiling import compiled

Array = Any
"""A numpy array; numba takes its type from the first call."""


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


TIERS = 3
"""Terms that a word may be are read apart: the same in some way, much alike, less."""

FEW = 2_000
"""Postings that are read in any case: a word more costs little."""

BEST = 192
"""Rows that are scored from all their terms, at least, where so many share a term."""

GATHERED, HELD = range(2)
"""Columns of `rows`: side by side, for they are read together."""

_BINS = 256


@compiled()
def _tier(similarity: float) -> int:
    return 0 if similarity >= 0.9 else 1 if similarity >= 0.7 else 2


@compiled()
def _score(matched: float, worth: float, missing: float, left: float, costs: Array) -> float:
    """What matched, less the words that are left over on either side, as `score` has it."""
    both = min(missing, left)
    cost = costs[2] * both + costs[0] * (missing - both) + costs[1] * (left - both)
    return matched / (worth + cost) if worth > 0 else 0.0


@compiled()
def search(
    term_ptr: Array, terms: Array, similarity: Array, use: Array, cover: Array, weights: Array,
    own: int, word_weights: Array, post_ptr: Array, post_rows: Array, row_ptr: Array,
    row_terms: Array, term_weight: Array, row_name: Array, wanted: Array,
    restricted: bool, budget: int, enough: float, costs: Array, rows: Array, touched: Array,
    estimates: Array, slot: Array, out_names: Array, out_scores: Array,
) -> int:  # fmt: skip
    """The names that meet a query best by their terms, best first; their number.

    What a query term may be is read from the rarest on, those that are much like it apart from
    those that are less, and adds what it tells to each row that holds it. Of each row that is an
    estimate of its score; the rows of the best estimates are scored from all their terms, as
    `score` does with the words, and the best names returned.

    Args:
        term_ptr, terms, similarity: For each query term the index terms it may be.
        use, cover: Bits of the words of the query that a term takes up, and that it accounts for.
        weights: What a query term tells.
        own: How many of them are words of the query, the first ones; the others are two words as
            one, or a part of a word.
        word_weights: What each word of the query tells.
        wanted, restricted: The rows that are looked at, if not all.
        budget: Postings that are read at most.
        enough: The part of the query's weight of which the words have been read when `FEW`
            postings are enough.
        costs: What a left-over word costs: ours, theirs, a pair of both.
        rows: For each row room to gather in (0), and what all its terms tell.
        touched, estimates, slot: Room to work in: any a row, any a row, -1 a term.
    """
    query_terms = len(term_ptr) - 1
    load = np.zeros((query_terms, TIERS), np.int64)
    term_of = np.empty(len(terms), np.int32)
    for q in range(query_terms):
        for e in range(term_ptr[q], term_ptr[q + 1]):
            t = terms[e]
            term_of[e] = q
            load[q, _tier(similarity[e])] += post_ptr[t + 1] - post_ptr[t]
            # The term's best meaning: the expansion of highest similarity.
            if slot[t] < 0 or similarity[slot[t]] < similarity[e]:
                slot[t] = e
    whole = 0.0
    for w in word_weights:
        whole += w
    order = ascending(load.ravel())
    left = load.copy()
    n, spent = 0, 0
    told, unread = 0.0, 0.0  # what the words tell that were read, and the others that may be met
    for q in range(own):
        unread += weights[q] if load[q].sum() > 0 else 0.0
    for part in order:
        q, tier = part // TIERS, part % TIERS
        postings = load[q, tier]
        if postings == 0:
            continue
        if spent > 0 and spent + postings > (FEW if told >= enough * whole else budget):
            continue
        left[q, tier] = 0
        if q < own and (tier < 2 or load[q, 0] + load[q, 1] == 0) and left[q, 0] + left[q, 1] == 0:
            told += weights[q]
            unread -= weights[q]
        for e in range(term_ptr[q], term_ptr[q + 1]):
            t = terms[e]
            # It counts once, as the best that it may be.
            if slot[t] != e or _tier(similarity[e]) != tier:
                continue
            gain = weights[q] * similarity[e]
            start, end = post_ptr[t], post_ptr[t + 1]
            end = min(end, start + 4 * budget)
            for k in range(start, end):
                row = post_rows[k]
                if rows[row, GATHERED] == 0.0:
                    touched[n] = row
                    n += 1
                rows[row, GATHERED] += gain
            spent += end - start
    unread = max(unread, 0.0)
    bins = np.zeros(_BINS, np.int64)
    for i in range(n):
        row = touched[i]
        gathered, held = rows[row, GATHERED], rows[row, HELD]
        rows[row, GATHERED] = 0.0
        if restricted and not wanted[row]:
            estimates[i] = -1.0
            continue
        matched = min(gathered + unread, max(held, gathered))
        found = _score(matched, matched, max(whole - matched, 0.0), max(held - matched, 0.0), costs)
        estimates[i] = found
        bins[int(found * (_BINS - 1))] += 1
    lowest_bin, total = _BINS, 0
    while lowest_bin > 0 and total < BEST:
        lowest_bin -= 1
        total += bins[lowest_bin]
    kept = 0
    lowest = 0.0
    room = len(out_names)
    for i in range(n):
        if estimates[i] < 0.0 or int(estimates[i] * (_BINS - 1)) < lowest_bin:
            continue
        row = touched[i]
        used = np.int64(0)
        covered = np.int64(0)
        matched, worth, alone = 0.0, 0.0, 0.0
        for strict in range(2):
            for k in range(row_ptr[row], row_ptr[row + 1]):
                t = row_terms[k]
                e = slot[t]
                own_weight = term_weight[t]
                exact = e >= 0 and similarity[e] >= 0.9
                if exact != (strict == 0):
                    continue
                if e >= 0 and used & use[term_of[e]] == 0:
                    q = term_of[e]
                    used |= use[q]
                    covered |= cover[q]
                    weight = (own_weight + weights[q]) / 2
                    matched += weight * similarity[e]
                    worth += weight
                else:
                    alone += own_weight
        missing = whole
        for w in range(len(word_weights)):
            if covered >> w & 1:
                missing -= word_weights[w]
        score = _score(matched, worth, missing, alone, costs)
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
        out_names[position] = row_name[row]
        lowest = out_scores[kept - 1]
    for t in terms:
        slot[t] = -1
    return kept
