"""BACI of CEPII: bilateral trade by HS code, one reconciled figure for both sides' reports.

The zip holds one file a year (`BACI_HS17_Y2022_V202401.csv`: t year, i exporter, j importer, k
code, v value in thousand USD, q quantity in tonnes) and lists of codes. Reconciling both reports
erases the difference between them: these figures may serve as a scale and never for a mirror gap.

Source: Gaulier and Zignago, "BACI: International Trade Database at the Product-Level", CEPII
Working Paper 2010-23. Values are FOB.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir

from umweg.errors import InputError
from umweg.sources.aside import Aside
from umweg.sources.batches import listed
from umweg.sources.cells import FIRST_YEAR, LAST_YEAR
from umweg.sources.opening import Head, members_of
from umweg.sources.source import ImportRequest, Source
from umweg.sources.trade.decimals import Note
from umweg.sources.trade.figures import Figures, import_figures
from umweg.sources.trade.judging import (
    Reasons,
    code_reasons,
    finite,
    judged,
    number,
    place_reasons,
    text,
    value_reasons,
    whole,
    with_code,
    with_place,
)
from umweg.sources.trade.places import M49_NO_COUNTRY, m49_to_alpha3
from umweg.sources.trade.text_rows import Layout, Read, Renamed, csv_rows, unpacked
from umweg.store import Manifest, Store
from umweg.store.bulk import Bulk, Text

LAYOUT = Layout(
    title="a file of BACI",
    wanted=("t", "i", "j", "k", "v", "q"),
    required=("t", "i", "j", "k", "v"),
    numbers=("v", "q"),
)
EDITIONS = {"92": "HS1992", "96": "HS1996", "02": "HS2002", "07": "HS2007", "12": "HS2012",
            "17": "HS2017", "22": "HS2022"}  # fmt: skip
_NAME = re.compile(r"BACI_HS(\d\d)(?:_Y(\d{4}))?_V(\d{4})(\d{2})", re.IGNORECASE)


def _edition(path: Path) -> tuple[str, str]:
    """The edition of the HS and the version of BACI, by a file's name and those of its members."""
    names = [n for n in (path.name, *members_of(path)) if _NAME.search(n)]
    matches = [m for n in names if (m := _NAME.search(n)) and m[1] in EDITIONS]
    found = {(m[1], f"{m[3]}{m[4]}") for m in matches}
    if not found:
        raise InputError(
            "the edition of the HS is not told by the file's name",
            where=str(path),
            allowed="a name such as BACI_HS17_V202401.zip or BACI_HS17_Y2022_V202401.csv",
            next_step="give the file back the name under which CEPII publishes it",
        )
    if len(found) > 1:
        raise InputError(
            "the names say different editions or versions of BACI; nothing was stored",
            where=f"{path}: {listed(names)}",
            allowed="one edition and one version in all names",
            next_step="download it again; give an archive back the name of its files",
        )
    ((edition, version),) = found
    today = f"{date.today():%Y%m}"  # noqa: DTZ011 - the user's own calendar day
    if not "01" <= version[4:] <= "12" or version > today:
        raise InputError(
            f"the version {version} of the file's name is no month until today",
            where=str(path),
            allowed="V and the month of publication, such as V202401",
            next_step="give the file back the name under which CEPII publishes it",
        )
    return edition, version


