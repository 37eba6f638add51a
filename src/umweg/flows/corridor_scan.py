"""`scan`: through which transit countries restricted goods surged, and what can be said of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace

import ibis
import pyarrow as pa

from umweg.errors import UsageError
from umweg.evidence import NotTested
from umweg.flows.availability import Availability
from umweg.flows.basket import Sorted, sort_codes
from umweg.flows.confirmation import confirm_countries, require_method
from umweg.flows.country_findings import country_findings, first_year_after
from umweg.flows.dated_corridors import dated_corridors
from umweg.flows.gap import judge_gap
from umweg.flows.legs import (
    CodePanel,
    Partners,
    TimePanel,
    by_code,
    by_period,
    chosen_rows,
    code_panel,
    placed,
)
from umweg.flows.options import ScanOptions
from umweg.flows.plan import Cover
from umweg.flows.policy import Policy, load_policy
from umweg.flows.question import Question, ask
from umweg.flows.result import WINDOWS, OriginUsed, Run, ScanResult
from umweg.flows.statements import Covers, choose_statements
from umweg.flows.untested import not_tested, reconciled
from umweg.flows.window_corridors import CorridorSet, window_corridors
from umweg.flows.yearly import Pair, Yearly, yearly_figures
from umweg.regime import Regime, load
from umweg.store import Store
from umweg.version import __version__


def scan(
    store: Store | None = None,
    options: ScanOptions | None = None,
    *,
    regime: Regime | None = None,
) -> ScanResult:
    """Scan the corridors of a target.

    Args:
        store: Where the figures are; the packaged sample without it.
        options: What is asked; what the sample can answer without it.
        regime: The law as data; the packaged one without it.

    Returns:
        Countries and corridors with their signals and verdicts, ranked, and what was not tested.

    Raises:
        UsageError: something asked for does not exist.
        StoreError: a query failed.
    """
    store = store or Store.sample()
    options = options or ScanOptions()
    regime = regime or load()
    policy = load_policy(options.policy, options.fdr)
    if options.confirm is not None:
        require_method(options.confirm)
    question = ask(options, regime)
    available = Availability(store)
    covers = choose_statements(store, question, available)
    if covers is None:
        return _nothing(question, regime, policy, reconciled(store))
    currency = ratio_currency(covers, options)
    places = tuple(sorted(question.named))
    elsewhere = question.targets | {c.country for c in regime.transit(options.target)}
    partners = Partners(
        options.target, question.coalition, covers.inbound.members, places,
        elsewhere - set(places) - {options.target},
    )  # fmt: skip

    rows = placed(chosen_rows(store, covers.by_code, covers.periods), partners)
    panel = code_panel(
        store.execute(by_code(rows, covers.windows, partners), "sums by code"), covers.windows
    )
    sorted_codes = _sort(panel, covers, question)
    kinds = ibis.memtable(_kinds_table(sorted_codes))
    timed = placed(chosen_rows(store, covers.by_period, covers.periods), partners)
    time = TimePanel(store.execute(by_period(timed, kinds, currency), "sums by period"))
    yearly, yearly_covers = _yearly(
        store, question, covers, places, sorted_codes, available, policy
    )

    held = [p for p in places if time.has("inbound", p, "basket")]
    neutrals = sorted(time.places("inbound") - set(places) - {options.target} - partners.others)
    corridors = dated_corridors(store, question, available, regime, policy)
    unread: tuple[NotTested, ...] = ()
    if isinstance(corridors, NotTested):
        unread = (corridors,)
        corridors = window_corridors(panel, time, sorted_codes, held, covers, question, policy)
    countries = country_findings(
        time,
        panel,
        sorted_codes,
        held,
        neutrals,
        yearly,
        covers,
        currency,
        question,
        policy,
        _provisional(store, covers, question),
    )
    if options.confirm is not None:
        countries = confirm_countries(
            countries, corridors.panel, options.transit, policy.confirmation
        )
    run = _run(
        question,
        regime,
        policy,
        held=held,
        covers=covers,
        currency=currency,
        basket_codes=len(sorted_codes.of("basket")),
        corridors=corridors,
        origins=_origins(
            store, [*covers.by_code, *covers.by_period, *yearly_covers, *corridors.covers]
        ),
    )
    return ScanResult(
        run=run,
        countries=countries,
        corridors=corridors.results,
        not_tested=(
            *not_tested(places, held, covers, panel, question, yearly),
            *unread,
            *corridors.not_tested,
            *reconciled(store),
        ),
    )


def ratio_currency(covers: Covers, options: ScanOptions) -> str:
    """The currency in which growth is measured: the exporters' own, where it is one."""
    own = covers.inbound.currencies
    if options.currency is None:
        return next(iter(own)) if len(own) == 1 else "USD"
    wanted = options.currency.upper()
    if wanted != "USD" and own != {wanted}:
        raise UsageError(
            f"the ratio cannot be computed in '{wanted}'",
            where="--currency",
            allowed=f"USD, or what all exporters reported in ({', '.join(sorted(own))})",
        )
    return wanted


