"""`scan`: through which transit countries restricted goods surged, and what can be said of it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import ibis
import pyarrow as pa

from umweg.errors import UsageError
from umweg.evidence import (
    Caveat,
    NotTested,
    Signal,
    Signals,
    Status,
    cannot_tell,
    verdict_of,
)
from umweg.flows import controls as ctl
from umweg.flows.basket import Sorted, created_codes, meet, sort_codes
from umweg.flows.corridors import Corridors, scan_corridors
from umweg.flows.countries import (
    Inbound,
    inbound_of,
    judge_commission,
    judge_onward,
    judge_surge,
    permute_countries,
)
from umweg.flows.findings import RANK, chapter_caveat, corridor_findings, reasons_of
from umweg.flows.gap import gap_share, judge_gap
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
from umweg.flows.question import Covers, Question, ask, choose_statements
from umweg.flows.result import CountryResult, OriginUsed, Run, ScanResult
from umweg.flows.yearly import Yearly, yearly_figures
from umweg.geography import name_of
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
    policy = load_policy(options.policy)
    question = ask(options, regime)
    covers = choose_statements(store, question)
    if covers is None:
        return _nothing(question, regime, policy)
    currency = ratio_currency(covers, options)
    places = tuple(sorted(question.named))
    partners = Partners(options.target, question.coalition, places)
    windows = question.windows
    periods = sorted({p for w in windows.values() for p in w.periods})

    rows = placed(chosen_rows(store, covers.by_code, periods), partners)
    panel = code_panel(
        store.execute(by_code(rows, windows, partners, currency), "sums by code"), windows
    )
    sorted_codes = _sort(panel, question)
    kinds = ibis.memtable(_kinds_table(sorted_codes))
    timed = placed(chosen_rows(store, covers.by_period, periods), partners)
    time = TimePanel(store.execute(by_period(timed, kinds, currency), "sums by period"))
    yearly, yearly_covers = yearly_figures(
        store, places, options.target, question.coalition, question.on
    )

    held = [p for p in places if time.has("inbound", p, "basket")]
    neutrals = sorted(
        time.places("inbound") - set(places) - question.targets - question.coalition
        - {c.country for c in regime.transit(options.target)}
    )  # fmt: skip
    created = _created(panel, sorted_codes, question)
    corridors = _corridors(panel, time, sorted_codes, held, created, question, policy)
    countries = _countries(
        time, panel, sorted_codes, held, neutrals, yearly, covers, currency, question, policy
    )
    run = _run(
        store, question, covers, yearly_covers, corridors, currency, policy, regime,
        len(sorted_codes.of("basket")), held,
    )  # fmt: skip
    return ScanResult(
        run=run,
        countries=countries,
        corridors=corridor_findings(
            corridors,
            panel,
            sorted_codes.matches,
            _lists_of(sorted_codes.of("basket"), panel, question),
            _descriptions(sorted_codes, question),
            options.target,
            policy,
            _missing(held, covers, question),
        ),
        not_tested=_not_tested(places, held, covers, panel, question, yearly),
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


def _sort(panel: CodePanel, question: Question) -> Sorted:
    codes = [(c, panel.nomenclature[c]) for c in panel.codes if not _is_heading(c, panel)]
    options = question.options
    in_both = None
    if options.codes_in_both:
        before = panel.usd["inbound", "before"].sum(axis=0)
        after = panel.usd["inbound", "after"].sum(axis=0)
        in_both = frozenset(c for i, c in enumerate(panel.codes) if before[i] > 0 and after[i] > 0)
    return sort_codes(codes, question.basket, question.restricted, question.wanted, in_both)


def _is_heading(code: str, panel: CodePanel) -> bool:
    """Heading totals stand beside their sub-codes in the panel and are never summed with them."""
    return len(code) == 4 and max(len(c) for c in panel.codes) > 4


def _kinds_table(sorted_codes: Sorted) -> pa.Table:
    return pa.table(
        {"code": list(sorted_codes.kinds), "kind": list(sorted_codes.kinds.values())},
        schema=pa.schema([("code", pa.string()), ("kind", pa.string())]),
    )


def _created(panel: CodePanel, sorted_codes: Sorted, question: Question) -> frozenset[str]:
    """Codes of the basket that did not exist in the window before.

    Known from the nomenclature at six digits; at eight, a code that nobody reported to anybody in
    the windows before is taken as created or renumbered.
    """
    basket = sorted_codes.of("basket")
    year = int(question.options.before.last[:4])
    named = created_codes(((c, panel.nomenclature[c]) for c in basket), year)
    past = sum(
        panel.usd["inbound", w].sum(axis=0) for w in ("earlier", "before") if w in panel.years
    )
    unseen = {c for i, c in enumerate(panel.codes) if c in basket and past[i] <= 0}
    return named | unseen


def _corridors(
    panel: CodePanel,
    time: TimePanel,
    sorted_codes: Sorted,
    held: Sequence[str],
    created: frozenset[str],
    question: Question,
    policy: Policy,
) -> Corridors:
    before, after, earlier = (
        question.options.before,
        question.options.after,
        question.options.earlier,
    )
    past = (earlier, before) if earlier else None
    now = ctl.code_controls(
        panel, time, sorted_codes, held, ("before", "after"), (before, after), past,
        policy.min_control_usd,
    )  # fmt: skip
    fake = None
    if earlier is not None:
        fake = ctl.code_controls(
            panel, time, sorted_codes, held, ("earlier", "before"), (earlier, before), None,
            policy.min_control_usd,
        )  # fmt: skip
    return scan_corridors(
        panel, sorted_codes, held, question.options.target, now, fake, created, policy
    )


def _countries(
    time: TimePanel,
    panel: CodePanel,
    sorted_codes: Sorted,
    held: Sequence[str],
    neutrals: Sequence[str],
    yearly: Mapping[str, Yearly],
    covers: Covers,
    currency: str,
    question: Question,
    policy: Policy,
) -> tuple[CountryResult, ...]:
    options = question.options
    before, after, earlier = options.before, options.after, options.earlier

    def leg(place: str) -> Inbound:
        control = ctl.country_control(
            time, place, neutrals, before, after, earlier, policy.min_control_usd
        )
        return inbound_of(time, place, control, before, after)

    legs = {p: leg(p) for p in held}
    direct = leg(options.target).ratio if options.target in time.places("inbound") else None
    missing = f"exports of the coalition to {{}} in {before} and {after}"
    if options.preset == "commission":
        whole = (
            (len(before.periods) == 36
            and len(after.periods) == 12)
            or (before.freq == "A" and len(before.periods) == 3 and len(after.periods) == 1)
        )
        fits = whole and (before.first[:4], after.first[:4]) == ("2019", "2022")
        surges = {
            p: judge_commission(
                x.before_own / before.years, x.after_own / after.years, currency == "EUR", fits
            )
            for p, x in legs.items()
        }
    else:
        surges = {p: judge_surge(x, after, policy, missing.format(p)) for p, x in legs.items()}
        thetas = [t for n in neutrals if (t := leg(n).theta) is not None]
        surges = permute_countries(surges, {p: x.theta for p, x in legs.items()}, thetas, policy)
    results = [
        _country(
            p, legs[p], surges[p], yearly.get(p, Yearly()), direct, time, panel, sorted_codes,
            covers, question, policy,
        )
        for p in held
    ]  # fmt: skip
    return tuple(
        sorted(
            results,
            key=lambda r: (RANK[r.verdict], -(legs[r.transit].theta or -math.inf), r.transit),
        )
    )


def _first_year_after(question: Question) -> int:
    """The first calendar year that counts as after the measures: that of their first half year."""
    day = question.measures_from
    return day.year if day.month <= 6 else day.year + 1


def _country(
    place: str,
    leg: Inbound,
    surge: Signal,
    year: Yearly,
    direct: float | None,
    time: TimePanel,
    panel: CodePanel,
    sorted_codes: Sorted,
    covers: Covers,
    question: Question,
    policy: Policy,
) -> CountryResult:
    options, tau = question.options, policy.tau
    target = options.target
    collapse = (
        cannot_tell(f"direct exports of the coalition to {target}")
        if direct is None
        else Signal(
            Status.SHOWN, value=direct, expected=1.0, unit="after/before",
            method="direct exports of the basket; common to all transit countries, never counted",
        )
    )  # fmt: skip
    gap = judge_gap(
        year.mirror, _first_year_after(question), year.practices, policy,
        policy.floor_usd_per_year.country, f"what the coalition sends to {place}",
    )  # fmt: skip
    onward = _country_onward(place, time, covers, question, policy)
    signals = Signals(surge, collapse, gap, onward)
    values = {
        c: float(panel.usd["inbound", "after"][panel.row(place), i])
        for i, c in enumerate(panel.codes)
        if sorted_codes.kinds.get(c) == "basket"
    }
    return CountryResult(
        signals=signals,
        verdict=verdict_of(surge.status, gap.status, onward.status),
        reasons=reasons_of(signals),
        caveats=_country_caveats(place, leg, signals, year, values, covers, question, policy),
        target=target,
        transit=place,
        name=name_of(place),
        inbound_before_usd=leg.before_usd,
        inbound_after_usd=leg.after_usd,
        inbound_before_reported=leg.before_own,
        inbound_after_reported=leg.after_own,
        inbound_ratio=leg.ratio,
        inbound_expected_usd=leg.expected_usd,
        inbound_excess_usd=leg.excess_usd,
        ci_low_usd=leg.ci_low_usd,
        ci_high_usd=leg.ci_high_usd,
        control_growth=leg.control.growth if leg.control else None,
        control_ratio=leg.control.ratio if leg.control else None,
        control_method=leg.method,
        direct_ratio=direct,
        gap_share_by_year=_shares(year, tau),
        gap_share_raw_by_year=_shares(year, 0.0),
        mirror_by_year={str(m.year): (m.exports_fob_usd, m.imports_cif_usd) for m in year.mirror},
        tau=tau,
        onward_ratio=_onward_ratio(place, time, year, covers, question),
        onward_by_year={str(y): v for y, v in sorted(year.onward_usd.items())},
        monthly=_course(place, time, question),
    )


def _shares(year: Yearly, tau: float) -> dict[str, float]:
    shares = {
        str(m.year): gap_share(m.exports_fob_usd, m.imports_cif_usd, tau) for m in year.mirror
    }
    return {y: s for y, s in shares.items() if s is not None}


def _course(place: str, time: TimePanel, question: Question) -> dict[str, dict[str, float]]:
    """The basket by period to the place and to the target, for the charts."""
    return {
        name: {
            p: float(v)
            for w in question.windows.values()
            for p, v in zip(w.periods, time.series("inbound", x, ["basket"], w), strict=True)
        }
        for name, x in (("inbound", place), ("direct", question.options.target))
    }


def _onward_ratio(
    place: str, time: TimePanel, year: Yearly, covers: Covers, question: Question
) -> float | None:
    """Growth of the onward leg: of the basket where held by code, else of all goods by year."""
    if time.has("onward", place, "basket"):
        b, a = (
            time.series("onward", place, ["basket"], w).mean()
            for w in (question.options.before, question.options.after)
        )
        return float(a / b) if b > 0 else None
    b_year, a_year = (int(w.first[:4]) for w in (question.options.before, question.options.after))
    b_usd, a_usd = year.onward_usd.get(b_year), year.onward_usd.get(a_year)
    return a_usd / b_usd if a_usd is not None and b_usd else None


def _country_onward(
    place: str, time: TimePanel, covers: Covers, question: Question, policy: Policy
) -> Signal:
    target, options = question.options.target, question.options
    if not any(time.has(leg, place, "basket") for leg in ("onward", "supply")):
        return cannot_tell(f"exports of {place} to {target} by goods code, before and after")

    def rate(leg: str, window: str, kinds: Sequence[str] = ("basket",)) -> float:
        w = question.windows[window]
        return float(time.series(leg, place, kinds, w).sum()) / w.years

    origin = time.series("origin", "*", ["basket"], options.before)
    growth, method = None, ""
    if origin.sum() / options.before.years >= policy.min_control_usd:
        after = time.series("origin", "*", ["basket"], options.after).sum() / options.after.years
        growth = float(after / (origin.sum() / options.before.years))
        method = "growth against the target's other suppliers of these goods"
    elif rate("supply", "before") >= policy.min_control_usd:
        growth = rate("supply", "after") / rate("supply", "before")
        method = "growth against the country's exports of these goods elsewhere"
    elif rate("onward", "before", ["other"]) >= policy.min_control_usd:
        growth = rate("onward", "after", ["other"]) / rate("onward", "before", ["other"])
        method = "growth against the country's other goods to the target"
    else:
        method = "growth against none (no control is held: the level before)"
    return judge_onward(
        rate("onward", "before"), rate("onward", "after"),
        rate("onward", "before") + rate("supply", "before"), growth, options.after, policy, method,
    )  # fmt: skip


def _country_caveats(
    place: str,
    leg: Inbound,
    signals: Signals,
    year: Yearly,
    values: Mapping[str, float],
    covers: Covers,
    question: Question,
    policy: Policy,
) -> tuple[Caveat, ...]:
    options = question.options
    found = [Caveat("value-not-volume")]
    found += chapter_caveat(values, policy)
    if leg.before_usd < policy.small_base_usd:
        found.append(Caveat("base-size"))
    if covers.incomplete:
        found.append(
            Caveat(
                "missing-reporters",
                "; ".join(f"{r}: {', '.join(p)}" for r, p in covers.incomplete.items()) + ".",
            )
        )
    if covers.kind == "CN" and options.before.first[:4] != options.after.first[:4]:
        found.append(Caveat("code-meaning"))
    if leg.method in (ctl.OTHER_GOODS, ctl.OTHER_GOODS_COMPLETE):
        found.append(Caveat("all-goods-control"))
    if leg.method == ctl.OWN_PAST:
        found.append(Caveat("own-past-control"))
    if any(x.complete_until is None or x.complete_until <= question.on for x in question.lists):
        found.append(Caveat("list-reach"))
    if any(x.info.direction != "export" for x in question.lists):
        found.append(Caveat("import-codes"))
    if covers.inbound.partial:
        found.append(Caveat("partial-codes"))
    if covers.inbound.unused:
        found.append(
            Caveat("several-sources", "Not used: " + ", ".join(
                f"{r} of {o}" for o, r in covers.inbound.unused) + ".")
        )  # fmt: skip
    if place in question.targets:
        found.append(Caveat("target-elsewhere"))
    if signals.mirror_gap.status.tested:
        found += [Caveat("cif-fob", f"τ = {policy.tau:.0%}, from {policy.tau_low:.0%} to "
                         f"{policy.tau_high:.0%}."), Caveat("shared-report"),
                  Caveat("different-baskets")]  # fmt: skip
        if not year.practices:
            found.append(Caveat("origin-or-consignment"))
    if year.groups:
        found.append(Caveat("group-composition", f"Here: {', '.join(sorted(year.groups))}."))
    if signals.onward.status is Status.CANNOT_TELL and year.onward_usd:
        found.append(Caveat("total-only-onward"))
    return tuple(found)


def _lists_of(
    codes: frozenset[str], panel: CodePanel, question: Question
) -> dict[str, tuple[str, ...]]:
    lists: dict[str, tuple[str, ...]] = {}
    for code in codes:
        names = {
            r.list_id
            for r in question.restricted
            if (m := meet(code, panel.nomenclature[code], r)) and m.how != "partial"
        }
        lists[code] = tuple(sorted(names))
    return lists


def _descriptions(sorted_codes: Sorted, question: Question) -> dict[str, str]:
    texts: dict[str, str] = {}
    for listed in (*question.restricted, *question.basket):
        for code in sorted_codes.of("basket"):
            for length in (8, 6, 4):
                text = listed.descriptions.get(code[:length])
                if text:
                    texts[code] = text
                    break
    return texts


def _missing(held: Sequence[str], covers: Covers, question: Question) -> dict[tuple[str, str], str]:
    """What would be needed for each test of a corridor that cannot be made."""
    options = question.options
    windows = f"{options.before} and {options.after}"
    codes = f"{covers.level}-digit codes"
    out: dict[tuple[str, str], str] = {}
    for p in held:
        out["surge", p] = (
            "a control group: unrestricted goods, all goods, other destinations, or the year before"
        )
        out["mirror_gap", p] = (
            f"imports of {p} from the coalition by {codes}, in {windows} and one step earlier"
        )
        out["onward", p] = f"exports of {p} to {options.target} by {codes}, in {windows}"
    return out


def _not_tested(
    places: Sequence[str],
    held: Sequence[str],
    covers: Covers,
    panel: CodePanel,
    question: Question,
    yearly: Mapping[str, Yearly],
) -> tuple[NotTested, ...]:
    options = question.options
    found = [
        NotTested(
            p,
            "named as a transit country, no figures in the store",
            f"exports of the coalition to {p} by goods code, {options.before} and {options.after}",
        )
        for p in places
        if p not in held
    ]
    silent = sorted(question.coalition - covers.inbound.members)
    if silent:
        left_out = set(covers.incomplete) if options.complete_reporters else set()
        found.append(
            NotTested(
                "exports of " + ", ".join(silent),
                "members of the coalition whose exports are not in the inbound leg"
                + (" (some left out as incomplete)" if left_out else ""),
                f"their exports by {covers.level}-digit codes, {options.before} and {options.after}",
            )
        )
    if panel.no_rate:
        found.append(
            NotTested(
                f"{panel.no_rate} statements without an exchange rate",
                "their currency has no ECB reference rate, so they count nothing in USD",
                "rates of their currency",
            )
        )
    for p in held:
        if not yearly.get(p, Yearly()).mirror:
            found.append(
                NotTested(
                    f"mirror gap of {p}",
                    "no mirror side in the store",
                    f"imports of {p} from the coalition, yearly or monthly",
                )
            )
    return tuple(found)


def _origins(store: Store, covers: Sequence[Cover]) -> tuple[OriginUsed, ...]:
    used = frozenset[str]().union(*(c.origins for c in covers))
    rates = any(s.currencies - {"USD"} for s in covers)
    rows = {r["origin_id"]: r for r in store.read("origins").to_pylist()}
    found: dict[str, OriginUsed] = {}
    for m in store.snapshots():
        here = {s.origin_id for s in m.series} & used
        if rates and m.paths("rates"):
            here.add("ecb")
        for o in sorted(here):
            r = rows.get(o, {})
            found[o] = OriginUsed(
                o, r.get("publisher", ""), r.get("title", ""), r.get("url"), r.get("licence"),
                r.get("vintage"), m.snapshot_id, tuple(i.sha256 for i in m.inputs),
            )  # fmt: skip
    return tuple(found[o] for o in sorted(found))


def _run(
    store: Store,
    question: Question,
    covers: Covers,
    yearly_covers: Sequence[Cover],
    corridors: Corridors,
    currency: str,
    policy: Policy,
    regime: Regime,
    basket_codes: int,
    held: Sequence[str],
) -> Run:
    options = question.options
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
        transit=tuple(held),
        before=str(options.before),
        after=str(options.after),
        earlier=str(options.earlier) if options.earlier else None,
        ratio_currency=currency,
        complete_reporters=options.complete_reporters,
        codes_in_both=options.codes_in_both,
        preset=options.preset,
        code_level=covers.level,
        basket_codes=basket_codes,
        placebos=corridors.placebos,
        n_placebos=corridors.n_placebos,
        smallest_q=_smallest_q(corridors),
        origins=_origins(store, [*covers.by_code, *covers.by_period, *yearly_covers]),
    )
    # The same question on the same data has the same id, whenever it is asked.
    digest = hashlib.sha256(json.dumps(asdict(run), sort_keys=True).encode()).hexdigest()
    return replace(run, run_id=f"scan-{digest[:12]}")


def _smallest_q(corridors: Corridors) -> float | None:
    """The smallest q that any corridor could attain: all tested, one alone at the smallest p."""
    tested = int(sum(math.isfinite(x) for x in corridors.surge.p))
    if not corridors.n_placebos or not tested:
        return None
    return min(1.0, tested / (1 + corridors.n_placebos))


def _nothing(question: Question, regime: Regime, policy: Policy) -> ScanResult:
    """The answer where the store has no inbound leg at all: nothing was tested."""
    options = question.options
    run = Run(
        run_id="scan-nothing", version=__version__, regime_version=regime.version,
        policy_version=policy.version, policy_sha256=policy.sha256,
        as_of=question.as_of.isoformat(), target=options.target, programme=options.programme,
        goods_lists=tuple(x.id for x in question.lists), codes=options.codes, transit=(),
        before=str(options.before), after=str(options.after), earlier=None, ratio_currency="USD",
        complete_reporters=options.complete_reporters, codes_in_both=options.codes_in_both,
        preset=options.preset, code_level=0, basket_codes=0, placebos="", n_placebos=0,
        smallest_q=None, origins=(),
    )  # fmt: skip
    missing = f"exports of the coalition by goods code, {options.before} and {options.after}"
    return ScanResult(
        run, (), (),
        tuple(NotTested(p, "no figures in the store for these windows", missing)
              for p in question.named),
    )  # fmt: skip
