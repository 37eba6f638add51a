"""`scan_files`: a scan of a user's own files, without a store."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from umweg.flows.confirmation import confirm_countries, require_method
from umweg.flows.detector import Detection, detect
from umweg.flows.file_countries import country_results
from umweg.flows.file_findings import corridor_results
from umweg.flows.file_tables import read_tables
from umweg.flows.panel_files import FilePanel, file_panel
from umweg.flows.panel_untested import panel_untested
from umweg.flows.policy import Policy, load_policy
from umweg.flows.result import MEASURES, OWN_FILE, OriginUsed, Run, ScanResult
from umweg.store.engine import DuckDBEngine, Engine
from umweg.version import __version__

FDR_LEVELS = (0.05, 0.10, 0.20)


def scan_files(
    flows: Path | pa.Table,
    goods: Path | pa.Table,
    roles: Path | pa.Table,
    concordance: Path | pa.Table | None = None,
    *,
    fdr: float | None = None,
    confirm: str | None = None,
    named: Sequence[str] = (),
    policy: Path | None = None,
    engine: Engine | None = None,
) -> ScanResult:
    """Scan the corridors of a panel of trade figures.

    Args:
        flows: reporter, partner, flow (X FOB, M CIF), period (YYYY-MM), nomenclature, code,
            value_usd, net_weight_kg: Parquet, CSV or an Arrow table.
        goods: code, nomenclature, restricted_from (empty for goods without a measure), tier.
        roles: country, role (coalition, target, transit, neutral).
        concordance: hs2022, hs2017; the packaged correlation tables without it.
        fdr: False-discovery rate at which a corridor is flagged; the policy's without it.
        confirm: `ppml`: a regression beside the verdict of every country that is alert or review
            (extra `econ`).
        named: With `confirm`: of these transit countries instead.
        policy: A policy file; the packaged one without it.
        engine: What executes the queries.

    Returns:
        Countries and corridors with score, p, q, volumes, signals and verdicts, and what could
        not be tested.

    Raises:
        InputError: a file cannot be used; the message names what and where.
    """
    rules = load_policy(policy, fdr)
    if confirm is not None:
        require_method(confirm)
    tables = read_tables(engine or DuckDBEngine(), flows, goods, roles, concordance)
    held = file_panel(tables, rules.tau)
    found = detect(held.panel, rules.min_placebos)
    countries = country_results(held, found, rules)
    if confirm is not None:
        countries = confirm_countries(countries, held.panel, named, rules.confirmation)
    corridors = corridor_results(held, found, rules)
    given = {"flows": flows, "goods": goods, "roles": roles, "concordance": concordance}
    return ScanResult(
        run=_run(held, found, rules, given, confirm or "", tuple(named) if confirm else ()),
        countries=countries,
        corridors=corridors,
        not_tested=panel_untested(held, found, tables.rows),
    )


def _windows(held: FilePanel) -> tuple[str, str]:
    """The months before and after the measure that most of the goods share, for the heading."""
    panel = held.panel
    days = [int(m) for m in panel.measure[panel.restricted] if 0 < m < len(panel.months)]
    first, last = panel.months[0], panel.months[-1]
    if not days:
        return f"{first}..{last}", f"{first}..{last}"
    day = Counter(days).most_common(1)[0][0]
    return f"{first}..{panel.months[day - 1]}", f"{panel.months[day]}..{last}"


def _run(
    held: FilePanel,
    found: Detection,
    policy: Policy,
    given: Mapping[str, Path | pa.Table | None],
    confirm: str,
    named: tuple[str, ...],
) -> Run:
    panel = held.panel
    before, after = _windows(held)
    elsewhere = found.elsewhere(policy.q)
    origins = tuple(_origin(name, file) for name, file in given.items() if file is not None)
    codes = sorted(g.code for goods in held.goods.values() for g in goods)
    run = Run(
        run_id="",
        version=__version__,
        regime_version="none: goods and roles are the user's",
        policy_version=policy.version,
        policy_sha256=policy.sha256,
        as_of=date.today().isoformat(),  # noqa: DTZ011 - the user's own calendar day
        target=panel.target,
        programme=None,
        goods_lists=tuple(o.origin_id for o in origins if o.title == "goods"),
        codes=(),
        tier=None,
        transit_asked=named,
        transit=tuple(np.array(panel.places)[panel.transit].tolist()),
        before=before,
        after=after,
        earlier=None,
        ratio_currency="USD",
        complete_reporters=False,
        codes_in_both=False,
        preset="control",
        code_level=max((len(c) for c in codes), default=0),
        basket_codes=len(codes),
        basket_sha256=hashlib.sha256(json.dumps(codes).encode()).hexdigest(),
        placebos=found.placebos,
        n_placebos=found.n_placebos,
        smallest_q=found.attainable,
        origins=origins,
        fdr=policy.q,
        corridor_dates=MEASURES,
        elsewhere_tested=elsewhere[0],
        elsewhere_flagged=elsewhere[1],
        confirm=confirm,
    )
    digest = hashlib.sha256(json.dumps(asdict(run), sort_keys=True).encode()).hexdigest()
    return replace(run, run_id=f"scan-{digest[:12]}")


def _origin(name: str, file: Path | pa.Table) -> OriginUsed:
    held = isinstance(file, Path)
    digest = ""
    if held:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return OriginUsed(
        file.name if held else f"table {name}", OWN_FILE, name, None, None, None, "",
        (digest,) if digest else (),
    )  # fmt: skip
