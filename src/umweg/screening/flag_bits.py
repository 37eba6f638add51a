"""The red flags of many lines at once: a bit for each, by distinct cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from umweg.screening import flags as f
from umweg.screening.order_book import Ids, Lines, Mask, Numbers, OrderBook
from umweg.screening.policy import Policy

Bits = npt.NDArray[np.int64]


def flag_bits(
    book: OrderBook,
    lines: Lines,
    asked: Mask,
    value_usd: Numbers,
    usual: Numbers,
    price_ratio: Numbers,
    targets: tuple[str, ...],
    policy: Policy,
) -> Bits:
    """For each line the flags that it raises, as bits in the order of `FLAGS`.

    Args:
        book: Where the cells lie.
        lines: The lines.
        asked: The lines of which flags count.
        value_usd: Their amounts.
        usual: What the customer usually orders of the goods; NaN where it is not known.
        price_ratio: How many times the market's unit value theirs is; NaN where not known.
        targets: The targets asked about.
        policy: Thresholds.
    """
    bits = np.zeros(len(lines), np.int64)
    if not asked.any():
        return bits
    domains = f.target_domains(targets)
    consignee = "consignee" if "consignee" in lines.parties else "buyer"

    def text(role: str, test: Callable[[str], bool]) -> Mask:
        column = lines.texts.get(role)
        return np.zeros(len(lines), bool) if column is None else _by_text(column, test)

    def countries(role: str, test: Callable[[str, str], bool]) -> Mask:
        ids = lines.cells.get(role)
        there = lines.cells.get("destination")
        if ids is None or there is None:
            return np.zeros(len(lines), bool)
        one, two = book.cells[role].values, book.cells["destination"].values
        return _by_pair(ids, there, lambda i, j: test(one[i].value, two[j].value))

    def names(test: Callable[[str, str], bool]) -> Mask:
        ids = lines.parties.get(consignee)
        if ids is None:
            return np.zeros(len(lines), bool)
        other = lines.parties.get("forwarder", np.zeros(len(lines), np.int32))
        values = book.names.values
        return _by_pair(ids, other, lambda i, j: test(values[i], values[j]))

    masks: Mapping[str, Mask] = {
        "flag-founded-after": text("founded", lambda t: f.founded_after(t, policy)),
        "flag-first-order-after": text("customer_since", lambda t: f.first_order_after(t, policy)),
        "flag-forwarder-consignee": names(lambda a, b: f.forwarder_consignee(a, b, policy)),
        "flag-bank-consignee": names(lambda a, _: f.bank_consignee(a, policy)),
        "flag-address": text("address", lambda t: f.home_or_office_address(t, policy)),
        "flag-free-mail": text("email", lambda t: f.free_mail(t, policy)),
        "flag-target-mail": text("email", lambda t: f.target_mail(t, domains, policy)),
        "flag-destination-changed": countries(
            "previous_destination", lambda a, b: f.destination_changed(a, b, policy)
        ),
        "flag-third-country-payer": countries(
            "payer_country", lambda a, b: f.third_country_payer(a, b, policy)
        ),
        "flag-ex-works": text("incoterm", lambda t: f.ex_works(t, policy)),
        "flag-round-sum": _by_numbers(
            asked, value_usd, lines.value, lambda a, b: f.round_sum(a, b, policy)
        ),
        "flag-unit-value": _by_numbers(
            asked, price_ratio, price_ratio, lambda ratio, _: f.unit_value(ratio, policy)
        ),
        "flag-unusual-quantity": _by_numbers(
            asked, lines.quantity, usual, lambda a, b: f.unusual_quantity(a, b, policy)
        ),
    }
    for n, flag in enumerate(f.FLAGS):
        bits |= (masks[flag.key] & asked).astype(np.int64) << n
    return bits


def _by_text(column: pa.StringArray, test: Callable[[str], bool]) -> Mask:
    encoded = column.dictionary_encode()
    found = np.array([bool(t) and test(t) for t in encoded.dictionary.to_pylist()] or [False])
    mask: Mask = found[np.asarray(encoded.indices)]
    return mask


def _by_pair(one: Ids, two: Ids, test: Callable[[int, int], bool]) -> Mask:
    pairs = one.astype(np.int64) << 32 | two.astype(np.int64)
    distinct, inverse = np.unique(pairs, return_inverse=True)
    found = np.array([test(p >> 32, p & 0xFFFFFFFF) for p in distinct.tolist()], bool)
    return found[inverse]


def _by_numbers(
    asked: Mask, one: Numbers, two: Numbers, test: Callable[[float, float], bool]
) -> Mask:
    found = np.zeros(len(asked), bool)
    usable: Sequence[int] = np.flatnonzero(asked & np.isfinite(one) & np.isfinite(two)).tolist()
    for n in usable:
        found[n] = test(float(one[n]), float(two[n]))
    return found
