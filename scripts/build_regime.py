"""Derive the bulk fact files of the regime from the collected tables.

    python scripts/build_regime.py [DIRECTORY]

DIRECTORY is a folder that holds `regime/` (default: `UMWEG_RAW`, else `../shared/data`). Written
are the code lists, the timeline, the roles of countries, the red flags, the annex index and the
legal acts. Programmes, measures, reach, targets and questions are written by hand beside them.
"""

from __future__ import annotations

import csv
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "src" / "umweg" / "regime" / "data"

Row = dict[str, str]

# The list of each provision of Regulation (EU) No 833/2014, by the annex that holds its goods.
LISTS = {
    ("Art. 2", "dual_use"): "eu-833-dual-use",
    ("Art. 2a", "military_tech"): "eu-833-annex-vii",
    ("Art. 2aa", "firearms"): "eu-833-firearms",
    ("Art. 3", "oil_exploration"): "eu-833-annex-ii",
    ("Art. 3b", "oil_refining"): "eu-833-annex-x",
    ("Art. 3c", "aviation"): "eu-833-annex-xi",
    ("Art. 3h", "luxury"): "eu-833-annex-xviii",
    ("Art. 3k", "industrial_cap"): "eu-833-annex-xxiii",
}

# date_quality of the source table -> (date_quality, date_basis, date_confidence).
DATE_QUALITY = {
    "exact": ("exact", "source", "B"),
    "exact; source misprints 2016-12-22 for package 9": ("exact", "repaired", "C"),
    "lower bound: earliest date over the categories of this code": (
        "lower-bound",
        "earliest-over-categories",
        "B",
    ),
    "lower bound: the source gives the code's earliest date over categories; raised to the day "
    "its annex was created": ("lower-bound", "annex-created", "C"),
}

# Acts that no row of the timeline names, but that a fact cites.
EXTRA_EU_ACTS = {
    "2014/833": ("2014-07-31", "2014-08-01", "Reg. (EU) No 833/2014"),
    "2006/765": ("", "", "Reg. (EC) No 765/2006"),
    "2022/355": ("2022-03-02", "", "Reg. (EU) 2022/355"),
    "2014/692": ("2014-06-23", "", "Reg. (EU) No 692/2014"),
}

# Which regime an event of the timeline concerns; all others concern Russia.
EVENT_TARGETS = {
    "BY-2024": "BLR",
    "BIS-2022-03-02": "BLR",
    "BIS-2022-04-08": "RUS BLR",
    "BIS-2022-09-15": "RUS BLR",
    "BIS-2023-02-24": "RUS BLR",
    "BIS-2023-05-19": "RUS BLR",
    "BIS-2024-06-12": "RUS BLR",
    "JA1": "RUS BLR",
    "GE-CARS-2023": "RUS BLR",
}

ALERT = "FinCEN and BIS, joint alert FIN-2022-Alert003"
UNION = "customs union with the target (EAEU)"

# First day of each member in the Eurasian Economic Union (treaty of 29 May 2014 and accessions).
UNION_SINCE = {
    "RUS": "2015-01-01",
    "BLR": "2015-01-01",
    "KAZ": "2015-01-01",
    "ARM": "2015-01-02",
    "KGZ": "2015-08-12",
}
UNION_REFERENCE = "Treaty on the Eurasian Economic Union and accession treaties (general knowledge)"

# Package of the EU that named firms of a country -> (day in the timeline, part of the link).
FIRM_PACKAGES = {
    "10": ("2023-02-25", "level-legal"),
    "11": ("2023-06-23", "pledgetimes"),
    "13": ("2024-02-23", "daryo.uz"),
    "14": ("2024-06-24", "vlast.kz"),
    "15": ("2024-12-16", ""),
}


