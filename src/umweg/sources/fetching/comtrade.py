"""UN Comtrade, question by question: split until every answer is whole, then imported together.

An answer of UN Comtrade is cut off without a word where it has more records than the account may
have. Nothing is taken for whole here unless its number of records says so.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from umweg.errors import InputError, PublisherError, UsageError
from umweg.sources.fetching.download import Downloader
from umweg.sources.fetching.published import Fetched, import_received
from umweg.sources.fetching.wanted import Received, RefusedError, Wanted
from umweg.sources.opening import opened
from umweg.sources.source import Form, Source
from umweg.sources.trade import comtrade_api as api
from umweg.sources.trade.comtrade_api import ComtradeQuery
from umweg.store import Alarm, Store

KEY = "UMWEG_COMTRADE_KEY"
PREVIEW = 500
"""Records of an answer without a key (documentation of the call `preview`)."""
AT_ONCE = 50_000
"""Records asked for at once with a key, so that an answer fits into memory; an account that may
have fewer shows it by its answers."""
MAX_BYTES = 512 << 20
KEPT_HOURS = 72
"""Answers of an interrupted run are used again for so long: a quota is counted by day."""

_ASYNC_POLL = 15.0
_NAMED = 12


def comtrade_key() -> str | None:
    """The key from the environment; None without.

    Raises:
        UsageError: what is there cannot be a key. It is not shown.
    """
    key = os.environ.get(KEY, "").strip()
    if key and not re.fullmatch(r"[!-~]{8,200}", key):
        raise UsageError(
            "this is no key of UN Comtrade",
            where=f"environment variable {KEY}",
            allowed="8 to 200 letters, digits and signs, without spaces",
            next_step="copy the key from your profile at comtradedeveloper.un.org",
        )
    return key or None


def query_urls(query: ComtradeQuery, *, with_key: bool) -> list[str]:
    """The addresses that a question asks first; answers that are cut off are asked in parts."""
    return [_url(q, with_key) for q in api.parts(query)]


def query_dataset(query: ComtradeQuery) -> str:
    """A data set of its own for each question: the same question again takes its place."""
    digest = sha256(repr(query).encode()).hexdigest()[:8]
    who = "-".join(r.lower() for r in query.reporters[:3]) or "all"
    return f"api-{query.freq.lower()}-{who}-{digest}"


@dataclass(slots=True)
class _Seen:
    """What the answers held: rows in all, and by reporter, flow and period."""

    rows: int = 0
    series: set[tuple[str, str, str]] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)

    def add(self, answer: api.ComtradeAnswer) -> None:
        self.rows += len(answer.rows)
        for r in answer.rows:
            self.series.add((str(r.get("reporterCode")), str(r.get("flowCode")), str(r["period"])))
            self.codes.add(str(r.get("cmdCode")))


class ComtradeFetch:
    """One question to UN Comtrade.

    Args:
        source: The source `comtrade`, with its hosts.
        store: Where the snapshot goes.
        downloader: What asks.
        key: The key; the preview without one.
        again: Ask anew, although answers of an interrupted run are held.
        rebase: Changes an address before it is asked; for tests against another host.
    """

    def __init__(
        self,
        source: Source,
        store: Store,
        downloader: Downloader,
        *,
        key: str | None = None,
        again: bool = False,
        rebase: Callable[[str], str] = lambda url: url,
    ) -> None:
        self._source, self._store, self._d = source, store, downloader
        self._key, self._again, self._rebase = key, again, rebase
        self._received: list[Received] = []
        self._counted: list[Wanted] = []
        self._seen = _Seen()

    # -- a question of one's own ------------------------------------------------------------------

    def fetch(self, query: ComtradeQuery, dataset: str | None = None) -> Fetched | None:
        """Ask, split where an answer is cut off, and import all answers as one snapshot.

        Returns:
            What came of it; None where every answer was empty, which is no data and not zero.

        Raises:
            PublisherError: an answer could not be had whole; nothing is imported then.
        """
        if self._key is None:
            self._d.tell(
                f"no {KEY}: the preview is asked, which answers at most {PREVIEW} records at once"
            )
        queue = list(api.parts(query))
        while queue:
            asked = queue.pop(0)
            smaller = self._ask(asked)
            if smaller:
                self._d.tell(
                    f"an answer of UN Comtrade reached its limit of records: asked again in "
                    f"{len(smaller)} parts"
                )
                queue[:0] = smaller
        if self._seen.rows == 0:
            self._done()
            return None
        manifest = import_received(
            self._received,
            self._source,
            self._store,
            self._d,
            dataset=dataset or query_dataset(query),
            asked=describe(query),
            noticed=self._empty(query),
        )
        fetched = Fetched(
            self._source.name, "imported", tuple(self._received), manifest,
            max(r.retrieved_at for r in self._received),
        )  # fmt: skip
        self._done()
        return fetched

    def _ask(self, query: ComtradeQuery) -> list[ComtradeQuery]:
        """Ask once; the smaller questions where the answer is cut off, none where it is whole."""
        received = self._get(_url(query, self._key is not None), "json", "comtrade.json")
        answer = self._read(received)
        rows = len(answer.rows)
        missing = self._missing(query, answer)
        if not missing:
            self._seen.add(answer)
            if rows:
                self._received.append(received)
            else:
                self._counted.append(received.wanted)
            return []
        self._counted.append(received.wanted)
        smaller = list(api.parts(query, records=rows + missing, most=rows))
        if len(smaller) < 2:
            raise PublisherError(
                f"UN Comtrade holds more records than the {rows:,} it sends at once, and the "
                "question cannot be asked in smaller parts; nothing was stored",
                where=received.wanted.url,
                next_step="name --codes and --partner one by one"
                + ("" if self._key else f", or set {KEY}"),
            )
        return smaller

    def _missing(self, query: ComtradeQuery, answer: api.ComtradeAnswer) -> int:
        """How many records an answer lacks, 0 where it is whole; at least 1 where unknown."""
        rows = len(answer.rows)
        if answer.count > rows:
            return answer.count - rows
        if self._key is None:
            return 1 if rows >= PREVIEW else 0
        if not answer.cut_off():
            return 0
        # A round number of records is what an account's limit looks like: the number is asked for.
        received = self._get(api.count_url(query, with_key=True), "json", "count.json")
        self._counted.append(received.wanted)
        count = self._read(received).count
        if count < 0:
            return 1
        return max(0, count - rows)

    # -- whole files ------------------------------------------------------------------------------

    def fetch_bulk(self, query: ComtradeQuery, dataset: str | None = None) -> Fetched | None:
        """The whole files of the reporters and periods of a question (an account that may)."""
        self._need_key("whole files")
        listing = self._get(api.bulk_url(query), "json", "bulk.json", again=True)
        with opened(listing.file) as stream:
            files = api.bulk_files(json.load(stream))
        self._counted.append(listing.wanted)
        if not files:
            self._done()
            return None
        for f in files:
            # As UN Comtrade itself names them, day of publication included.
            name = (
                f"COMTRADE-FINAL-C{query.freq}{f.reporter_code:03d}{f.period}{f.classification}"
                f"[{f.published_on or 'undated'}].gz"
            )
            self._received.append(self._get(f.url, "csv", name))
        return self._import_files(query, dataset, "whole files of reporters and periods")

    def fetch_async(self, query: ComtradeQuery, dataset: str | None = None) -> Fetched | None:
        """Have a file made of a large question, wait for it, and import it (an account that may).

        The finished file lies on storage whose address UN Comtrade names; it is downloaded only
        if that is one of the source's hosts.
        """
        self._need_key("asynchronous requests")
        taken = self._get(api.async_url(query), "json", "request.json", again=True)
        self._counted.append(taken.wanted)
        with opened(taken.file) as stream:
            request = api.request_id_of(json.load(stream))
        self._d.tell(f"UN Comtrade took the request {request}; waiting for its file")
        url = self._wait_for(request)
        self._received.append(self._get(url, "zip", "comtrade-async.zip"))
        return self._import_files(query, dataset, "asynchronous request")

    def _wait_for(self, request: str) -> str:
        until = time.monotonic() + self._d.limits.total_seconds
        while True:
            got = self._get(api.async_state_url(request), "json", "state.json", again=True)
            with opened(got.file) as stream:
                state = api.async_state(json.load(stream))
            if state.done and state.url:
                self._d.drop(got.wanted)
                return state.url
            wait = min(_ASYNC_POLL, max(self._d.limits.first_wait, 0.01))
            if state.failed or time.monotonic() + wait > until:
                raise PublisherError(
                    f"UN Comtrade has made no file of the request {request}: "
                    f"{state.status or 'no status'}",
                    where=got.wanted.url,
                    next_step="try again later, or ask for less",
                )
            time.sleep(wait if wait < 1 else _ASYNC_POLL)

    def _import_files(self, query: ComtradeQuery, dataset: str | None, how: str) -> Fetched:
        manifest = import_received(
            self._received,
            self._source,
            self._store,
            self._d,
            dataset=dataset or query_dataset(query),
            asked=f"{describe(query)}, {how}",
        )
        fetched = Fetched(
            self._source.name, "imported", tuple(self._received), manifest,
            max(r.retrieved_at for r in self._received),
        )  # fmt: skip
        self._done()
        return fetched

    # -- asking -----------------------------------------------------------------------------------

    def _need_key(self, what: str) -> None:
        if self._key is None:
            raise UsageError(
                f"UN Comtrade gives {what} to accounts only",
                where=f"environment variable {KEY}",
                next_step=f"set {KEY}, or leave out --bulk and --async",
            )

    def _get(self, url: str, form: Form, file: str, *, again: bool = False) -> Received:
        asked = Wanted(
            self._rebase(url), file, form, self._source.hosts, MAX_BYTES, api.headers(self._key)
        )
        held = None if self._again or again else self._d.kept(asked, KEPT_HOURS)
        if held is not None:
            return held
        try:
            return self._d.get(asked, again=True)
        except RefusedError as error:
            wait = api.wait_of(error.body)
            if error.status not in (403, 429) or wait is None:
                raise
            raise PublisherError(
                f"the quota of this account is used up for {wait / 3600:.1f} hours; nothing was "
                "stored",
                where=error.where,
                next_step=f"run the same command again then: {len(self._received)} answers are "
                f"kept for {KEPT_HOURS} hours and are not asked again",
            ) from error

    def _read(self, received: Received) -> api.ComtradeAnswer:
        try:
            with opened(received.file) as stream:
                return api.read_answer(json.load(stream), received.wanted.url)
        except (InputError, ValueError) as error:
            self._d.drop(received.wanted)
            what = error.what if isinstance(error, InputError) else f"no JSON: {error}"
            if self._key:
                what = what.replace(self._key, "***")
            raise PublisherError(
                f"{what}; nothing was stored",
                where=received.wanted.url,
                next_step="correct the question or the key, or try again later",
            ) from None

    def _done(self) -> None:
        """Answers are needed no longer: their snapshot holds the rows."""
        for w in (*self._counted, *(r.wanted for r in self._received)):
            self._d.drop(w)

    def _empty(self, query: ComtradeQuery) -> tuple[Alarm, ...]:
        """What was asked and answered without a single row: not published, or not traded."""
        found = [_unanswered(query, self._seen), _without_rows(query, self._seen)]
        return tuple(a for a in found if a is not None)


def _url(query: ComtradeQuery, with_key: bool) -> str:
    url = api.data_url(query, with_key=with_key)
    return f"{url}&maxRecords={AT_ONCE}" if with_key else url


def describe(query: ComtradeQuery) -> str:
    """A question in words, for the origin of its figures."""
    return (
        f"UN Comtrade API: reporters {','.join(query.reporters) or 'all'}, partners "
        f"{','.join(query.partners) or 'all'}, flows {','.join(query.flows)}, "
        f"{query.classification} {_some(query.codes)}, periods {_some(query.periods)}; totals "
        "over customs procedure, transport and consignee"
    )


def _series(query: ComtradeQuery) -> Iterator[tuple[str, str, str]]:
    for reporter in query.reporters:
        for flow in query.flows:
            for period in query.periods:
                yield reporter, flow, period


def _unanswered(query: ComtradeQuery, seen: _Seen) -> Alarm | None:
    empty = [
        f"{reporter} {flow} {period}"
        for reporter, flow, period in _series(query)
        if (str(api.comtrade_code(reporter)), flow, period.replace("-", "")) not in seen.series
    ]
    if not empty:
        return None
    return Alarm(
        "asked-empty", 0,
        f"asked, and answered without rows: {_some(empty)}. Not published yet, or nothing of "
        "what was asked: not to be read as zero",
    )  # fmt: skip


def _without_rows(query: ComtradeQuery, seen: _Seen) -> Alarm | None:
    codes = [c for c in query.codes if c.isdigit() and c not in seen.codes]
    if not codes:
        return None
    return Alarm(
        "asked-empty-codes", 0,
        f"codes asked for that no answer holds: {_some(codes)}. They may not exist in "
        f"{query.classification}, or nobody states them: not to be read as zero",
    )  # fmt: skip


def _some(values: list[str] | tuple[str, ...]) -> str:
    more = len(values) - _NAMED
    return ", ".join(values[:_NAMED]) + (f" and {more} more" if more > 0 else "")
