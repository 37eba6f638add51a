"""Derive the library of claims from the collected tables of statements and published figures.

    python scripts/build_claims.py [DIRECTORY]

DIRECTORY is a folder that holds `regime/kz_statements.csv` and `regime/published_estimates.csv`
(default: `UMWEG_RAW`, else `../shared/data`). What a row says (value, unit, period, sources) is
taken from the table; which test it is put to stands in `claim_tests.yaml` beside this script, one
entry a row, because only a reader can decide it. One file a claim is written to the package.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from raw import folder_from, raw_folder
from umweg.claims.reading import parse_claim
from umweg.geography import name_of

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "src" / "umweg" / "claims" / "library"
TESTS = Path(__file__).with_name("claim_tests.yaml")

NAMES = {
    "KZ": "Kazakhstan", "KG": "Kyrgyzstan", "RU": "Russia", "DE": "Germany", "UZ": "Uzbekistan",
    "LT": "Lithuania", "GE": "Georgia", "TR": "Turkey", "CN": "China", "AM": "Armenia",
    "BY": "Belarus", "ARM": "Armenia",
}  # fmt: skip
AT_LEAST = ("over", "more than", "at least")
ROUGH = ("about", "almost", "close to", "approx")
DAY = re.compile(r"(20\d\d)[-/](\d\d)[-/](\d\d)")
KINDS = {
    "github.com": "code", "www.aeaweb.org": "research", "econpapers.repec.org": "research",
    "ideas.repec.org": "research", "el.kz": "agency", "www.pap.pl": "agency", "idfi.ge": "report",
    "cis-legislation.com": "official", "kazexpo.kz": "official", "krg.kgd.gov.kz": "official",
    "popups.uliege.be": "research", "www.mondaq.com": "report", "berneunion.org": "report",
    "frontlinedefenders.org": "report", "bureau.kz": "report", "worldecr.com": "report",
    "www.riskadvisory.com": "report", "cabar.asia": "report",
}  # fmt: skip
LANGUAGES = {".pl": "pl", "wallstreet-online.de": "de", "finanzen.net": "de", "pap.pl": "ru"}


def main() -> None:
    """Write every file of the library."""
    import sys

    folder = folder_from(sys.argv) / "regime"
    specs = yaml.safe_load(TESTS.read_text("utf-8"))
    written = {}
    for row in _rows(folder / "published_estimates.csv"):
        written[row["id"].lower()] = figure(row, specs["figures"].pop(row["id"]))
    for row in _rows(folder / "kz_statements.csv"):
        written[row["id"].lower()] = statement(row, specs["statements"].pop(row["id"]))
    left = [*specs["figures"], *specs["statements"]]
    if left:
        sys.exit(f"claim_tests.yaml names rows that the tables do not have: {', '.join(left)}")
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*.yaml"):
        old.unlink()
    for data in written.values():
        text = as_yaml(data)
        parse_claim(text, f"{data['id']}.yaml")
        (OUT / f"{data['id']}.yaml").write_text(text, "utf-8")
    print(f"{len(written)} claims written to {OUT.relative_to(ROOT)}")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


# -- published figures --------------------------------------------------------------------------


def figure(row: dict[str, str], spec: dict[str, Any]) -> dict[str, Any]:
    """The claim of one row of published_estimates.csv."""
    what = _about(_named(spec.get("what") or row["claim"]), row["country"])
    period = row["period"]
    said = f"{what[:1].upper()}{what[1:]}, {period}: {row['value']} {row['unit']}"
    data: dict[str, Any] = {
        "id": row["id"].lower(),
        "kind": "figure",
        "title": _cut(said),
        "speaker": {"name": row["original_source"], "role": "published figure"},
        **_day(row["original_source"], row["url_1"], row["url_2"]),
        "language": _language(row["url_1"]),
        "paraphrase": f"Published by {row['original_source']}: {said}.",
        "confidence": row["confidence"],
        "sources": _sources(row["url_1"], row["url_2"]),
    }
    if spec.get("linked"):
        data["linked"] = spec["linked"]
    parts = []
    if "needs" in spec:
        parts.append({"sentence": said + ".", "test": "none", "needs": spec["needs"]})
    for extra in [spec, *spec.get("more", [])] if "needs" not in spec else spec.get("more", []):
        parts.append(_part(row, extra, said))
    data["parts"] = parts
    if row["note"]:
        data["note"] = row["note"]
    return data


def _about(what: str, country: str) -> str:
    """The text with the countries that it is about, where it does not name them."""
    names = [name_of(c) for c in re.findall(r"[A-Z]{3}", country)]
    if not names or country == "CIS" or any(n in what for n in names):
        return what
    if what.startswith(("EU exports,", "EU exports ")) and " to " not in what.partition(",")[0]:
        return what.replace("EU exports", f"EU exports to {', '.join(names)}", 1)
    head, comma, rest = what.partition(",")
    return f"{head} ({', '.join(names)}){comma}{rest}"


def _part(row: dict[str, str], spec: dict[str, Any], said: str) -> dict[str, Any]:
    """One part: the number of the row, or the one of the spec, against the figure of the spec."""
    unit = spec.get("unit") or _unit(row["unit"])
    value = spec.get("value", None if "value" in spec else _value(row["value"]))
    words = "" if "value" in spec else row["unit"]
    reading = spec.get("reading") or (
        "at-least" if any(w in words for w in AT_LEAST) else "about"
    )  # fmt: skip
    rough = spec.get("rough", any(w in f"{words} {row['claim']}" for w in ROUGH))
    parameters = {k: spec[k] for k in ("figure", "baskets", "readings") if k in spec}
    return {
        "sentence": spec.get("sentence") or said + ".",
        "test": "figure_matches",
        "parameters": parameters,
        "expect": {
            "value": value,
            "unit": unit,
            "reading": reading,
            "tolerance": spec.get("tolerance") or _tolerance(value, unit, row["value"]
                                                             if "value" not in spec
                                                             else str(value), rough=rough),
        },
        "_arithmetic": spec.get("arithmetic", ""),
    }  # fmt: skip


def _tolerance(value: float, unit: str, written: str, *, rough: bool) -> dict[str, Any]:
    """Half of the last published digit, and what a revision between two vintages can be.

    Both sides of a growth may be revised by 1 %, which moves the factor by 2 %.
    """
    decimals = len(written.partition(".")[2])
    half = 0.5 * 10**-decimals
    if rough:
        return {"value": 10, "unit": "% of value",
                "why": "the publication itself says about or almost: one tenth"}  # fmt: skip
    if unit in ("pieces", "kg"):
        return {"value": max(half, round(0.02 * value, 1)), "unit": unit,
                "why": "2 % for revisions between the vintage cited and the one held"}  # fmt: skip
    if unit == "%":
        points = round(half + 2 * abs(1 + value / 100), 1)
        return {"value": points, "unit": "points",
                "why": f"half of the last published digit ({half:g} points), and 2 % of the factor "
                "for revisions of both sides"}  # fmt: skip
    slack = float(f"{half + 0.02 * abs(value):.3g}")
    return {"value": slack, "unit": unit,
            "why": f"half of the last published digit ({half:g} {unit}), and 2 % of the value "
            "for revisions between the vintage cited and the one held"}  # fmt: skip


def _unit(text: str) -> str:
    found = re.match(r"(USD|EUR) (m|bn)|%|times|pieces", text)
    if not found:
        raise SystemExit(f"no unit in {text!r}: give one in claim_tests.yaml")
    return found[0]


def _value(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number


# -- statements ---------------------------------------------------------------------------------


def statement(row: dict[str, str], spec: dict[str, Any]) -> dict[str, Any]:
    """The claim of one row of kz_statements.csv."""
    kind = {"denial": "denial", "figure": "figure"}.get(row["type"], "statement")
    kind = "measure" if row["type"].startswith(("measure", "law")) else kind
    when = row["date"]
    data: dict[str, Any] = {
        "id": row["id"].lower(),
        "kind": kind,
        "title": spec["title"],
        "speaker": {"name": row["speaker"], "role": row["role"]},
        **({"said_on": spec["said_on"]} if "said_on" in spec else
           {"said_on": when} if re.fullmatch(r"\d{4}-\d\d-\d\d", when) else {"said_text": when}),
        "language": spec.get("language", "ru"),
        "paraphrase": spec.get("paraphrase") or f"{row['paraphrase'][:1].upper()}"
                                                f"{row['paraphrase'][1:]}.",
        "confidence": row["confidence"],
        "sources": _sources(row["source_1"], row["source_2"]),
    }  # fmt: skip
    for key in ("place", "linked", "note"):
        if spec.get(key):
            data[key] = spec[key]
    if "said_on" in spec and str(spec["said_on"]) != when:
        data["said_text"] = when
    data["parts"] = spec["parts"]
    return data


# -- both ---------------------------------------------------------------------------------------


def _sources(*cells: str) -> list[dict[str, Any]]:
    found = []
    for cell in cells:
        for url in re.findall(r"https?://[^\s;]+", cell):
            host = urlsplit(url).hostname or ""
            found.append({"url": url, "kind": KINDS.get(host, "press")})
    return found


def _language(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return next((lang for part, lang in LANGUAGES.items() if host.endswith(part)), "en")


def _day(*texts: str) -> dict[str, str]:
    for text in texts:
        if found := DAY.search(text):
            return {"said_on": "-".join(found.groups())}
    month = re.search(r"20\d\d-\d\d", texts[0])
    return {"said_text": month[0]} if month else {}


def _named(text: str) -> str:
    """Country codes of the table as names."""
    text = re.sub(r"\b[A-Z]{3}\b(?=[ ,+]|$)", lambda m: name_of(m[0]), text)
    return re.sub(r"\b[A-Z]{2}\b", lambda m: NAMES.get(m[0], m[0]), text)


def _cut(text: str) -> str:
    return text if len(text) <= 118 else text[:117].rsplit(" ", 1)[0] + " …"


class _Dumper(yaml.SafeDumper):
    """Lists stand below their key, indented; no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        return super().increase_indent(flow, False)


def as_yaml(data: dict[str, Any]) -> str:
    """The text of a claim file, with the arithmetic of each part in a comment."""
    notes = [str(p.pop("_arithmetic", "") or "") for p in data["parts"]]
    for key in ("said_on",):
        if key in data:
            data[key] = _date(data[key])
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    comments = [n for n in notes if n]
    head = "# Derived by scripts/build_claims.py; see docs/claims.md for every key.\n"
    return head + "".join(f"# {line}\n" for n in comments for line in n.strip().splitlines()) + text


def _date(text: Any) -> Any:
    from datetime import date

    return date.fromisoformat(str(text))


__all__ = ["main", "raw_folder"]

if __name__ == "__main__":
    main()