def raw_directory() -> Path:
    """The folder of raw files: first argument, `UMWEG_RAW`, or `../shared/data`."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    return Path(os.environ.get("UMWEG_RAW", ROOT.parent / "shared" / "data"))


# Working notes of the collection, put in words that a reader of the facts understands.
WORDS = (
    ("own knowledge, not re-read here", "general knowledge, not read again"),
    ("own knowledge of the document, not re-read", "general knowledge, not read again"),
    ("own knowledge", "general knowledge"),
    (" (file ids 61497399003, 54571951621)", ""),
    (" (code search)", ""),
    (" in code search", " in public repositories"),
    ("were not readable here", "could not be read"),
)


def read(path: Path) -> list[Row]:
    """All rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        for key, value in row.items():
            for old, new in WORDS:
                if old in value:
                    value = row[key] = value.replace(old, new)  # noqa: PLW2901
    return rows


def write(path: Path, columns: list[str], rows: Iterable[Row]) -> int:
    """Write a CSV file; columns that are empty in every row are left out."""
    rows = list(rows)
    kept = [c for c in columns if any(r.get(c) for r in rows)]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, kept, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def act_id(text: str) -> str:
    """The identifier of an act of the Union: `(EU) 2022/328` -> `eu-2022-328`."""
    found = re.search(r"(\d{4})/(\d+)", text)
    if found is None:
        raise SystemExit(f"no number of an act in {text!r}")
    return f"eu-{found[1]}-{int(found[2])}"


def letter(confidence: str) -> str:
    """The grade at the start of a confidence text."""
    grade = confidence.strip()[:1]
    if grade not in "ABCD":
        raise SystemExit(f"no confidence grade in {confidence!r}")
    return grade


# ---------------------------------------------------------------------------------------- lists


def goods_lists(raw: Path, out: Path) -> None:
    """The code lists of Regulation 833/2014, one file an annex."""
    by_list: dict[str, list[Row]] = defaultdict(list)
    for row in read(raw / "eu_833_goods.csv"):
        quality, basis, grade = DATE_QUALITY[row["date_quality"]]
        by_list[LISTS[row["provision"], row["category"]]].append(
            {
                "code": row["hs6"],
                "from": row["in_force_from"],
                "date_quality": quality,
                "date_basis": basis,
                # Elsewhere the date is inherited from another category of the same code.
                "wind_down_until": row["wind_down_until"] if quality == "exact" else "",
                "price_threshold_eur": row["price_threshold_eur"],
                "partial_code": "1" if row["partial_code"] == "1" else "",
                "instrument": act_id(row["amending_regulation"]),
                "code_confidence": letter(row["code_confidence"]),
                "date_confidence": grade,
            }
        )
    columns = list(next(iter(by_list.values()))[0])
    for name, rows in sorted(by_list.items()):
        rows.sort(key=lambda r: (r["code"], r["from"]))
        print(f"{name}: {write(out / 'lists' / f'{name}.csv', columns, rows)} rows")
    aside = [
        {
            "code": r["hs6"],
            "provision": r["provision"],
            "from": r["in_force_from"],
            "instrument": act_id(r["amending_regulation"]),
            "reason": "the code does not exist in HS2017",
        }
        for r in read(raw / "eu_833_goods_set_aside.csv")
    ]
    write(out / "set_aside.csv", ["code", "provision", "from", "instrument", "reason"], aside)


