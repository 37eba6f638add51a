"""Eurostat Comext: a selection by its SDMX interface, or whole months as bulk files.

Eurostat answers a selection at once, or names a request whose answer is fetched when it is ready,
or refuses it as too large (413 `EXTRACTION_TOO_BIG`); then it is asked in parts. Source:
https://ec.europa.eu/eurostat/web/user-guides/data-browser/api-data-access, "Asynchronous API".
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from umweg.errors import PublisherError, UsageError
from umweg.periods import Window
from umweg.sources.fetching.download import Downloader
from umweg.sources.fetching.published import Fetched, import_received
from umweg.sources.fetching.wanted import OtherFormError, Received, RefusedError, Wanted
from umweg.sources.opening import opened
from umweg.sources.source import Download, Form, Source
from umweg.sources.trade import comext_api as api
from umweg.store import Alarm, Store

ASYNC = f"https://{api.HOST}/eurostat/api/comext/dissemination/1.0/async"
MAX_BYTES = 1 << 30
BULK_BYTES = 2 << 30
KEPT_HOURS = 72
MAX_ADDRESS = 2000
PERIODS_AT_ONCE = 12
_POLL = 5.0
_NAMED = 12
_ID = re.compile(r"<(?:\w+:)?id>\s*([0-9A-Za-z-]{8,64})\s*</")
_STATUS = re.compile(r"<(?:\w+:)?status>\s*(\w+)\s*</")


@dataclass(frozen=True, slots=True)
class ComextQuery:
    """A selection of Comext (data set DS-045409).

    Args:
        reporters: Member states, alpha-3.
        partners: Alpha-3; empty for all.
        flows: X, M.
        codes: Goods codes of 2, 4, 6 or 8 digits, or TOTAL.
        window: Months or years.
    """

    reporters: tuple[str, ...]
    partners: tuple[str, ...]
    flows: tuple[str, ...]
    codes: tuple[str, ...]
    window: Window

    def __post_init__(self) -> None:
        for what, values in (("--reporter", self.reporters), ("--codes", self.codes)):
            if not values:
                raise UsageError(
                    "a selection without reporters and codes is larger than Eurostat answers",
                    where=what,
                    next_step="name them, or fetch whole months with --bulk 2024-01..2024-03",
                )
        if bad := [c for c in self.codes if not re.fullmatch(r"TOTAL|(\d\d){1,4}", c)]:
            raise UsageError(
                f"Comext has no goods code '{bad[0]}'", allowed="2, 4, 6 or 8 digits, or TOTAL"
            )

    @property
    def url(self) -> str:
        """The address that asks; the key and the query only, no secret."""
        return api.data_url(
            reporters=self.reporters,
            partners=self.partners,
            codes=self.codes,
            flows=self.flows,
            first=self.window.first,
            last=self.window.last,
        )

    def halves(self) -> tuple[ComextQuery, ...]:
        """The selection in two, by periods first; empty where nothing is left to halve."""
        periods = self.window.periods
        if (middle := len(periods) // 2) > 0:
            early, late = periods[:middle], periods[middle:]
            return (
                replace(self, window=Window(early[0], early[-1])),
                replace(self, window=Window(late[0], late[-1])),
            )
        for name in ("codes", "partners", "reporters", "flows"):
            values = getattr(self, name)
            if (middle := len(values) // 2) > 0:
                return (
                    replace(self, **{name: values[:middle]}),
                    replace(self, **{name: values[middle:]}),
                )
        return ()

    def parts(self) -> Iterator[ComextQuery]:
        """The selection in calls of a year at most, each with an address that is not too long."""
        if len(self.window.periods) > PERIODS_AT_ONCE or len(self.url) > MAX_ADDRESS:
            for half in self.halves():
                yield from half.parts()
        else:
            yield self

    @property
    def dataset(self) -> str:
        """A data set of its own for each selection."""
        digest = sha256(repr(self).encode()).hexdigest()[:8]
        who = "-".join(r.lower().replace("_", "") for r in self.reporters[:3])
        return f"api-{self.window.freq.lower()}-{who}-{digest}"

    def describe(self) -> str:
        """The selection in words, for the origin of its figures."""
        return (
            f"Eurostat SDMX API, {api.DATASET}: reporters {','.join(self.reporters)}, partners "
            f"{','.join(self.partners) or 'all'}, flows {','.join(self.flows)}, codes "
            f"{','.join(self.codes[:_NAMED])}{' …' if len(self.codes) > _NAMED else ''}, periods "
            f"{self.window}"
        )


class ComextFetch:
    """One selection of Comext.

    Args:
        source: The source `comext`, with its hosts.
        store: Where the snapshot goes.
        downloader: What asks.
        again: Ask anew, although answers of an interrupted run are held.
        rebase: Changes an address before it is asked; for tests against another host.
    """

    def __init__(
        self,
        source: Source,
        store: Store,
        downloader: Downloader,
        *,
        again: bool = False,
        rebase: Callable[[str], str] = lambda url: url,
    ) -> None:
        self._source, self._store, self._d = source, store, downloader
        self._again, self._rebase = again, rebase

    def fetch(self, query: ComextQuery, dataset: str | None = None) -> Fetched | None:
        """Ask, in parts where it is too large, and import all answers as one snapshot.

        Returns:
            What came of it; None where every answer was empty, which is no data and not zero.

        Raises:
            PublisherError: an answer could not be had; nothing is imported then.
        """
        received: list[Received] = []
        empty: list[str] = []
        queue = list(query.parts())
        while queue:
            asked = queue.pop(0)
            try:
                answer = self._ask(asked)
            except RefusedError as error:
                if error.status != 413:
                    raise
                halves = asked.halves()
                if not halves:
                    raise
                self._d.tell("Eurostat calls the selection too large: asked again in two parts")
                queue[:0] = halves
                continue
            if answer is None:
                empty.append(str(asked.window))
            else:
                received.append(answer)
        if not received:
            return None
        manifest = import_received(
            received,
            self._source,
            self._store,
            self._d,
            dataset=dataset or query.dataset,
            asked=query.describe(),
            noticed=_empty(empty),
        )
        fetched = Fetched(
            self._source.name, "imported", tuple(received), manifest,
            max(r.retrieved_at for r in received),
        )  # fmt: skip
        for r in received:
            self._d.drop(r.wanted)
        return fetched

    def _ask(self, query: ComextQuery) -> Received | None:
        """One answer; None where Eurostat holds nothing of the selection."""
        asked = self._wanted(query.url, "csv", "comext.csv")
        held = None if self._again else self._d.kept(asked, KEPT_HOURS)
        try:
            received = held or self._d.get(asked, again=True)
        except RefusedError as error:
            if error.status == 404 and re.search(
                r"no results|no data|faultcode>\s*100", error.body, re.I
            ):
                return None
            raise
        except OtherFormError as error:
            found = _ID.search(error.beginning)
            if found is None:
                raise
            received = self._wait_for(found[1])
        with opened(received.file) as stream:
            header, first = stream.readline(), stream.readline()
        if header and not first.strip():
            self._d.drop(received.wanted)
            return None
        return received

    def _wait_for(self, request: str) -> Received:
        self._d.tell(f"Eurostat queued the selection as {request}; waiting for its answer")
        until = time.monotonic() + self._d.limits.total_seconds
        status = "SUBMITTED"
        while status in ("SUBMITTED", "PROCESSING"):
            if time.monotonic() > until:
                break
            time.sleep(min(_POLL, self._d.limits.first_wait * 5))
            asked = self._wanted(f"{ASYNC}/status/{request}", "xml", "status.xml")
            got = self._d.get(asked, again=True)
            found = _STATUS.search(got.file.read_text("utf-8", errors="replace"))
            status = found[1].upper() if found else "without status"
            self._d.drop(asked)
        if status != "AVAILABLE":
            raise PublisherError(
                f"Eurostat has not answered the request {request}: {status}; nothing was stored",
                where=f"{ASYNC}/status/{request}",
                next_step="try again later, or ask for less",
            )
        return self._d.get(self._wanted(f"{ASYNC}/data/{request}", "csv", "comext.csv"))

    def _wanted(self, url: str, form: Form, file: str) -> Wanted:
        return Wanted(self._rebase(url), file, form, self._source.hosts, MAX_BYTES)


def bulk_downloads(window: Window) -> list[Download]:
    """The bulk files of months: all reporters, partners and products of each.

    Raises:
        UsageError: the window is one of years.
    """
    return [Download(api.bulk_file(m), api.bulk_url(m), "7z", BULK_BYTES) for m in window.periods]


def _empty(windows: list[str]) -> tuple[Alarm, ...]:
    if not windows:
        return ()
    more = len(windows) - _NAMED
    named = ", ".join(windows[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return (
        Alarm(
            "asked-empty", 0,
            f"asked, and answered without rows: {named}. Not published yet, or nothing of what "
            "was asked: not to be read as zero",
        ),
    )  # fmt: skip
