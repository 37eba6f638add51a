"""`check`: an order book in, a decision with reasons for every line out."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from umweg.errors import StoreError, UsageError
from umweg.flows.goods_statistics import GoodsStatistics
from umweg.regime import GoodsList, Regime, load
from umweg.screening.columns import PARTY_ROLES, ColumnMap, propose, recognised
from umweg.screening.deciding import Screening
from umweg.screening.facts import Facts
from umweg.screening.flags import FLAGS, flag_reason, questionnaire
from umweg.screening.market import Market, MarketPrice
from umweg.screening.model import NotChecked
from umweg.screening.money import Rates
from umweg.screening.order_book import OrderBook
from umweg.screening.owners import owned_firms
from umweg.screening.party_tests import PartyScreen
from umweg.screening.policy import load_policy
from umweg.screening.result import CheckResult, Run
from umweg.screening.signals import CorridorSignals
from umweg.sources.table_file import BATCH, TableFile
from umweg.store import Manifest, Store
from umweg.version import __version__

Progress = Callable[[str, int, float | None], None]
"""Called with what is done at the moment, the number of rows read so far, and how much of the file
that is, from 0 to 1; None where it cannot be told."""

BATCH_WITH_PARTIES = 1 << 11
"""Rows that are decided at once where parties are looked up, which takes most of the time: so that
the progress moves. Without parties the batches of the file are decided as they come."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """How an order book is checked.

    Attributes:
        targets: Targets asked about, alpha-3; empty: all for which measures are held.
        as_of: The day of the check: lists of parties as they stood then, and the law for lines
            that name no day.
        policy: Policy file; None: the packaged one.
        goods_lists: Goods lists of the user, see `goods_list_from_csv`.
        mapping: {role: column} that the user has fixed.
        sheet, encoding, delimiter: See `TableFile`.
        parties: Whether parties are looked up.
        usual_quantities: {(party, code): quantity} that a customer usually orders.
    """

    targets: tuple[str, ...] = ()
    as_of: date | None = None
    policy: Path | None = None
    goods_lists: tuple[GoodsList, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    parties: bool = True
    usual_quantities: Mapping[tuple[str, str], float] = field(default_factory=dict)


def check(
    path: Path | str,
    store: Store | None = None,
    options: CheckOptions | None = None,
    *,
    regime: Regime | None = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Decide every line of an order book.

    Args:
        path: CSV, workbook, Parquet or JSON lines, see `TableFile`.
        store: Where lists of parties, saved scans and rates lie; default the packaged sample, which
            has rates only.
        options: How.
        regime: The law; default the packaged one.
        progress: Called while it goes on, see `Progress`.

    Raises:
        InputError: the file cannot be read, or no column of a code, country or party is found.
        UsageError: an option that cannot be used.
    """
    started = time.perf_counter()
    options = options or CheckOptions()
    regime = regime or load()
    store = store or Store.sample()
    policy = load_policy(options.policy)
    targets = _targets(options.targets, regime)
    tell: Progress = progress or (lambda _what, _rows, _share: None)
    tell("reading the header", 0, None)
    file = TableFile(
        path, sheet=options.sheet, encoding=options.encoding, delimiter=options.delimiter,
        recognise=recognised,
    )  # fmt: skip
    columns = propose(file.columns, options.mapping)
    book = OrderBook(file, columns)
    as_of = options.as_of or date.today()  # noqa: DTZ011 - the asker's own calendar day
    signals = CorridorSignals(_rows(store, "signals", as_of))
    market = None
    if store.has("flows"):
        market = Market(GoodsStatistics(store.published_by(as_of), targets, as_of), policy)
    facts = Facts(regime, targets, policy, options.goods_lists, signals, market)
    tell("reading the lists of parties", 0, None)
    matcher, party_lists = _matcher(store, as_of, options.parties, columns)
    addresses = _listed_addresses(store, as_of, matcher, columns)
    owned = owned_firms(store, regime, as_of) if matcher is not None else ()
    parties = PartyScreen(matcher, policy, addresses, owned)
    screening = Screening(
        facts, book, as_of, parties, Rates.of_store(store), options.usual_quantities,
        options.parties,
    )  # fmt: skip
    for lines in book.lines(BATCH if matcher is None else BATCH_WITH_PARTIES):
        screening.add(lines)
        tell("deciding", screening.read, book.share_read)
    not_checked = _never_checked(columns, options, store)
    figures = tuple(m.snapshot_id for m in store.published_by(as_of).snapshots() if _of_figures(m))
    run = _run(
        file, columns, regime, facts, as_of, options, party_lists, figures, screening.notes()
    )
    return CheckResult(
        run=run,
        read=screening.read,
        aside=tuple(screening.aside),
        table=screening.table,
        trade=tuple(screening.trade),
        parties=tuple(screening.parties),
        flags=tuple(flag_reason(f, regime, policy) for f in FLAGS),
        prices=screening.prices,
        not_checked=not_checked,
        groups=screening.groups(),
        questions=questionnaire(regime, _answerable(columns, options, screening.prices)),
        seconds=time.perf_counter() - started,
    )