def shorten(text: str, length: int = 80) -> str:
    """The text, cut at a word and marked, if it is longer than `length`."""
    text = " ".join(text.split(";")[0].split())
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;(") + "…"


def cn8_list(raw: Path, out: Path) -> None:
    """The eight-digit codes of the consolidated text of 7 October 2022."""
    vintages = raw / "hs_concordance"
    hs2022 = {r["code"] for r in read(vintages / "hs2022_nomenclature.csv")}
    hs2017 = {r["code"] for r in read(vintages / "hs2017_nomenclature.csv")}
    rows = []
    for row in read(raw / "eu_833_cn8_20221007.csv"):
        # The act of October 2022 still names some codes of 2021: they went out with HS2022.
        old = row["hs6"] not in hs2022
        if old and row["hs6"] not in hs2017:
            raise SystemExit(f"{row['cn8']}: neither in HS2022 nor in HS2017")
        rows.append(
            {
                "code": row["cn8"],
                "nomenclature": "CN2021" if old else "",
                "code_confidence": "A" if row["in_first_list_hs2017"] == "1" else "B",
                "description": shorten(row["description"]),
            }
        )
    columns = ["code", "nomenclature", "code_confidence", "description"]
    name = "eu-833-cn8-20221007"
    print(f"{name}: {write(out / 'lists' / f'{name}.csv', columns, rows)} rows")


def common_high_priority(raw: Path, out: Path) -> None:
    """The Common High Priority List; a day that only bounds the first one says so."""
    rows = []
    for row in read(raw / "common_high_priority.csv"):
        exact = row["date_confidence"] == "A"
        version = "v0" if row["in_fincen_nine_2023_05"] == "1" else row["first_version"]
        rows.append(
            {
                "code": row["hs6"],
                "tier": row["tier"],
                "version": version,
                "from": row["date_first_listed"] if exact else row["listed_no_later_than"],
                "date_quality": "exact" if exact else "no-later-than",
                "date_basis": "source" if exact else "reconstruction",
                "partial_predecessor": "1" if row["hs_mapping"].startswith("partial") else "",
                "hs2017": row["hs2017"],
                "instrument": {
                    "2023-05-19": "us-ja2",
                    "2023-09-26": "e5-2023-09-26",
                    "2024-02-23": "us-bis-2024-02-23",
                }[row["listed_no_later_than"]],
                "code_confidence": row["list_confidence"],
                "date_confidence": row["date_confidence"],
                "description": row["description"],
            }
        )
    columns = [c for c in rows[0] if c not in ("partial_predecessor", "hs2017")]
    print(f"chpl: {write(out / 'lists' / 'chpl.csv', columns, rows)} rows")


# ------------------------------------------------------------------------- timeline and acts


def dated(text: str) -> tuple[str, str]:
    """(first possible day, precision) of a date that may be a month or a range."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text, "day"
    found = re.match(r"(\d{4})-(\d{2})", text)
    if found is None:
        raise SystemExit(f"no date in {text!r}")
    return f"{found[1]}-{found[2]}-01", "range" if " to " in text else "month"


def timeline(raw: Path, out: Path) -> list[Row]:
    """What was adopted when, by whom; one row an event."""
    events = []
    for row in read(raw / "measures_timeline.csv"):
        adopted, _ = dated(row["adopted"])
        in_force, precision = dated(row["in_force"])
        numbers = re.findall(r"\d{4}/\d+", row["instrument"])
        own = row["id"].lower()
        prefix = row["jurisdiction"].lower() + "-"
        slug = own if own.startswith(prefix) else prefix + own
        acts = [act_id(n) for n in numbers] if row["jurisdiction"] == "EU" and numbers else []
        if not acts:
            acts = [slug]
        events.append(
            {
                "id": slug,
                "issuer": row["jurisdiction"],
                "package": row["id"] if re.fullmatch(r"\d+a?", row["id"]) else "",
                "targets": EVENT_TARGETS.get(row["id"], "RUS"),
                "adopted": adopted,
                "in_force": in_force,
                "precision": precision,
                "date_text": row["in_force"] if precision != "day" else "",
                "instruments": " ".join(acts),
                "title": row["instrument"],
                "what": row["what"],
                "confidence": row["confidence"],
                "number_seen": {"yes": "yes", "no ": "no", "par": "partly"}[
                    row["instrument_number_seen_in_source"][:3]
                ],
                "reference": row["source_1"],
                "reference_2": row["source_2"],
            }
        )
    print(f"timeline: {write(out / 'timeline.csv', list(events[0]), events)} rows")
    return events


def eu_act(number: str, title: str = "") -> Row:
    """A regulation of the Union: its CELEX number and ELI link follow from its number."""
    year, serial = number.split("/")
    old = int(year) < 2015
    return {
        "id": f"eu-{year}-{int(serial)}",
        "issuer": "EU",
        "title": title or f"Reg. (EU) {year}/{serial}",
        "celex": f"3{year}R{int(serial):04d}",
        "link": f"https://eur-lex.europa.eu/eli/reg/{year}/{serial}/oj"
        if not old
        else f"https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:3{year}R{int(serial):04d}",
    }


def instruments(raw: Path, out: Path, events: list[Row]) -> None:
    """Every legal act and public paper that a fact cites, once."""
    acts: dict[str, Row] = {}

    def add(act: Row) -> None:
        acts.setdefault(act["id"], {k: v for k, v in act.items() if v})

    for number, (adopted, in_force, title) in EXTRA_EU_ACTS.items():
        add(
            eu_act(number, title)
            | {"adopted": adopted, "in_force": in_force, "number_seen": "yes", "confidence": "B"}
        )
    for event in events:
        day = event["precision"] == "day"
        facts = {
            "adopted": event["adopted"] if day else "",
            "in_force": event["in_force"] if day else "",
            "number_seen": event["number_seen"],
            "confidence": event["confidence"],
        }
        for name in event["instruments"].split():
            found = re.fullmatch(r"eu-(\d{4})-(\d+)", name)
            if found and re.search(rf"{found[1]}/{found[2]}\b", event["title"]):
                add(eu_act(f"{found[1]}/{found[2]}") | facts)
                continue
            link = re.search(r"https?://\S+", event["reference"])
            add(
                {
                    "id": name,
                    "issuer": event["issuer"],
                    "title": event["title"],
                    "link": link[0] if link else "",
                    "note": "" if link else event["reference"],
                }
                | facts
            )
    for row in read(raw / "eu_833_annex_index.csv"):
        for number in re.findall(r"\d{4}/\d+", row["amending_regulation"]):
            add(eu_act(number) | {"number_seen": "no", "confidence": letter(row["confidence"])})
    add(
        {
            "id": "us-bis-2024-02-23",
            "issuer": "US",
            "title": "BIS notice of 2024-02-23: Common High Priority List, 50 items",
            "link": "https://bis.gov/node/6280",
            "adopted": "2024-02-23",
            "in_force": "2024-02-23",
            "number_seen": "yes",
            "confidence": "A",
        }
    )
    dates = ("adopted", "in_force")
    head = (
        "# Legal acts and public papers that the facts cite. Written by scripts/build_regime.py.\n"
        "# number_seen: whether the number was read in a source, or is general knowledge.\n"
    )
    body = yaml.safe_dump(
        [acts[k] for k in sorted(acts)], sort_keys=False, allow_unicode=True, width=100
    )
    for key in dates:  # dates are dates, not quoted texts
        body = re.sub(rf"{key}: '(\d{{4}}-\d{{2}}-\d{{2}})'", rf"{key}: \1", body)
    (out / "instruments.yaml").write_text(head + body, encoding="utf-8")
    print(f"instruments: {len(acts)}")


# ----------------------------------------------------------------------------------------- roles


def month_end(text: str) -> str:
    """The last day of `2022-03`: a member of that month is known as one from then on."""
    days = {"02": 28, "03": 31, "05": 31, "11": 30}
    return f"{text}-{days[text[5:7]]}"


def coalition(raw: Path, out: Path) -> None:
    """Who applies the measures, from when, by which act."""
    roles = {"coalition": "member", "partial": "partial", "victim": "own-embargo"}
    rows = []
    for row in read(raw / "coalition.csv"):
        text = row["date_of_national_export_controls"]
        quality, stated, until_text = "exact", text, ""
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            # A partner that first stood outside is a member from the day it was put on the list.
            listed = re.search(
                r"\d{4}-\d{2}-\d{2} by general knowledge", row["date_on_us_exclusion_list"]
            )
            stated = listed[0][:10] if listed else month_end(text)
            quality, until_text = "no-later-than", text
        if "C for dates" in row["confidence"] or "C for national" in row["confidence"]:
            grade = "C"
        else:
            grade = "B" if "B for dates" in row["confidence"] else letter(row["confidence"])
        rows.append(
            {
                "country": row["iso3"],
                "target": "RUS",
                "role": roles[row["role"].split()[0]],
                "bloc": row["bloc"],
                "from": stated,
                "date_quality": quality,
                "date_text": until_text,
                "us_exclusion_list": row["date_on_us_exclusion_list"],
                "instrument": row["instrument"],
                "membership_confidence": letter(row["confidence"]),
                "date_confidence": grade,
                "reference": row["source_1"],
                "reference_2": row["source_2"],
            }
        )
    # The second regime: only the two issuers whose act against Belarus is on record.
    acts = {
        "EU": ("eu-2022-355", "2022-03-02", "Reg. (EC) 765/2006 as amended by 2022/355"),
        "USA": ("us-bis-2022-03-02", "2022-03-02", "87 FR 13048"),
    }
    for row in [r for r in rows if r["role"] == "member"]:
        act = acts.get(row["bloc"] or row["country"])
        if act:
            rows.append(
                row
                | {
                    "target": "BLR",
                    "from": act[1],
                    "date_quality": "exact",
                    "date_text": "",
                    "us_exclusion_list": "",
                    "instrument": act[2],
                    "date_confidence": "B",
                    "reference": act[0],
                    "reference_2": "",
                }
            )
    rows.sort(key=lambda r: (r["target"], r["country"]))
    print(f"coalition: {write(out / 'coalition.csv', list(rows[0]), rows)} rows")


def link_of(sources: str, part: str) -> str:
    """The first link of a list of links that contains `part`."""
    links = re.findall(r"https?://[^\s;]+", sources)
    return next((link for link in links if part and part in link), "")


def transit(raw: Path, out: Path) -> None:
    """Third countries, each naming with who, when and where it stands."""
    rows: list[Row] = []
    later_member = {r["country"]: r for r in read(out / "coalition.csv") if r["role"] == "member"}

    def add(
        country: str, target: str, who: str, day: str, reference: str, grade: str, **more: str
    ) -> None:
        row = {
            "country": country,
            "target": target,
            "who": who,
            "date": day,
            "date_quality": "exact",
            "reference": reference,
            "confidence": grade,
        }
        if country in later_member and target == later_member[country]["target"]:
            row["until"] = later_member[country]["from"]
            row["until_reference"] = later_member[country]["reference"]
        rows.append(row | more)

    for row in read(raw / "transit.csv"):
        code, links = row["iso3"], row["sources"]
        if row["named_in_fincen_bis_2022_06_28"].startswith("yes"):
            for target in ("RUS", "BLR"):
                add(code, target, ALERT, "2022-06-28", "us-ja1", "A")
        if row["named_by_us_state_dept_2023"] == "yes":
            add(
                code,
                "RUS",
                "US Department of State (J. O'Brien), one of five named",
                "2023-12-31",
                link_of(links, "caliber.az"),
                "B",
                date_quality="no-later-than",
                date_text="2023",
            )
        if row["named_by_kse_bruegel_2024"] == "yes":
            add(
                code,
                "RUS",
                "KSE Institute and Bruegel",
                "2024-05-07",
                link_of(links, "freepolicybriefs"),
                "B",
            )
        if row["named_in_press_trade_data_2022_23"].startswith("yes"):
            link = link_of(links, "bunatimes") or link_of(links, "newscentralasia")
            if "bunatimes" in link:
                add(code, "RUS", "Bloomberg, trade data", "2023-03-04", link, "B")
            else:
                add(
                    code,
                    "RUS",
                    "press and EBRD, trade data of 2022-23",
                    "2023-12-31",
                    link or "the source table names no link for this naming",
                    "C",
                    date_quality="no-later-than",
                    date_text="2022-23",
                    note=row["named_in_press_trade_data_2022_23"][3:].strip(" ()"),
                )
        if row["named_in_ft_turkey_2023_11"] != "no":
            add(
                code,
                "RUS",
                "Financial Times, trade data on goods from Türkiye",
                "2023-11-30",
                link_of(links, "ft-turkish") or "see the other namings of this country",
                "B",
                date_quality="no-later-than",
                date_text="2023-11",
                note=""
                if row["named_in_ft_turkey_2023_11"] == "yes"
                else row["named_in_ft_turkey_2023_11"],
            )
        firms = row["third_country_firms_in_eu_annex_iv_or_country_measure"]
        if firms.startswith("yes"):
            for package in re.findall(r"\b1[0-5]\b", firms):
                day, part = FIRM_PACKAGES[package]
                add(
                    code,
                    "RUS",
                    f"EU package {package}: firms of the country listed",
                    day,
                    link_of(links, part) or f"eu-{act_of_package(out, package)}",
                    "B",
                    note=firms.partition("; ")[2].rstrip(")") if code in ("IRN",) else "",
                )
            if not re.search(r"\b1[0-5]\b", firms):
                add(
                    code,
                    "RUS",
                    "firms of the country listed",
                    "2024-12-31",
                    "general knowledge, not read again",
                    "C",
                    date_quality="no-later-than",
                    note=firms[3:].strip(" ()"),
                )
        if row["customs_union_with_target"] == "EAEU":
            for target in ("RUS", "BLR"):
                add(code, target, UNION, UNION_SINCE[code], UNION_REFERENCE, "C")
    # Members of the union that are themselves a target: the role belongs to a target and a date.
    add(
        "BLR",
        "RUS",
        UNION,
        UNION_SINCE["BLR"],
        UNION_REFERENCE,
        "C",
        note="itself the target of its own regime",
    )
    add(
        "RUS",
        "BLR",
        UNION,
        UNION_SINCE["RUS"],
        UNION_REFERENCE,
        "C",
        note="itself the target of its own regime",
    )
    rows.sort(key=lambda r: (r["target"], r["country"], r["date"], r["who"]))
    columns = [
        "country",
        "target",
        "who",
        "date",
        "date_quality",
        "date_text",
        "until",
        "until_reference",
        "reference",
        "confidence",
        "note",
    ]
    print(f"transit: {write(out / 'transit.csv', columns, rows)} namings")


def act_of_package(out: Path, package: str) -> str:
    """The number of the act of an EU package, such as `2024-3192`."""
    for event in read(out / "timeline.csv"):
        if event["package"] == package:
            return event["instruments"].split()[0].removeprefix("eu-")
    raise SystemExit(f"no package {package} in the timeline")


# --------------------------------------------------------------------------- flags and annexes


def red_flags(raw: Path, out: Path) -> None:
    """Public warning signs, and whether the paper was read again."""
    status = {
        "verified in a summary of the document": "verified-in-summary",
        "general knowledge, not read again": "general-knowledge",
        "gap": "gap",
    }
    rows = [
        {
            "id": r["id"],
            "publisher": r["source"],
            "text": r["paraphrase"],
            "fields": r["data_fields_needed"],
            "level": r["level"],
            "status": status[r["status"]],
            "open_statistics": "1" if r["checkable_with_open_trade_statistics"] == "yes" else "",
            "reference": r["source_url"].split(" ; ")[0],
        }
        for r in read(raw / "red_flags.csv")
    ]
    print(f"red flags: {write(out / 'red_flags.csv', list(rows[0]), rows)} rows")


def annexes(raw: Path, out: Path) -> None:
    """The annexes of Regulation 833/2014 and what is held of each."""
    rows = [
        {
            "annex": r["annex"],
            "article": r["article"],
            "direction": r["direction"],
            "subject": r["subject"],
            "package": r["package"],
            "instruments": " ".join(
                act_id(n) for n in re.findall(r"\d{4}/\d+", r["amending_regulation"])
            ),
            "coding": r["coding"],
            "confidence": r["confidence"],
        }
        for r in read(raw / "eu_833_annex_index.csv")
    ]
    print(f"annexes: {write(out / 'annexes.csv', list(rows[0]), rows)} rows")


def main(source: Path, out: Path = OUT) -> None:
    """Read the collected tables, write the fact files."""
    raw = source / "regime"
    if not raw.is_dir():
        raise SystemExit(f"{raw} does not exist. Give the folder that holds regime/.")
    goods_lists(raw, out)
    cn8_list(raw, out)
    common_high_priority(raw, out)
    events = timeline(raw, out)
    instruments(raw, out, events)
    coalition(raw, out)
    transit(raw, out)
    red_flags(raw, out)
    annexes(raw, out)


if __name__ == "__main__":
    main(raw_directory())