def _sort(panel: CodePanel, covers: Covers, question: Question) -> Sorted:
    codes = [(c, panel.nomenclature[c]) for c in panel.codes if not _is_heading(c, panel)]
    options = question.options
    in_both = None
    if options.codes_in_both:
        before = panel.usd["inbound", "before"].sum(axis=0)
        after = panel.usd["inbound", "after"].sum(axis=0)
        in_both = frozenset(
            # Codes of another level belong to another leg, which this does not speak of.
            c
            for i, c in enumerate(panel.codes)
            if len(c) != covers.level or (before[i] > 0 and after[i] > 0)
        )
    return sort_codes(codes, question.basket, question.restricted, question.wanted, in_both)


def _is_heading(code: str, panel: CodePanel) -> bool:
    """Heading totals stand beside their sub-codes in the panel and are never summed with them."""
    return len(code) == 4 and max(len(c) for c in panel.codes) > 4


def _kinds_table(sorted_codes: Sorted) -> pa.Table:
    return pa.table(
        {"code": list(sorted_codes.kinds), "kind": list(sorted_codes.kinds.values())},
        schema=pa.schema([("code", pa.string()), ("kind", pa.string())]),
    )


def _yearly(
    store: Store,
    question: Question,
    covers: Covers,
    places: tuple[str, ...],
    sorted_codes: Sorted,
    available: Availability,
    policy: Policy,
) -> tuple[dict[str, Yearly], tuple[Cover, ...]]:
    """Yearly mirror of the basket where both sides state it by code, else of all goods."""
    pair = Pair(question.coalition, places, question.options.target, question.on)
    total, total_covers = yearly_figures(store, pair, available, 0, None, None)
    if not covers.arrival.chosen:
        return total, total_covers
    codes = pa.table({"code": sorted(sorted_codes.of("basket"))})
    basket, basket_covers = yearly_figures(
        store, pair, available, covers.level, covers.kind, ibis.memtable(codes)
    )

    def tellable(y: Yearly) -> bool:
        signal = judge_gap(y.mirror, first_year_after(question), y.practices, policy, 0.0, "")
        return signal.status.tested

    return (
        {p: basket[p] if tellable(basket[p]) or not total[p].mirror else total[p] for p in places},
        (*total_covers, *basket_covers),
    )


def _provisional(store: Store, covers: Covers, question: Question) -> tuple[str, ...]:
    """Origins of the inbound leg that were published within a year of the window's end."""
    limit = question.on.replace(year=question.on.year + 1, day=28).isoformat()
    vintages = {r["origin_id"]: r["vintage"] or "" for r in store.read("origins").to_pylist()}
    return tuple(sorted(o for o in covers.inbound.origins if "" < vintages.get(o, "") < limit))


