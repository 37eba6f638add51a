"""Write the example order book, its expected decisions and the invented goods list.

Every firm is invented; codes and countries are real. The expected decision of each line follows
from the points of the packaged policy and from the lists, by the arithmetic in its comment, not
from a run of the program.

    python scripts/build_example_orders.py
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
HEADER = (
    "Auftrag", "Pos", "Belegdatum", "Warennummer", "Materialkurztext", "Menge", "ME",
    "Rechnungswert", "Währung", "Nettogewicht (kg)", "Warenempfänger", "Anschrift",
    "Bestimmungsland", "Spediteur", "Lieferbedingung", "Vertragsdatum", "No-Russia-Klausel",
    "AL-Nummer", "Gegründet",
)  # fmt: skip

ASIDE = "set-aside"
CLEAR, REVIEW, ALERT, UNKNOWN = "clear", "review", "alert", "cannot-tell"


class Line(NamedTuple):
    """A row of the order book and what is expected of it."""

    packaged: str
    with_list: str
    comment: str
    code: str = "48191000"
    country: str = "Frankreich"
    firm: str = "Boulonnerie du Nord SARL"
    text: str = "Faltschachteln"
    day: str = "02.03.2026"
    value: str = "1.250,00"
    quantity: str = "500"
    unit: str = "ST"
    address: str = "12 rue des Forges"
    forwarder: str = "Kühn & Söhne Spedition"
    term: str = "CPT"
    contract: str = ""
    clause: str = ""
    control: str = ""
    founded: str = ""
    raw: str | None = None


HOME = "the country applies the measures itself: no reason, no code needed"
_NEAR = (
    ("Frankreich", "Boulonnerie du Nord SARL"), ("Polen", "Zakład Opakowań Wisła Sp. z o.o."),
    ("AT", "Grubenbauer Werkzeuge GmbH"), ("Italien", "Officine Bellarosa S.r.l."),
    ("CZ", "Strojírna Křemen s.r.o."), ("Niederlande", "Van der Meulebeek Pompen B.V."),
    ("SWE", "Norrfjärden Teknik AB"), ("Großbritannien", "Harrowdale Fittings Ltd"),
    ("USA", "Lakemont Controls Inc."), ("Schweiz", "Räbli Präzision AG"),
    ("Japan", "Hoshikawa Seiki K.K."), ("Norwegen", "Fjellvik Maskin AS"),
)  # fmt: skip
_GOODS = (
    ("48191000", "Faltschachteln"), ("73181588", "Sechskantschrauben"),
    ("39233010", "Flaschen aus Kunststoff"), ("84821010", "Kugellager"),
    ("85366990", "Steckverbinder"), ("84213920", "Luftfilter"), ("09012100", "Röstkaffee"),
    ("85423190", "Mikrocontroller"), ("73269098", "Halterungen"), ("84818099", "Ventile"),
)  # fmt: skip


def near() -> Iterator[Line]:
    """Everyday business within the coalition."""
    for n in range(128):
        country, firm = _NEAR[n % len(_NEAR)]
        code, text = _GOODS[n % len(_GOODS)]
        yield Line(
            CLEAR, CLEAR, HOME, code, country, firm, text,
            day=f"{n % 28 + 1:02d}.{n % 5 + 2:02d}.2026",
            value=f"{(n * 37) % 90 + 1}.{(n * 53) % 900 + 100},{n % 100:02d}",
            quantity=str((n * 7) % 400 + 1), address="Industriestraße 4",
        )  # fmt: skip


REACH = (
    "on no held list, and the dated lists end on 2023-06-24: cannot-tell; the invented list covers "
    "the day and does not have the code: clear"
)


def far() -> Iterator[Line]:
    """Unlisted goods to third countries."""
    unnamed = (
        ("Marokko", "Atlas Emballage SARL"), ("Vietnam", "Sông Đáy Trading Co."),
        ("Chile", "Comercial Andina Norte SpA"), ("Ägypten", "Nile Delta Packaging"),
        ("MYS", "Seri Kencana Sdn Bhd"), ("Kolumbien", "Ferretería El Páramo SAS"),
    )  # fmt: skip
    named = (
        ("Türkei", "Anadolu Ambalaj A.Ş."), ("VAE", "Al Rumaila General Trading"),
        ("China", "Qingshan Packaging Co."), ("Indien", "Deccan Closures Pvt Ltd"),
    )  # fmt: skip
    union = (("Kasachstan", "TOO Zhetysu Kaptama"), ("Armenien", "Ararat Pak LLC"))
    codes = (("48191000", "Faltschachteln"), ("73181588", "Schrauben"), ("09012100", "Röstkaffee"))
    for n in range(24):
        country, firm = unnamed[n % len(unnamed)]
        code, text = codes[n % len(codes)]
        yield Line(
            UNKNOWN, CLEAR, REACH, code, country, firm, text, day=f"{n + 1:02d}.04.2026",
            value=f"{n + 2}.480,00", address="PO 11, Zone 3",
        )  # fmt: skip
    for n in range(12):
        country, firm = named[n % len(named)]
        code, text = codes[n % len(codes)]
        yield Line(
            UNKNOWN, CLEAR, f"transit country 15 < 30; {REACH}", code, country, firm, text,
            day=f"{n + 1:02d}.05.2026",
        )  # fmt: skip
    for n in range(4):
        country, firm = union[n % len(union)]
        yield Line(
            UNKNOWN, CLEAR, f"transit 15 + customs union 10 = 25 < 30; {REACH}", "48191000",
            country, firm, day=f"{n + 5:02d}.05.2026",
        )  # fmt: skip


def restricted() -> Iterator[Line]:
    """Restricted goods to third countries."""
    chip = {
        "code": "85423190", "text": "Mikrocontroller", "value": "18.400,00", "quantity": "2000",
    }  # fmt: skip
    three = "priority tier 1 25 + Annex XXIII 15 + customs union 10 + transit 15 + clause? 10 = 75"
    for n in range(3):
        yield Line(
            REVIEW, REVIEW, three, country="Kasachstan", firm="TOO Sary-Arka Elektronika",
            day=f"{n + 9:02d}.03.2026", **chip,
        )  # fmt: skip
    yield Line(
        ALERT, ALERT,
        "tier 1 25 + Annex XXIII 15 + transit 15 + clause missing 40 + founded after 30 + "
        "forwarder as consignee 20 + office 10 = 155 >= 100",
        country="VAE", firm="Desert Falcon Logistics FZE", address="Business Center, Office 1204",
        clause="nein", founded="14.09.2022", **chip,
    )  # fmt: skip
    for n in range(3):
        yield Line(
            REVIEW, REVIEW, "tier 3.B 20 + Annex XXIII 15 + transit 15 + clause? 10 = 60",
            "84821010", "Türkei", "Marmara Rulman Ltd. Şti.", "Kugellager", f"{n + 3:02d}.03.2026",
        )  # fmt: skip
    yield Line(
        REVIEW, REVIEW, "tier 3.A 20 + lists of texts 5 + clause? 10 = 35", "85366990", "Marokko",
        "Rif Connectique SARL", "Steckverbinder",
    )  # fmt: skip
    yield Line(
        UNKNOWN, CLEAR,
        "tier 3.A 20 + lists of texts 5 + clause present 0 = 25 < 30; no dated ban found: as above",
        "85366990", "Marokko", "Rif Connectique SARL", "Steckverbinder", clause="ja",
    )  # fmt: skip
    yield Line(
        REVIEW, REVIEW, "Annexes X and XXIII 15 + transit 15 = 30", "84213920", "Usbekistan",
        "Chirchiq Filtr MChJ", "Luftfilter",
    )  # fmt: skip
    yield Line(
        REVIEW, REVIEW, "four digits, restricted subheadings within 30 + transit 15 = 45", "8542",
        "China", "Shenlan Components Ltd", "Integrierte Schaltungen",
    )  # fmt: skip
    yield Line(
        REVIEW, REVIEW, "tier 1 25 + Annex XXIII 15 + transit 15 + clause? 10 = 65", "8542.31",
        "Serbien", "Dunavska Automatika d.o.o.", "Prozessoren",
    )  # fmt: skip
    yield Line(
        REVIEW, REVIEW, "dual-use number on the line 30", "39233010", "Chile",
        "Comercial Andina Norte SpA", "Behälter", control="2B350",
    )  # fmt: skip
    for n in range(4):
        yield Line(
            UNKNOWN, REVIEW,
            "on no held list, 15 < 30: cannot-tell; on the invented list 15 + transit 15 = 30",
            "48201090", "Türkei", "Anadolu Matbaa A.Ş.", "Auftragsbücher",
            f"{n + 11:02d}.05.2026",
        )  # fmt: skip


def targets() -> Iterator[Line]:
    """Goods to a target."""
    firm = "OOO Severnaya Posuda"
    yield Line(
        REVIEW, REVIEW, "destination is a target 40", "09012100", "Russland", firm, "Röstkaffee",
    )  # fmt: skip
    yield Line(
        ALERT, ALERT,
        "Annexes X and XXIII with a bound as first day 60 + target 40 = 100, lists of texts on top",
        "84213920", "Russland", firm, "Luftfilter",
    )  # fmt: skip
    yield Line(
        REVIEW, REVIEW, "luxury above EUR 300 per item; 90,00 / 2 = EUR 45: 0 + target 40",
        "33030010", "Russische Föderation", firm, "Parfum", value="90,00", quantity="2",
    )  # fmt: skip
    yield Line(
        ALERT, ALERT, "occupied territory 100", "48191000", "Krim", "OOO Yuzhny Bereg",
    )  # fmt: skip
    yield Line(
        REVIEW, REVIEW,
        "target 40; with the list also a wind-down without a contract date 40 = 80: it asks",
        "48209000", "Russland", firm, "Formularsätze",
    )  # fmt: skip
    yield Line(
        REVIEW, REVIEW, "target 40; with the list wind-down for an old contract 40 = 80",
        "48209000", "Russland", firm, "Formularsätze", contract="15.01.2026",
    )  # fmt: skip
    yield Line(
        REVIEW, ALERT, "target 40; with the list prohibited 100: the contract is not old enough",
        "48209000", "Russland", firm, "Formularsätze", contract="10.02.2026",
    )  # fmt: skip


def dirt() -> Iterator[Line]:
    """What real files hold."""
    for code, what in (
        ("9012100", "a lost zero is put back"), ("0901 21 00", "spaces"), ("0901.21.00", "dots"),
        ("0901210000", "ten digits are cut to eight"), ("48191000,0", "a number typed as a float"),
    ):  # fmt: skip
        yield Line(CLEAR, CLEAR, f"{what}; {HOME}", code, text="Muster")
    yield Line(CLEAR, CLEAR, f"46082 is 2026-03-01; {HOME}", day="46082")
    yield Line(CLEAR, CLEAR, f"no code; {HOME}", code="", text="Muster ohne Nummer")
    chile = {"country": "Chile", "firm": "Comercial Andina Norte SpA"}
    yield Line(UNKNOWN, UNKNOWN, "no code, third country", code="", text="Ersatzteile", **chile)
    yield Line(UNKNOWN, UNKNOWN, "seven digits, no code with a zero", code="4819100", **chile)
    yield Line(UNKNOWN, UNKNOWN, "digits lost in scientific notation", code="4,82E+07", **chile)
    yield Line(UNKNOWN, UNKNOWN, "no day of the calendar", day="31.02.2026", **chile)
    yield Line(UNKNOWN, UNKNOWN, "no such country", country="Mittelerde", firm="Gondor Handel")
    yield Line(UNKNOWN, UNKNOWN, "no country", country="", firm="Gondor Handel")


def aside() -> Iterator[Line]:
    """Rows that are no lines."""
    yield Line(ASIDE, ASIDE, "subtotal-row", raw=";;;;Zwischensumme;;;45.120,50;EUR" + ";" * 10)
    yield Line(ASIDE, ASIDE, "empty-row", raw="")
    yield Line(ASIDE, ASIDE, "repeated-header", raw=";".join(HEADER))
    yield Line(ASIDE, ASIDE, "ragged-row", raw="99;10;02.03.2026;48191000;Schachteln; halb")
    yield Line(ASIDE, ASIDE, "duplicate-row", raw="again")
    yield Line(ASIDE, ASIDE, "subtotal-row", raw=";;;;Gesamtsumme;;;1.204.551,00;EUR" + ";" * 10)


def fields(number: int, line: Line) -> list[str]:
    return [
        str(4_500_000 + number // 3), str(10 * (number % 3 + 1)), line.day, line.code, line.text,
        line.quantity, line.unit, line.value, "EUR", f"{number % 90 + 1},500", line.firm,
        line.address, line.country, line.forwarder, line.term, line.contract, line.clause,
        line.control, line.founded,
    ]  # fmt: skip


def mixed() -> list[Line]:
    """The lines as a month's business mixes them: the rare ones among the many."""
    many = list(near())
    rare = [*far(), *restricted(), *targets(), *dirt()]
    rows: list[Line] = []
    while many or rare:
        rows += [many.pop(0) for _ in range(2) if many]
        rows += [rare.pop(0)] if rare else []
    stray = list(aside())
    for n, line in enumerate(stray[:-1]):
        rows.insert(30 * (n + 1), line)
    return [*rows, stray[-1]]


def main() -> None:
    rows = mixed()
    texts, expected = [";".join(HEADER)], []
    for number, line in enumerate(rows):
        text = ";".join(fields(number, line)) if line.raw is None else line.raw
        if line.raw == "again":
            text = texts[-1]
        texts.append(text)
        expected.append((number + 2, line.packaged, line.with_list, line.comment))
    # A file of a German ERP of today's kind: cp1252, which has no ş, ĝ or Đ.
    body = "\r\n".join(texts) + "\r\n"
    (EXAMPLES / "orders_de.csv").write_bytes(body.encode("cp1252", errors="replace"))
    with (EXAMPLES / "orders_de.expected.csv").open("w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(("row", "packaged_lists", "with_invented_list", "comment"))
        out.writerows(expected)
    (EXAMPLES / "invented_list.csv").write_text(
        "code,from,wind_down_until,provision,description\n"
        "482010,2026-02-01,,invented Art. 1,invented: order books\n"
        "482090,2026-02-01,2026-05-01,invented Art. 1,invented: other forms\n",
        encoding="utf-8",
    )
    print(f"{len(rows)} rows, {sum(r.packaged != ASIDE for r in rows)} lines")


if __name__ == "__main__":
    main()
