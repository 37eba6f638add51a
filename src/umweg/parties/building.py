"""The arrays of an index of names: names taken apart, their terms, and where each is found."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from rapidfuzz.distance import OSA

from umweg.parties import kernels
from umweg.parties.keys import key_of
from umweg.parties.listed import Collected
from umweg.parties.names import Name, analyse, group_of
from umweg.parties.terms import bones_forms, terms_of

Array = np.ndarray[Any, Any]

SPELT_APART = 2
"""Letters by which the spelling of a word must differ from its key to be a term beside it: a slip
within `shch` or `ee` changes a key by more than one letter."""


def arrays_of(names: Sequence[str], schemas: Sequence[str], owner: Array) -> dict[str, Array]:
    """What an index of names holds, as flat arrays; `owner` says of each which party it names."""
    number_of: dict[str, int] = {}
    weights = array("f")
    latins: list[str] = []
    row_terms, row_sizes, row_name = array("i"), array("i"), array("i")
    alias_of: dict[str, str] = {}
    spelt: list[tuple[str, str]] = []

    def number(term: str, weight: float, latin: str) -> int:
        at = number_of.get(term)
        if at is None:
            at = number_of[term] = len(number_of)
            weights.append(weight)
            latins.append(latin)
        return at

    words_of_names = Collected()
    for name, analysed in enumerate(_analysed(names, schemas, owner)):
        words_of_names.add(analysed)
        for row in terms_of(analysed):
            for term, weight, latin in row:
                if term[0] == "=" and latin:
                    # A word that has a concept is found under its own letters too.
                    alias_of[key_of(latin)] = term
                    row_terms.append(number(term, weight, ""))
                else:
                    row_terms.append(number(term, weight, latin))
                    if (
                        latin.isascii()
                        and latin
                        and OSA.distance(latin, term, score_cutoff=1) >= SPELT_APART
                    ):
                        spelt.append((latin, term))
            row_sizes.append(len(row))
            row_name.append(name)
    for latin, term in spelt:
        if latin not in number_of:
            alias_of.setdefault(latin, term)
    for key in alias_of:
        number(key, 1.0, "")
    words = [t.encode() for t in number_of]
    text, ptr = _flat(words)
    hashes = kernels.fnv_all(text, ptr) if words else np.empty(0, np.uint64)
    order = np.argsort(hashes, kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    text, ptr = _flat([words[i] for i in order])
    terms = rank[np.frombuffer(row_terms, np.int32)] if len(row_terms) else _ints(0)
    alias = np.arange(len(order), dtype=np.int32)
    for key, term in alias_of.items():
        alias[rank[number_of[key]]] = rank[number_of[term]]
    row_ptr = np.concatenate(([0], np.cumsum(np.frombuffer(row_sizes, np.int32)))).astype(np.int64)
    row_of = np.repeat(np.arange(len(row_sizes), dtype=np.int32), np.diff(row_ptr))
    by_term = np.argsort(terms, kind="stable")
    bones = [(b, at) for at, i in enumerate(order) for b in bones_forms(latins[i])]
    bone_text, bone_at = _flat([b.encode() for b, _ in bones])
    bone_all = kernels.fnv_all(bone_text, bone_at) if bones else np.empty(0, np.uint64)
    by_bones = np.argsort(bone_all, kind="stable")
    held = np.fromiter((at for _, at in bones), np.int32, len(bones))[by_bones]
    bone_hashes, first = np.unique(bone_all[by_bones], return_index=True)
    tells: Array = np.array(weights, np.float32)[order]
    variant_ptr, variant_terms = kernels.variant_index(text, ptr, _bits_for(ptr))
    return {
        "text": text, "ptr": ptr, "alias": alias, "hashes": hashes[order], "weights": tells,
        "letters": kernels.letters_of_all(text, ptr),
        "variant_ptr": variant_ptr, "variant_terms": variant_terms,
        "post_ptr": np.searchsorted(terms[by_term], np.arange(len(words) + 1)),
        "post_rows": row_of[by_term], "row_ptr": row_ptr, "row_terms": terms,
        "row_weight": np.bincount(row_of, tells[terms], len(row_sizes)).astype(np.float32),
        "row_name": np.frombuffer(row_name, np.int32) if len(row_name) else _ints(0),
        "bone_hashes": bone_hashes, "bone_terms": held.astype(np.int32),
        "bone_ptr": np.concatenate((first, [len(held)])).astype(np.int64),
        **words_of_names.arrays(),
    }  # fmt: skip


def _bits_for(ptr: Array) -> int:
    """Of a table with about as many slots as it holds terms."""
    return max(4, int(24 * len(ptr)).bit_length())


def _analysed(names: Sequence[str], schemas: Sequence[str], owner: Array) -> Iterable[Name]:
    groups = [group_of(s) for s in schemas]
    for name, number in zip(names, owner.tolist(), strict=True):
        yield analyse.__wrapped__(name, groups[number])


def _flat(words: Sequence[bytes]) -> tuple[Array, Array]:
    sizes = np.fromiter(map(len, words), np.int64, len(words))
    text = np.frombuffer(b"".join(words), np.uint8) if words else np.empty(0, np.uint8)
    return text, np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def _ints(n: int) -> Array:
    return np.empty(n, np.int32)
