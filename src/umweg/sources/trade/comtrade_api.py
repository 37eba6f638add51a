"""The interface of UN Comtrade in words: addresses that ask, and what the answers say.

Nothing here opens a connection. A query becomes one address (or several, where it is too large for
one); an answer as read from JSON becomes rows, a count, a wait or an error. The key never stands in
an address, so that an address can be kept: send `headers(key)` with it.

Source: https://comtradedeveloper.un.org/apis and the official client `comtradeapicall` (MIT).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from urllib.parse import urlencode

from umweg.errors import InputError, UsageError
from umweg.periods import frequency_of
from umweg.sources.trade.places import alpha3_to_m49

HOST = "comtradeapi.un.org"
HOSTS = (HOST,)
KEY_HEADER = "Ocp-Apim-Subscription-Key"

FLOWS = ("X", "M", "RX", "RM")
CLASSIFICATIONS = ("HS", "H0", "H1", "H2", "H3", "H4", "H5", "H6")
PERIODS_AT_ONCE = 12
"""Periods that one call may name (documentation of the call `get`)."""
MAX_ADDRESS = 4000
"""Characters of an address that servers and proxies on the way take without complaint."""

_CODE = re.compile(r"^(TOTAL|AG[246]|[0-9]{2,6})$")


@dataclass(frozen=True, slots=True)
class ComtradeQuery:
    """What is asked of UN Comtrade; always totals over customs procedure, transport and consignee.

    A period or flow that UN Comtrade does not know is answered by an empty list, not by an error;
    they are checked here instead.

    Args:
        reporters: Alpha-3 codes; empty for all.
        periods: Months `2023-01` or years `2023`, all of one kind.
        partners: Alpha-3 codes or `WLD`; empty for all.
        flows: X, M, RX, RM.
        codes: Goods codes of 2, 4 or 6 digits, `TOTAL`, or `AG2`, `AG4`, `AG6` for every code of
            that length.
        classification: `HS` as reported, or one edition: H0 (1988/92) to H6 (2022).

    Raises:
        UsageError: something that UN Comtrade does not know.
    """

    reporters: tuple[str, ...]
    periods: tuple[str, ...]
    partners: tuple[str, ...] = ()
    flows: tuple[str, ...] = ("X", "M")
    codes: tuple[str, ...] = ("TOTAL",)
    classification: str = "HS"

    def __post_init__(self) -> None:
        kinds = {frequency_of(p) for p in self.periods}
        if len(kinds) != 1 or None in kinds:
            raise UsageError(
                f"these are no periods of one kind: {', '.join(self.periods) or '(none)'}",
                allowed="months like 2023-01, or years like 2023, not both",
            )
        for what, given, allowed in (
            ("flow", self.flows, FLOWS),
            ("classification", (self.classification,), CLASSIFICATIONS),
        ):
            if bad := [g for g in given if g not in allowed]:
                raise UsageError(
                    f"UN Comtrade has no {what} '{bad[0]}'", allowed=", ".join(allowed)
                )
        if bad := [c for c in self.codes if not _CODE.match(c)]:
            raise UsageError(
                f"UN Comtrade has no goods code '{bad[0]}'",
                allowed="2, 4 or 6 digits, TOTAL, or AG2, AG4, AG6 for all of that length",
            )
        for place in (*self.reporters, *self.partners):
            comtrade_code(place)

    @property
    def freq(self) -> str:
        """`M` or `A`."""
        return "A" if len(self.periods[0]) == 4 else "M"


def comtrade_code(place: str) -> int:
    """The code of a country in UN Comtrade: 842 for USA, 251 for FRA, 490 for TWN.

    Raises:
        UsageError: there is none.
    """
    try:
        return alpha3_to_m49()[place]
    except KeyError:
        raise UsageError(
            f"UN Comtrade has no country '{place}'",
            allowed="alpha-3 codes such as KAZ, DEU, USA; WLD for the world as a partner",
        ) from None


def headers(key: str | None) -> dict[str, str]:
    """What is sent along with an address: the key, where there is one."""
    return {KEY_HEADER: key} if key else {}


def _parameters(query: ComtradeQuery) -> dict[str, str]:
    return {
        name: ",".join(str(v) for v in values)
        for name, values in (
            ("reporterCode", [comtrade_code(r) for r in query.reporters]),
            ("period", [p.replace("-", "") for p in query.periods]),
            ("partnerCode", [comtrade_code(p) for p in query.partners]),
            ("flowCode", query.flows),
            ("cmdCode", query.codes),
        )
        if values
    } | {"partner2Code": "0", "customsCode": "C00", "motCode": "0"}


def _address(call: str, query: ComtradeQuery, **more: str) -> str:
    path = f"{call}/C/{query.freq}/{query.classification}"
    return f"https://{HOST}/{path}?{urlencode(_parameters(query) | more, safe=',')}"


def data_url(query: ComtradeQuery, *, with_key: bool) -> str:
    """The address of the figures: the full call with a key, else the preview (500 records)."""
    call = "data/v1/get" if with_key else "public/v1/preview"
    return _address(call, query, format="JSON", breakdownMode="classic", includeDesc="true")


def count_url(query: ComtradeQuery, *, with_key: bool) -> str:
    """The address that answers with the number of records alone, to see whether they fit."""
    call = "data/v1/get" if with_key else "public/v1/preview"
    return _address(call, query, format="JSON", breakdownMode="classic", countOnly="true")


def async_url(query: ComtradeQuery) -> str:
    """The address that has a file made of a large query; the answer names a request."""
    return _address("async/v1/get", query, breakdownMode="classic")


def async_state_url(request_id: str) -> str:
    """The address that tells how far a request is."""
    return f"https://{HOST}/async/v1/getDA/?{urlencode({'batchId': request_id})}"


def bulk_url(query: ComtradeQuery) -> str:
    """The address that lists the whole files of reporters and periods (needs a key)."""
    wanted = {k: v for k, v in _parameters(query).items() if k in ("reporterCode", "period")}
    path = f"bulk/v1/get/C/{query.freq}/{query.classification}"
    return f"https://{HOST}/{path}?{urlencode(wanted, safe=',')}"


def availability_url(query: ComtradeQuery, *, with_key: bool) -> str:
    """The address that tells which reporters have published which periods, and when."""
    wanted = {k: v for k, v in _parameters(query).items() if k in ("reporterCode", "period")}
    call = "data/v1/getDa" if with_key else "public/v1/getDA"
    path = f"{call}/C/{query.freq}/{query.classification}"
    return f"https://{HOST}/{path}?{urlencode(wanted, safe=',')}"


def parts(
    query: ComtradeQuery, *, records: int | None = None, most: int = 0
) -> Iterator[ComtradeQuery]:
    """The query in parts that one call can answer.

    Args:
        query: What is asked.
        records: How many records the whole has, where `count_url` was asked.
        most: How many an account may have in one answer, as its answers showed.
    """
    pieces = [query]
    if len(query.periods) > PERIODS_AT_ONCE:
        pieces = [
            replace(query, periods=query.periods[n : n + PERIODS_AT_ONCE])
            for n in range(0, len(query.periods), PERIODS_AT_ONCE)
        ]
    for piece in pieces:
        share = (records or 0) * len(piece.periods) / len(query.periods)
        too_long = len(data_url(piece, with_key=True)) > MAX_ADDRESS
        if not too_long and (not most or share <= most):
            yield piece
            continue
        halves = _halves(piece)
        if not halves:
            yield piece
            continue
        for half in halves:
            yield from parts(half, records=int(share / 2) if records else None, most=most)


def _halves(query: ComtradeQuery) -> tuple[ComtradeQuery, ...]:
    """The query in two, along what it names most of; empty where every list has one member."""
    lists = {"periods": query.periods, "codes": query.codes, "reporters": query.reporters,
             "partners": query.partners, "flows": query.flows}  # fmt: skip
    name, values = max(lists.items(), key=lambda item: len(item[1]))
    if len(values) < 2:
        return ()
    middle = len(values) // 2
    return (
        replace(query, **{name: values[:middle]}),  # type: ignore[arg-type]
        replace(query, **{name: values[middle:]}),  # type: ignore[arg-type]
    )


def single(query: ComtradeQuery) -> Iterator[ComtradeQuery]:
    """The query as one call for each reporter and period: the smallest whole publications."""
    for reporter, period in product(query.reporters or ("",), query.periods):
        yield replace(query, reporters=(reporter,) if reporter else (), periods=(period,))


# -- answers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ComtradeAnswer:
    """What an answer says.

    Attributes:
        rows: The records, as UN Comtrade writes them.
        count: How many records it says there are; -1 where it does not say.
    """

    rows: tuple[Mapping[str, Any], ...]
    count: int

    def cut_off(self, expected: int | None = None) -> bool:
        """Whether records are missing: fewer than were counted, or a round limit is reached."""
        wanted = self.count if expected is None else expected
        return wanted > len(self.rows) or (len(self.rows) > 0 and len(self.rows) % 500 == 0)


def read_answer(payload: Any, where: str = "") -> ComtradeAnswer:
    """The records of an answer.

    Raises:
        InputError: the answer is an error, or none of UN Comtrade.
    """
    if not isinstance(payload, Mapping):
        raise InputError(
            "the answer is none of UN Comtrade", where=where, allowed="an object with 'data'",
            next_step="try again later",
        )  # fmt: skip
    if error := (payload.get("error") or payload.get("message")):
        raise InputError(
            f"UN Comtrade answers: {error}", where=where, next_step="correct the query or the key"
        )
    rows = payload.get("data")
    if rows is None and isinstance(payload.get("count"), int):
        rows = []
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise InputError(
            "the answer of UN Comtrade holds no list 'data'", where=where,
            allowed="elapsedTime, count, data, error", next_step="try again later",
        )  # fmt: skip
    count = payload.get("count")
    return ComtradeAnswer(tuple(rows), count if isinstance(count, int) else -1)


_SECONDS = re.compile(
    r"(?:try again in|replenished in)\s+(?:(\d+):)?(?:(\d+):)?(\d+)", re.IGNORECASE
)


def wait_of(message: str) -> int | None:
    """Seconds to wait, as the message of a 429 or 403 says; None where it does not.

    "Rate limit is exceeded. Try again in 1 seconds." and "Out of call volume quota. Quota will be
    replenished in 12:34:56."
    """
    found = _SECONDS.search(message)
    if found is None:
        return None
    first, second, last = (int(g) if g else 0 for g in found.groups())
    hours, minutes = (first, second) if found[2] else (0, first)
    return hours * 3600 + minutes * 60 + last


@dataclass(frozen=True, slots=True)
class AsyncState:
    """How far a request for a file is: `done` with an address, `failed`, or neither."""

    done: bool
    failed: bool
    url: str | None
    status: str


def request_id_of(payload: Mapping[str, Any]) -> str:
    """The request that an answer to `async_url` names."""
    found = payload.get("requestId")
    if not found:
        raise InputError(
            "UN Comtrade has not taken the request", where=str(payload.get("message") or "")[:200]
        )
    return str(found)


def async_state(payload: Mapping[str, Any]) -> AsyncState:
    """The answer to `async_state_url`."""
    rows = read_answer(payload).rows
    status = str(rows[0].get("status", "")) if rows else ""
    url = rows[0].get("uri") if rows else None
    return AsyncState(status == "Completed", status == "Error", str(url) if url else None, status)


@dataclass(frozen=True, slots=True)
class BulkFile:
    """A whole file of one reporter and period, as the bulk list names it."""

    url: str
    reporter_code: int
    period: str
    classification: str
    published_on: str | None
    rows: int | None


def bulk_files(payload: Mapping[str, Any]) -> tuple[BulkFile, ...]:
    """The answer to `bulk_url`."""
    return tuple(
        BulkFile(
            str(r["fileUrl"]),
            int(r["reporterCode"]),
            str(r["period"]),
            str(r["classificationCode"]),
            str(day)[:10] if (day := r.get("publicationDate") or r.get("timestamp")) else None,
            int(r["totalRecords"]) if r.get("totalRecords") is not None else None,
        )
        for r in read_answer(payload).rows
        if r.get("fileUrl")
    )