def _judge(edition: str) -> Figures:
    vintage = EDITIONS[edition]

    def judge(rows: ir.Table) -> ir.Table:
        """Steps: rows of BACI as figures, each kept or with the reason why not."""
        rows = rows.mutate(
            **{f"t_{n}": text(rows, n) for n in LAYOUT.wanted},
            **{f"n_{n}": finite(number(rows, n)) for n in ("t", "i", "j", "v", "q")},
        )
        year = whole(rows.n_t)
        rows = rows.mutate(
            flow=ibis.literal("X"),
            freq=ibis.literal("A"),
            period=ibis.cases(
                (year.between(FIRST_YEAR, LAST_YEAR), year.cast("string")),
                else_=ibis.null("string"),
            ),
            nomenclature=ibis.literal(vintage),
            code=rows.t_k.lpad(6, "0"),  # some versions were written as numbers
            value_reported=rows.n_v * 1000,
            currency=ibis.literal("USD"),
            basis=ibis.literal("FOB"),
            net_weight_kg=ibis.cases((rows.n_q > 0, rows.n_q * 1000), else_=ibis.null("float64")),
            quantity=ibis.null("float64"),
            quantity_unit=ibis.null("string"),
            part=ibis.literal(""),
            w_i=whole(rows.n_i),
            w_j=whole(rows.n_j),
        )
        for side, code in (("reporter", "w_i"), ("partner", "w_j")):
            rows = with_place(rows, rows[code], side, m49_to_alpha3(), M49_NO_COUNTRY)
        rows = with_code(rows, hs_only=True)
        rows = rows.mutate(code_not_checked=rows.code_known.isnull())
        reasons: Reasons = [
            (rows.period.isnull(), "bad-period", "year '" + rows.t_t[:80] + "'; allowed: YYYY"),
            (year < int(vintage[2:]), "period-before-edition",
             "year " + rows.t_t[:80] + f": BACI states trade in {vintage} from its year on; the "
             "name of the file may be another's"),
            *place_reasons(rows, "reporter", rows.t_i[:80], ibis.literal("")),
            *place_reasons(rows, "partner", rows.t_j[:80], ibis.literal("")),
            (rows.reporter == rows.partner, "reporter-is-partner",
             "exporter and importer are both " + rows.reporter),
            *code_reasons(rows),
            *value_reasons(rows, rows.t_v),
        ]  # fmt: skip
        return judged(rows, reasons, LAYOUT.wanted)

    return Figures(
        source=SOURCE,
        parser="baci/1",
        wanted=LAYOUT.wanted,
        judge=judge,
        alarms={"code-not-checked": "codes of an edition of the HS before 2012, of which no list "
                "is held"},
        reconciled=True,
        covers=False,
        derivation="thousand USD to USD, tonnes to kg; country codes mapped; reconciled by CEPII "
        "from the reports of exporter and importer",
    )  # fmt: skip


def _of_year(shown: Path) -> Renamed:
    """Refuses a file whose first row is of another year than its name."""
    said = next((m[2] for m in _NAME.finditer(shown.name) if m[2]), None)

    def names_of(names: list[str], row: list[str]) -> tuple[list[str], None]:
        year = dict(zip(names, row, strict=False)).get("t", "").strip()
        if said and year and year != said:
            raise InputError(
                f"the name says the year {said}, the first row {year}; nothing was stored",
                where=str(shown),
                allowed="the year of the name in all rows",
                next_step="download it again",
            )
        return names, None

    return names_of


def _read(bulk: Bulk, path: Path, n: int, first: int, aside: Aside) -> Read:
    members = [m for m in members_of(path) if _NAME.search(Path(m).name)
               and Path(m).name.lower().endswith(".csv")]  # fmt: skip
    if members_of(path) and not members:
        raise InputError(
            "the archive holds no file of BACI",
            where=str(path),
            allowed="BACI_HSxx_Yyyyy_Vyyyymm.csv",
            next_step="download it again",
        )
    texts: list[Text] = []
    notes: list[Note] = []
    rows = rejected = 0
    chosen: list[str | None] = [*members] or [None]
    for member in chosen:
        plain = unpacked(path, bulk, member)
        shown = Path(f"{path}:{member}") if member else path
        found = csv_rows(
            bulk, plain, LAYOUT, aside, shown=shown, file=n, first=first + rows,
            renamed=_of_year(shown),
        )  # fmt: skip
        texts += found.texts
        notes += found.notes
        rows += found.rows
        rejected += found.rejected
        if member:
            plain.unlink()
    return Read(tuple(texts), rejected, rows, tuple(notes))


def recognises(head: Head) -> bool:
    """Whether the beginning of a file is BACI's."""
    if any(_NAME.search(m) for m in head.members):
        return True
    line = head.text.partition("\n")[0].replace('"', "").strip().lower().replace(" ", "")
    return line in ("t,i,j,k,v,q", "t,k,i,j,v,q", "i,j,k,t,v,q") and bool(
        _NAME.search(head.path.name)
    )


SOURCE = Source(
    name="baci",
    holds="flows",
    title="BACI, reconciled bilateral trade by HS code",
    publisher="CEPII",
    importer="umweg.sources.trade.baci:import_baci",
    recognises=recognises,
    url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    licence="BACI: Etalab open licence 2.0, attribution",
    hosts=("www.cepii.fr",),
)


def import_baci(request: ImportRequest, store: Store) -> Manifest:
    """Import the zip of BACI, or single years of it.

    Raises:
        InputError: see `import_figures`; files of several editions or versions at once.
    """
    found = {_edition(p) for p in request.files}
    if len(found) > 1:
        raise InputError(
            "files of several editions or versions of BACI cannot be one import",
            where=", ".join(str(p) for p in request.files),
            next_step="import each with its own --dataset",
        )
    ((edition, version),) = found
    dataset = f"hs{edition}" if request.dataset == SOURCE.name else request.dataset
    published = request.published_on or f"{version[:4]}-{version[4:]}-01"
    asked = replace(request, dataset=dataset, published_on=published)
    return import_figures(asked, store, _judge(edition), _read)