def _targets(asked: Sequence[str], regime: Regime) -> tuple[str, ...]:
    known = regime.target_codes
    for target in asked:
        if target not in known:
            raise UsageError(
                f"no measures against {target!r} are held",
                where="--target",
                allowed=", ".join(known),
                next_step="name one of these, or leave it out for all",
            )
    # The default target comes first: it is the one that a country named for several is shown for.
    default = regime.default_target
    return tuple(dict.fromkeys(asked)) or tuple(sorted(known, key=lambda t: t != default))


def _rows(store: Store, table: str, as_of: date) -> list[dict[str, Any]]:
    if not store.has(table):
        return []
    found: list[dict[str, Any]] = store.read(table, as_of).to_pylist()
    return found


def _listed_addresses(
    store: Store, as_of: date, matcher: Any, columns: ColumnMap
) -> list[dict[str, Any]]:
    wanted = matcher is not None and "address" in columns.roles
    return _rows(store, "addresses", as_of) if wanted else []


def _matcher(
    store: Store, as_of: date, wanted: bool, columns: ColumnMap
) -> tuple[Any, tuple[Mapping[str, Any], ...]]:
    """The matcher of the lists that the store holds, and what they are; None: it holds none."""
    if not wanted or not any(r in columns.roles for r in PARTY_ROLES) or not store.has("entities"):
        return None, ()
    from umweg.parties import Matcher

    try:
        matcher = Matcher.from_store(store, as_of=as_of)
    except StoreError:
        return None, ()
    held = [
        {"snapshot": m.snapshot_id, "source": m.source, "dataset": m.dataset}
        for m in store.snapshots(as_of)
        if any(t.table in ("entities", "relations") for t in m.tables)
    ]
    return matcher, tuple(held)


def _never_checked(
    columns: ColumnMap, options: CheckOptions, store: Store
) -> tuple[NotChecked, ...]:
    found = []
    if not options.parties:
        found.append(NotChecked("parties", "asked not to be looked up"))
    elif not any(r in columns.roles for r in PARTY_ROLES):
        found.append(NotChecked("parties", "the table has no column of a party"))
    if not store.has("relations"):
        found.append(
            NotChecked(
                "ownership",
                "the store holds no relations of owners and firms",
                "import a register, see docs/ownership.md",
            )
        )
    found.append(
        NotChecked("goods", "the Commission's list of economically critical goods is not held")
    )
    if not store.has("flows"):
        found.append(
            NotChecked("price", "the store holds no statistics", "see: umweg data fetch --help")
        )
    return tuple(found)


def _answerable(
    columns: ColumnMap, options: CheckOptions, prices: Sequence[MarketPrice]
) -> frozenset[str]:
    """The columns at hand, and what else answers a red flag: a history, unit values."""
    more = {"history"} if options.usual_quantities else set()
    if any(p.kg or p.piece for p in prices):
        more.add("unit values")
    return frozenset(columns.roles) | more


def _of_figures(manifest: Manifest) -> bool:
    return any(manifest.paths(table) for table in ("flows", "rates", "daily_rates"))


def quantities_text(quantities: Mapping[tuple[str, str], float]) -> str:
    """The usual quantities of customers, as an evidence pack keeps them."""
    rows = sorted([name, code, quantity] for (name, code), quantity in quantities.items())
    return json.dumps(rows, ensure_ascii=False, indent=0) + "\n"


def _run(
    file: TableFile,
    columns: ColumnMap,
    regime: Regime,
    facts: Facts,
    as_of: date,
    options: CheckOptions,
    party_lists: tuple[Mapping[str, Any], ...],
    figures: tuple[str, ...],
    notes: tuple[str, ...],
) -> Run:
    with file.path.open("rb") as f:
        digest = hashlib.file_digest(f, "sha256").hexdigest()
    source = {
        "name": file.path.name,
        "sha256": digest,
        "bytes": file.path.stat().st_size,
        "kind": file.kind,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "sheet": file.sheet,
        "header_row": file.header_row,
    }
    lists = tuple(_list_passport(g) for g in options.goods_lists)
    scans = facts.signals.run_ids if facts.signals else ()
    usual = quantities_text(options.usual_quantities)
    asked = {
        "parties": options.parties,
        "usual_quantities": len(options.usual_quantities),
        "usual_quantities_sha256": hashlib.sha256(usual.encode()).hexdigest(),
    }
    parts = [
        digest, regime.version, as_of.isoformat(), ",".join(facts.targets), facts.policy.sha256,
        str(sorted(columns.roles.items())), str(lists), str(party_lists), str(scans), str(figures),
        str(asked), __version__,
    ]  # fmt: skip
    run_id = "check-" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
    return Run(
        run_id, __version__, regime.version, as_of.isoformat(), facts.targets, facts.policy,
        source, columns.roles, columns.how, columns.unused, lists, party_lists, scans, figures,
        asked, notes,
    )  # fmt: skip


def _list_passport(goods_list: GoodsList) -> dict[str, Any]:
    path = Path(goods_list.origin)
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

    def day(value: date | None) -> str:
        return value.isoformat() if value else ""

    return {
        "id": goods_list.id,
        "title": goods_list.info.title,
        "reference": goods_list.info.instrument,
        "target": next(iter(goods_list.targets), ""),
        "nomenclature": goods_list.info.nomenclature,
        "sha256": digest,
        "codes": len(goods_list.entries),
        "complete_from": day(goods_list.complete_from),
        "complete_until": day(goods_list.complete_until),
    }
