"""From a user's files to the panel of the detector: named query steps, then dense arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from umweg.errors import InputError
from umweg.flows.code_units import Code, Units, code_units
from umweg.flows.file_tables import Good, Tables
from umweg.flows.panel import Amounts, Ints, Panel
from umweg.flows.reporting import Reporting, fill_gaps
from umweg.flows.row_checks import months_of
from umweg.flows.stats import Flags
from umweg.flows.weights import weighed_rows
from umweg.store.engine import Engine

LEGS = (
    "sent", "direct", "arrived", "onward", "supply", "to_transit", "other_in", "arrived_target",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FilePanel:
    """A panel, and how it was made.

    Attributes:
        panel: The arrays.
        goods: The restricted goods of each unit, newest edition first.
        units: How codes were joined.
        reporting: Who published what.
        aside: Rows that were not used, by reason.
        imputed: Exporters of the coalition whose missing months were filled.
        mirrored: Exporters and places whose flows come from the other side's report.
        created: Units of which nobody reported anything before their edition began.
        yearly: Whether the figures are by year, each spread over its twelve months.
        weights: Kilograms of the restricted units, see `weights.weighed_rows`.
    """

    panel: Panel
    goods: Mapping[int, tuple[Good, ...]]
    units: Units
    reporting: Reporting
    aside: Mapping[str, int]
    imputed: tuple[str, ...]
    mirrored: tuple[str, ...]
    created: Flags
    yearly: bool
    weights: pa.Table


def file_panel(tables: Tables, tau: float) -> FilePanel:
    """Read the panel of the files.

    Args:
        tables: The files, checked.
        tau: (CIF − FOB)/FOB, to bring an importer's report to the exporter's terms.
    """
    engine = tables.engine
    codes: list[Code] = [*tables.codes.values(), *((g.edition, g.code) for g in tables.goods)]
    units = code_units(codes, tables.concordance)
    months = _months(*tables.span)
    reporting = Reporting.of(tables.counts, months)
    roles = tables.roles
    by_role = {r: tuple(c for c, role in roles.items() if role == r) for r in set(roles.values())}
    places = (*by_role["transit"], *by_role.get("neutral", ()))
    target = by_role["target"][0]
    rows = _placed(tables, places, units, months, reporting)
    unroled = _unroled(tables)
    shape = (len(places), len(units.members), len(months))
    arrays = _arrays(engine, rows, shape)
    coalition = by_role["coalition"]
    imputed = _fill_exporters(engine, rows, arrays, tables, reporting, shape)
    mirrored = _use_mirrors(engine, rows, arrays, tables, places, target, reporting, tau, shape)
    restricted, measure = _measures(tables, units, months)
    names = [_unit_name(m) for m in units.members]
    headings = sorted({n[:4] for n in names})
    where = {h: i for i, h in enumerate(headings)}
    share = reporting.share(coalition, "X")
    panel = Panel(
        target=target,
        places=places,
        transit=np.array([roles[p] == "transit" for p in places]),
        units=tuple(names),
        heading=np.array([where[n[:4]] for n in names], dtype=np.int64),
        restricted=restricted,
        measure=measure,
        months=months,
        sent=arrays["sent"],
        both_sent=arrays["both_sent"],
        both_arrived=arrays["both_arrived"],
        arrived=arrays["arrived"],
        onward=arrays["onward"],
        supply=arrays["supply"],
        other_in=arrays["other_in"],
        from_transit=arrays["from_transit"],
        to_transit=arrays["to_transit"],
        direct=arrays["direct"][0],
        publishes_exports=_exports_known(places, mirrored, target, reporting),
        publishes_imports=np.array([reporting.months(p, "M") for p in places]),
        sent_known=share >= 0.5,
    )
    aside = {**tables.aside, **unroled}
    return FilePanel(
        panel, _goods_of(tables.goods, units), units, reporting,
        {k: v for k, v in aside.items() if v}, imputed, mirrored,
        _created(panel, units, tables), tables.yearly,
        weighed_rows(engine, rows, np.flatnonzero(restricted), LEGS),
    )  # fmt: skip


def _months(first: str, last: str) -> tuple[str, ...]:
    a, b = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first, last))
    return tuple(f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(a, b + 1))


def _unit_name(members: tuple[Code, ...]) -> str:
    """A unit is called by its code of the newest edition."""
    newest = max(e for e, _ in members)
    return min(c for e, c in members if e == newest)


def _goods_of(goods: tuple[Good, ...], units: Units) -> dict[int, tuple[Good, ...]]:
    """The restricted goods of every unit; of a code in two editions only the newer one."""
    found: dict[int, list[Good]] = {}
    for g in sorted((g for g in goods if g.restricted_from), key=lambda g: (g.edition, g.code)):
        found.setdefault(units.of[g.edition, g.code], []).append(g)
    out: dict[int, tuple[Good, ...]] = {}
    for unit, members in found.items():
        newest = max(g.edition for g in members)
        out[unit] = tuple(g for g in members if g.edition == newest)
    return out


def _measures(tables: Tables, units: Units, months: tuple[str, ...]) -> tuple[Flags, Ints]:
    """Whether a unit holds restricted goods, and the month index of its first measure."""
    restricted = np.zeros(len(units.members), bool)
    measure = np.full(len(units.members), -1, dtype=np.int64)
    base = int(months[0][:4]) * 12 + int(months[0][5:]) - 1
    for g in tables.goods:
        if g.restricted_from:
            unit = units.of[g.edition, g.code]
            at = int(g.restricted_from[:4]) * 12 + int(g.restricted_from[5:]) - 1 - base
            # A measure before the panel begins stays below 0: there is no time before it.
            measure[unit] = at if not restricted[unit] else min(at, int(measure[unit]))
            restricted[unit] = True
    return restricted, measure


def _placed(
    tables: Tables,
    places: tuple[str, ...],
    units: Units,
    months: tuple[str, ...],
    reporting: Reporting,
) -> ir.Table:
    """Step: give every row its leg, place, unit and month; drop what no leg has."""
    roles, words = tables.roles, tables.words
    index = {p: i for i, p in enumerate(places)}
    numbers = {c: i for i, c in enumerate(roles)}

    def countries(column: str) -> ir.Table:
        held = [(raw, name) for raw, name in words[column].items() if name in roles]
        return ibis.memtable(
            pa.table(
                {
                    column: pa.array([raw for raw, _ in held], pa.string()),
                    f"{column}_role": pa.array([roles[n] for _, n in held], pa.string()),
                    f"{column}_at": pa.array([index.get(n, -1) for _, n in held], pa.int32()),
                    f"{column}_number": pa.array([numbers[n] for _, n in held], pa.int32()),
                }
            )
        )

    codes = pa.table(
        {
            "nomenclature": pa.array([n for n, _ in tables.codes], pa.string()),
            "code": pa.array([c for _, c in tables.codes], pa.string()),
            "unit": pa.array([units.of[c] for c in tables.codes.values()], pa.int32()),
        }
    )
    at = {m: i for i, m in enumerate(months)}
    spread = [(text, at[m]) for text, p in words["period"].items() for m in months_of(p)]
    periods = pa.table(
        {
            "period": pa.array([text for text, _ in spread], pa.string()),
            "at": pa.array([t for _, t in spread], pa.int32()),
        }
    )
    part = 1.0 / (len(spread) / max(len(words["period"]), 1))
    flows = pa.table(
        {
            "flow": pa.array(list(words["flow"]), pa.string()),
            "way": pa.array(list(words["flow"].values()), pa.string()),
        }
    )
    r = (
        tables.flows.filter(tables.flows.usd.notnull())
        .inner_join(ibis.memtable(periods), "period")
        .inner_join(ibis.memtable(flows), "flow")
        .inner_join(countries("reporter"), "reporter")
        .inner_join(countries("partner"), "partner")
        .inner_join(ibis.memtable(codes), ["nomenclature", "code"])
    )
    exports = r.way == "X"
    by_place = r.reporter_at >= 0
    leg = ibis.cases(
        (exports & (r.reporter_role == "coalition") & (r.partner_at >= 0), _leg("sent")),
        (exports & (r.reporter_role == "coalition") & (r.partner_role == "target"), _leg("direct")),
        (~exports & by_place & (r.partner_role == "coalition"), _leg("arrived")),
        (~exports & by_place & (r.partner_at >= 0), _leg("other_in")),
        (exports & by_place & (r.partner_role == "target"), _leg("onward")),
        (exports & by_place & (r.partner_role == "transit"), _leg("to_transit")),
        (exports & by_place & (r.partner_role == "neutral"), _leg("supply")),
        (~exports & (r.reporter_role == "target") & (r.partner_at >= 0), _leg("arrived_target")),
        else_=ibis.literal(-1, "int32"),
    )
    # Whole numbers only from here on: they are what the arrays are filled from.
    placed = r.select(
        "at", "unit", "reporter_at", "reporter_number", "partner_at", "partner_number",
        usd=r.usd * part, kg=r.kg * part, leg=leg, exports=exports.cast("int32"),
    ).filter(lambda t: t.leg >= 0)  # fmt: skip
    there = placed.leg.isin([LEGS.index("sent"), LEGS.index("arrived_target")])
    place = ibis.cases(
        (there, placed.partner_at),
        (placed.leg == LEGS.index("direct"), ibis.literal(0, "int32")),
        else_=placed.reporter_at,
    )
    # Whether the other side published its account of the month: only then a gap can be told.
    other = ibis.memtable(reporting.table(numbers))
    joined = placed.mutate(place=place).left_join(
        other,
        [
            placed.partner_number == other.country,
            placed.at == other.month,
            placed.exports == other.exports_mirrored,
        ],
    )
    return joined.mutate(both=joined.country.notnull())


def _leg(name: str) -> ir.IntegerScalar:
    return ibis.literal(LEGS.index(name), "int32")


def _of_leg(rows: ir.Table, *names: str) -> ir.Table:
    return rows.filter(rows.leg.isin([LEGS.index(n) for n in names]))


def _sums(rows: ir.Table) -> ir.Table:
    """Step: sums by leg, place, unit and month."""
    return rows.group_by("leg", "place", "unit", "at").agg(
        usd=rows.usd.sum(), both=ibis.cases((rows.both, rows.usd), else_=0.0).sum()
    )


def _scatter(table: pa.Table, shape: tuple[int, int, int], column: str) -> Amounts:
    out = np.zeros(shape, np.float32)
    at = tuple(table[n].to_numpy() for n in ("place", "unit", "at"))
    out[at] = table[column].to_numpy()
    return out


def _part(table: pa.Table, leg: str) -> pa.Table:
    return table.filter(pc.equal(table["leg"], LEGS.index(leg)))


def _arrays(engine: Engine, rows: ir.Table, shape: tuple[int, int, int]) -> dict[str, Amounts]:
    sums = engine.execute(_sums(rows), "sums by leg, place, unit and month")
    found: dict[str, Amounts] = {}
    for leg in LEGS:
        part = _part(sums, leg)
        found[leg] = _scatter(part, shape if leg != "direct" else (1, *shape[1:]), "usd")
        if leg in ("sent", "arrived"):
            found[f"both_{leg}"] = _scatter(part, shape, "both")
    # What goes from one transit country to another arrives at the other one.
    middle = _of_leg(rows, "to_transit")
    arriving = middle.group_by("unit", "at", place=middle.partner_at).agg(usd=middle.usd.sum())
    found["from_transit"] = _scatter(
        engine.execute(arriving, "sums between transit countries"), shape, "usd"
    )
    return found


def _fill_exporters(
    engine: Engine, rows: ir.Table, arrays: dict[str, Amounts], tables: Tables,
    reporting: Reporting, shape: tuple[int, int, int],
) -> tuple[str, ...]:  # fmt: skip
    """Fill the months that an exporter missed with its neighbouring months, cell by cell."""
    numbers = {c: i for i, c in enumerate(tables.roles)}
    holes: dict[str, Flags] = {}
    for c, role in tables.roles.items():
        known = reporting.months(c, "X")
        if role == "coalition" and known.any() and not known.all():
            holes[c] = known
    if not holes:
        return ()
    own = _of_leg(rows, "sent", "direct")
    own = own.filter(own.reporter_number.isin([numbers[c] for c in holes]))
    table = engine.execute(
        own.group_by("reporter_number", "leg", "place", "unit", "at").agg(usd=own.usd.sum()),
        "exports of those who missed months",
    )
    for exporter, known in holes.items():
        part = table.filter(pc.equal(table["reporter_number"], numbers[exporter]))
        for leg in ("sent", "direct"):
            size = shape if leg == "sent" else (1, *shape[1:])
            usd = _scatter(_part(part, leg), size, "usd")
            arrays[leg] += fill_gaps(usd, known) - usd
    return tuple(holes)


def _use_mirrors(
    engine: Engine, rows: ir.Table, arrays: dict[str, Amounts], tables: Tables,
    places: tuple[str, ...], target: str, reporting: Reporting, tau: float,
    shape: tuple[int, int, int],
) -> tuple[str, ...]:  # fmt: skip
    """Where one side never publishes, take the other side's account, brought to FOB."""
    done: list[str] = []
    for number, (exporter, role) in enumerate(tables.roles.items()):
        if role == "coalition" and not reporting.months(exporter, "X").any():
            theirs = _of_leg(rows, "arrived")
            theirs = theirs.filter(theirs.partner_number == number)
            table = engine.execute(
                theirs.group_by("place", "unit", "at").agg(usd=theirs.usd.sum()),
                f"imports from {exporter}, which publishes no exports",
            )
            if table.num_rows:
                arrays["sent"] += _scatter(table, shape, "usd") / np.float32(1 + tau)
                done.append(exporter)
    for i, place in enumerate(places):
        if not reporting.months(place, "X").any() and reporting.months(target, "M").any():
            arrays["onward"][i] = arrays["arrived_target"][i] / np.float32(1 + tau)
            done.append(place)
    return tuple(done)