def _origins(store: Store, covers: Sequence[Cover]) -> tuple[OriginUsed, ...]:
    used = frozenset[str]().union(*(c.origins for c in covers))
    # One history of rates is read, the newest.
    rated = [m for m in store.snapshots() if m.paths("rates")][-1:]
    if not any(s.currencies - {"USD"} for s in covers):
        rated = []
    rows = {r["origin_id"]: r for r in store.read("origins").to_pylist()}
    found: dict[str, OriginUsed] = {}
    for m in store.snapshots():
        here = {s.origin_id for s in m.series} & used
        if m in rated:
            here |= set(m.rows("origins")["origin_id"].to_pylist())
        for o in sorted(here):
            r = rows.get(o, {})
            found[o] = OriginUsed(
                o, r.get("publisher", ""), r.get("title", ""), r.get("url"), r.get("licence"),
                r.get("vintage"), m.snapshot_id, tuple(i.sha256 for i in m.inputs),
            )  # fmt: skip
    return tuple(found[o] for o in sorted(found))


def _run(
    question: Question,
    regime: Regime,
    policy: Policy,
    *,
    held: Sequence[str] = (),
    covers: Covers | None = None,
    currency: str = "USD",
    basket_codes: int = 0,
    corridors: CorridorSet | None = None,
    origins: tuple[OriginUsed, ...] = (),
) -> Run:
    """What was asked and read; without covers, that nothing could be read."""
    options = question.options
    earlier = covers.windows.get("earlier") if covers else None
    run = Run(
        run_id="",
        version=__version__,
        regime_version=regime.version,
        policy_version=policy.version,
        policy_sha256=policy.sha256,
        as_of=question.as_of.isoformat(),
        target=options.target,
        programme=options.programme,
        goods_lists=tuple(x.id for x in question.lists),
        codes=options.codes,
        tier=options.tier,
        transit_asked=options.transit,
        transit=tuple(held),
        before=str(options.before),
        after=str(options.after),
        earlier=str(earlier) if earlier else None,
        ratio_currency=currency,
        complete_reporters=options.complete_reporters,
        codes_in_both=options.codes_in_both,
        preset=options.preset,
        code_level=covers.level if covers else 0,
        basket_codes=basket_codes,
        basket_sha256=_basket_hash(question),
        placebos=corridors.placebos if corridors else "",
        n_placebos=corridors.n_placebos if corridors else 0,
        smallest_q=corridors.smallest_q if corridors else None,
        origins=origins,
        fdr=policy.q,
        corridor_dates=corridors.dates if corridors else WINDOWS,
        elsewhere_tested=corridors.elsewhere[0] if corridors else 0,
        elsewhere_flagged=corridors.elsewhere[1] if corridors else 0,
        confirm=options.confirm or "",
    )
    # The same question, on the same day's law and the same data, has the same id.
    digest = hashlib.sha256(json.dumps(asdict(run), sort_keys=True).encode()).hexdigest()
    return replace(run, run_id=f"scan-{digest[:12]}")


def _basket_hash(question: Question) -> str:
    """The content of the lists, so that another edition of a user's list is another run."""
    rows = [[b.list_id, b.nomenclature, sorted(b.codes)] for b in question.basket]
    return hashlib.sha256(json.dumps([rows, question.wanted.prefixes]).encode()).hexdigest()


def _nothing(
    question: Question, regime: Regime, policy: Policy, unread: tuple[NotTested, ...]
) -> ScanResult:
    """The answer where the store has no inbound leg at all: nothing was tested."""
    options = question.options
    missing = f"exports of the coalition by goods code, {options.before} and {options.after}"
    return ScanResult(
        _run(question, regime, policy),
        (),
        (),
        (
            *(
                NotTested(p, "no figures in the store for these windows", missing)
                for p in question.named
            ),
            *unread,
        ),
    )