def _exports_known(
    places: tuple[str, ...], mirrored: tuple[str, ...], target: str, reporting: Reporting
) -> Flags:
    return np.array(
        [
            reporting.months(target, "M") if p in mirrored else reporting.months(p, "X")
            for p in places
        ]
    )


def _unroled(tables: Tables) -> dict[str, int]:
    """Rows of countries that have no role: they belong to no leg."""
    lost = {
        column: [raw for raw, name in tables.words[column].items() if name not in tables.roles]
        for column in ("reporter", "partner")
    }
    if not any(lost.values()):
        return {}
    f = tables.flows
    n = tables.engine.execute(
        f.agg(n=(f.reporter.isin(lost["reporter"]) | f.partner.isin(lost["partner"])).sum()),
        "rows without a role",
    )["n"][0].as_py()
    return {"rows of countries without a role": int(n or 0)}


def _created(panel: Panel, units: Units, tables: Tables) -> Flags:
    """Units that nobody reported before the edition of all their codes began."""
    begun = _begun(panel, tables)
    out = np.zeros(len(units.members), bool)
    total = panel.sent.sum(axis=0) + panel.onward.sum(axis=0) + panel.supply.sum(axis=0)
    total += panel.direct + panel.arrived.sum(axis=0)
    for i, members in enumerate(units.members):
        start = min(begun.get(e, 0) for e, _ in members)
        out[i] = start > 0 and total[i].any() and not total[i, :start].any()
    return out


def _begun(panel: Panel, tables: Tables) -> dict[str, int]:
    """The month in which each edition began, by the figures."""
    first = {e: m if "-" in m else f"{m}-01" for e, m in tables.begun.items()}
    return {e: sum(t < m for t in panel.months) for e, m in first.items()}


def require_months(panel: Panel) -> None:
    """A panel of one month holds no change."""
    if len(panel.months) < 2:
        raise InputError("the figures span one month", allowed="months before and after a measure")
