"""A user's flows file: every row kept or set aside with a reason, every oddity a named alarm."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from umweg.errors import InputError, UmwegError, UsageError
from umweg.sources import OriginInfo, import_flows
from umweg.store import Manifest, Store

COLUMNS = (
    "reporter", "partner", "flow", "period", "nomenclature", "code", "value_reported", "currency",
    "basis",
)  # fmt: skip
GOOD = {
    "reporter": "DEU",
    "partner": "KGZ",
    "flow": "X",
    "period": "2022-01",
    "nomenclature": "HS2017",
    "code": "854231",
    "value_reported": "100.5",
    "currency": "EUR",
    "basis": "FOB",
}


def row(**changes: str) -> dict[str, str]:
    return {**GOOD, **changes}


def text_of(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    names = list(rows[0])
    lines = [delimiter.join(names), *(delimiter.join(r[n] for n in names) for r in rows)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


class Import:
    """Writes a file, imports it, and reads back what became of it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.path = store, folder / "flows.csv"

    def __call__(self, content: str | bytes | list[dict[str, str]], **options: object) -> Manifest:
        if isinstance(content, list):
            content = text_of(content)
        self.path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_flows(self.path, self.store, source="test", **options)  # type: ignore[arg-type]

    def aside(self, *rows: dict[str, str]) -> dict[str, str]:
        """The one row set aside of these, below a good row (row 2) that keeps the import alive."""
        m = self([row(partner="KAZ"), *rows])
        (found,) = m.rows("set_aside").to_pylist()
        return dict(found)


@pytest.fixture
def load(store: Store, tmp_path: Path) -> Import:
    return Import(store, tmp_path)


def alarms(m: Manifest) -> dict[str, tuple[int, str]]:
    return {a.name: (a.rows, a.detail) for a in m.alarms}


def test_a_good_file_is_kept_as_stated(load: Import) -> None:
    m = load([row(), row(code="TOTAL", value_reported="1e3"), row(flow="M", basis="CIF")])
    assert (m.rows_read, m.rows_kept, m.rows_set_aside, m.alarms) == (3, 3, 0, ())
    assert m.rows("set_aside").num_rows == 0
    first = m.rows("flows").to_pylist()[0]
    assert first == {
        "reporter": "DEU", "partner": "KGZ", "flow": "X", "freq": "M", "period": "2022-01",
        "nomenclature": "HS2017", "code": "854231", "value_reported": 100.5, "currency": "EUR",
        "basis": "FOB", "net_weight_kg": None, "quantity": None, "quantity_unit": None,
        "partial_code": False, "origin_id": "test/flows",
    }  # fmt: skip


def test_optional_columns_are_kept(load: Import) -> None:
    more = {
        "freq": "M", "net_weight_kg": "12.5", "quantity": "3", "quantity_unit": "pieces",
        "partial_code": "TRUE", "origin_id": "table-1",
    }  # fmt: skip
    m = load([row(**more), row(**more | {"code": "854232", "net_weight_kg": "", "origin_id": ""})])
    first, second = m.rows("flows").to_pylist()
    assert (first["net_weight_kg"], first["quantity"], first["quantity_unit"]) == (
        12.5,
        3.0,
        "pieces",
    )
    assert (first["partial_code"], second["net_weight_kg"]) == (True, None)
    assert (first["origin_id"], second["origin_id"]) == ("test/flows/table-1", "test/flows")
    held = {o["origin_id"] for o in m.rows("origins").to_pylist()}
    assert held == {"test/flows", "test/flows/table-1"}


def test_leading_zeros_survive(load: Import) -> None:
    m = load([row(code="010121"), row(code="02071290", nomenclature="CN2022")])
    assert m.rows("flows")["code"].to_pylist() == ["010121", "02071290"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_line_ends_and_byte_order_mark(load: Import, delimiter: str, end: str) -> None:
    text = text_of([row(), row(code="854232")], delimiter).replace("\n", end)
    m = load(b"\xef\xbb\xbf" + text.encode())
    assert (m.rows_kept, m.rows_set_aside) == (2, 0)


def test_quoted_cells_and_no_last_line_end(load: Import) -> None:
    text = text_of([row(code='"8542.31"', currency='"EUR"')]).rstrip("\n")
    assert load(text).rows("flows")["code"].to_pylist() == ["854231"]


def test_value_in_usd_needs_no_currency(load: Import) -> None:
    usd = {n: v for n, v in row(value_usd="7").items() if n not in ("value_reported", "currency")}
    held = load([usd]).rows("flows").to_pylist()[0]
    assert (held["value_reported"], held["currency"]) == (7.0, "USD")


def test_value_usd_beside_value_reported_is_named_not_used(load: Import) -> None:
    m = load([row(value_usd="7")])
    assert m.rows("flows")["value_reported"].to_pylist() == [100.5]
    assert "value-usd-not-used" in alarms(m)


REASONS = [
    ({"reporter": ""}, "missing-value", "reporter"),
    ({"reporter": "XXX"}, "unknown-country", "alpha-3"),
    ({"reporter": "WLD"}, "unknown-country", "never a reporter"),
    ({"partner": "KG"}, "unknown-country", "write KGZ"),
    ({"partner": "Kyrgyzstan"}, "unknown-country", "write KGZ"),
    ({"partner": "DEU"}, "reporter-is-partner", "DEU"),
    ({"flow": "EXPORT"}, "unknown-flow", "X, M, RX, RM"),
    ({"period": "202201"}, "bad-period", "write 2022-01"),
    ({"period": "01/2022"}, "bad-period", "write 2022-01"),
    ({"period": "2022-13"}, "bad-period", "YYYY-MM"),
    ({"period": "1066"}, "bad-period", "1900 to 2100"),
    ({"period": "٢٠٢٢"}, "bad-period", "YYYY"),
    ({"period": ""}, "missing-value", "period"),
    ({"nomenclature": "H6"}, "unknown-nomenclature", "write HS2022"),
    ({"nomenclature": ""}, "missing-value", "vintage"),
    ({"code": ""}, "missing-value", "TOTAL"),
    ({"code": "10121"}, "bad-code", "010121"),
    ({"code": "8542319000"}, "bad-code", "first eight digits 85423190"),
    ({"code": "8542AB"}, "bad-code", "digits"),
    ({"code": "880621"}, "code-not-in-nomenclature", "exists in HS2022"),
    ({"code": "989898"}, "code-not-in-nomenclature", "HS2017"),
    ({"code": "85423190"}, "code-not-in-nomenclature", "eight digits"),
    ({"code": "98989898", "nomenclature": "CN2022"}, "code-not-in-nomenclature", "CN2022"),
    ({"value_reported": ""}, "missing-value", "value_reported"),
    ({"value_reported": "-1"}, "negative-value", "0 or more"),
    ({"value_reported": "nan"}, "not-a-number", "decimal point"),
    ({"value_reported": "inf"}, "not-a-number", "decimal point"),
    ({"value_reported": "1e999"}, "not-a-number", "too large"),
    ({"value_reported": '"1234,5"'}, "not-a-number", "write 1234.5"),
    ({"value_reported": '"1,234"'}, "not-a-number", "or 1234 if"),
    ({"value_reported": '"1,234.5"'}, "not-a-number", "without separators"),
    ({"value_reported": "1 234 567"}, "not-a-number", "without separators"),
    ({"value_reported": "0x10"}, "not-a-number", "decimal point"),
    ({"value_reported": "many"}, "not-a-number", "decimal point"),
    ({"currency": "€"}, "unknown-currency", "write EUR"),
    ({"currency": "EURO"}, "unknown-currency", "ISO 4217"),
    ({"currency": ""}, "missing-value", "currency"),
    ({"basis": "DDP"}, "unknown-basis", "FOB, CIF"),
    ({"freq": "A"}, "freq-contradicts-period", "YYYY"),
    ({"freq": "Q"}, "unknown-frequency", "M, A"),
    ({"net_weight_kg": "-1"}, "negative-value", "net_weight_kg"),
    ({"quantity": "one"}, "not-a-number", "quantity"),
    ({"partial_code": "maybe"}, "not-a-boolean", "true, false"),
    ({"partner": "KGZ\0"}, "unknown-country", "partner"),
]


@pytest.mark.parametrize(("change", "reason", "says"), REASONS)
def test_a_bad_cell_sets_its_row_aside(
    load: Import, change: dict[str, str], reason: str, says: str
) -> None:
    blank = {n: "" for n in change if n not in GOOD}
    m = load([row(partner="KAZ", **blank), row(**change)])
    assert (m.rows_read, m.rows_kept, m.rows_set_aside) == (2, 1, 1)
    (found,) = m.rows("set_aside").to_pylist()
    assert (found["row"], found["reason"]) == (3, reason)
    assert says in found["detail"]
    name, value = next(iter(change.items()))
    assert json.loads(found["raw"])[name] == value.strip('"')


def test_a_row_with_several_faults_names_them_all(load: Import) -> None:
    found = load.aside(row(partner="Nowhere", value_reported="-3", code="12345"))
    assert found["reason"] == "unknown-country"
    for part in ("Nowhere", "-3 is negative", "12345"):
        assert part in found["detail"]


def test_ragged_rows_blank_lines_and_bytes_that_are_no_text(load: Import) -> None:
    good = text_of([row(), row(code="854232"), row(code="854233")]).encode().splitlines()
    lines = [good[0], good[1], b"DEU,KGZ", good[2] + b",more", b"", good[2], b"\xff" + good[3][1:]]
    m = load(b"\n".join(lines) + b"\n")
    assert {r["row"]: r["reason"] for r in m.rows("set_aside").to_pylist()} == {
        3: "ragged-row",
        4: "ragged-row",
        5: "empty-row",
        7: "undecodable-text",
    }
    assert (m.rows_read, m.rows_kept) == (6, 2)


def test_an_unclosed_quote_costs_its_line_only(load: Import) -> None:
    # To a CSV reader the quote of row 3 swallows the rows below it; none may get lost.
    text = text_of([row(), row(code='"854232'), row(code="854233"), row(code="854239")])
    m = load(text)
    assert (m.rows_read, m.rows_kept) == (4, 3)
    (found,) = m.rows("set_aside").to_pylist()
    assert (found["row"], found["reason"]) == (3, "unclosed-quote")


def test_identical_duplicates_keep_the_first(load: Import) -> None:
    m = load([row(), row(code="8542"), row(), row(code="85.42.31")])
    aside = m.rows("set_aside").to_pylist()
    assert [(r["row"], r["reason"]) for r in aside] == [
        (4, "duplicate-statement"),
        (5, "duplicate-statement"),
    ]
    assert "row 2 " in aside[0]["detail"]
    assert json.loads(aside[1]["raw"])["code"] == "85.42.31"
    assert m.rows_kept == 2


@pytest.mark.parametrize(
    ("change", "named"),
    [({"value_reported": "7"}, "value_reported"), ({"currency": "USD"}, "currency")],
)
def test_conflicting_statements_are_all_set_aside(
    load: Import, change: dict[str, str], named: str
) -> None:
    m = load([row(), row(partner="KAZ"), row(**change), row()])
    aside = m.rows("set_aside").to_pylist()
    assert [(r["row"], r["reason"]) for r in aside] == [
        (n, "conflicting-statements") for n in (2, 4, 5)
    ]
    assert "rows 2, 4, 5" in aside[0]["detail"]
    assert named in aside[0]["detail"]
    assert m.rows("flows")["partner"].to_pylist() == ["KAZ"]


def test_a_partial_statement_beside_its_whole_is_set_aside(load: Import) -> None:
    m = load(
        [
            row(partial_code="true", value_reported="3"),
            row(partial_code="false"),
            row(partial_code="true", value_reported="3"),  # a duplicate of row 2
            row(partial_code="true", period="2022-02"),  # its whole is of another month
            row(partial_code="true", flow="M", basis="CIF"),  # of another flow
            row(partial_code="true", code="8542"),  # of another code
            row(partial_code="true", nomenclature="HS2012"),  # in another nomenclature
            row(partial_code="true", partner="KAZ"),  # of another partner
            row(partial_code="true", reporter="FRA"),  # of another reporter
        ]
    )
    aside = m.rows("set_aside").to_pylist()
    assert [(r["row"], r["reason"]) for r in aside] == [
        (2, "partial-beside-whole"),
        (4, "duplicate-statement"),
    ]
    assert "row 3 states the whole" in aside[0]["detail"]
    assert json.loads(aside[0]["raw"])["value_reported"] == "3"
    assert (m.rows_read, m.rows_kept, m.rows_set_aside) == (9, 7, 2)
    held = m.rows("flows").to_pylist()
    assert sorted(r["partial_code"] for r in held) == [False] + [True] * 6


def test_a_partial_statement_stays_where_no_whole_one_is_kept(load: Import) -> None:
    part = row(partial_code="true", value_reported="3")
    m = load([part, row(partial_code="false"), row(partial_code="false", value_reported="7")])
    aside = m.rows("set_aside").to_pylist()
    assert [(r["row"], r["reason"]) for r in aside] == [
        (3, "conflicting-statements"),
        (4, "conflicting-statements"),
    ]
    assert m.rows("flows")["value_reported"].to_pylist() == [3.0]


def test_two_editions_of_one_nomenclature_are_kept_with_an_alarm(load: Import) -> None:
    both = ("HS2017", "HS2022")
    m = load(
        [
            *(row(nomenclature=n, period=p) for n in both for p in ("2022-01", "2022-03")),
            row(nomenclature="HS2012", code="854232", partner="KAZ"),
            row(nomenclature="CN2022"),  # another family
            row(period="2021-12"),  # one edition each before and after
            row(nomenclature="HS2022", period="2022-12"),
            row(reporter="FRA"),  # others: reporter, flow, level of codes
            row(nomenclature="HS2022", flow="M", basis="CIF"),
            row(nomenclature="HS2017", code="TOTAL", flow="M", basis="CIF"),
            *(row(reporter="ITA", nomenclature=n, code="8542", period="2022") for n in both),
            *(row(reporter="ITA", nomenclature=f"CN{n}", period="2022") for n in (2022, 2021)),
        ]
    )
    assert m.rows_kept == m.rows_read
    count, detail = alarms(m)["two-editions"]
    # rows 2 and 3 (HS2017 below HS2022), 6 (HS2012), 13 (ITA, HS2017), 16 (ITA, CN2021)
    assert count == 5
    assert "(rows 2, 3, 6, 13, 16)" in detail
    assert "newest edition only" in detail
    assert detail.endswith(
        ": DEU X in HS2012 and HS2017 and HS2022 (2022-01..2022-01, 1 period); "
        "DEU X in HS2017 and HS2022 (2022-03..2022-03, 1 period); "
        "ITA X in CN2021 and CN2022 (2022..2022, 1 period); "
        "ITA X in HS2017 and HS2022 (2022..2022, 1 period)"
    )


def test_an_edition_after_the_other_needs_no_alarm(load: Import) -> None:
    m = load([row(period="2021-12"), row(period="2022-01", nomenclature="HS2022")])
    assert "two-editions" not in alarms(m)


def test_heading_beside_its_sub_codes_is_kept_with_an_alarm(load: Import) -> None:
    m = load(
        [
            row(code="8542", value_reported="10"),
            row(code="854231", value_reported="4"),
            row(code="854232", value_reported="6"),
            row(code="8542", partner="KAZ"),  # alone: another partner
            row(code="8541"),  # no sub-code of it
            row(code="TOTAL"),  # all goods are no heading
            row(code="85", value_reported="11"),
        ]
    )
    assert m.rows_kept == 7
    count, detail = alarms(m)["heading-beside-sub-codes"]
    assert count == 2  # rows 2 (8542) and 8 (85)
    assert "rows 2, 8" in detail
    assert "one level" in detail


def test_mixed_currencies_are_kept_with_an_alarm(load: Import) -> None:
    m = load([row(), row(partner="KAZ", currency="USD"), row(reporter="FRA")])
    count, detail = alarms(m)["mixed-currencies"]
    assert (m.rows_kept, count) == (3, 2)
    assert "DEU: EUR (1 rows, first row 2), USD (1 rows, first row 3)" in detail
    assert "FRA" not in detail


def test_a_currency_without_a_rate_is_kept_with_an_alarm(load: Import, store: Store) -> None:
    m = load([row(reporter="KAZ", partner="RUS", currency="KZT")])
    count, detail = alarms(m)["no-rate"]
    assert count == 1
    assert "KZT (2022-01..2022-01, 1 period)" in detail
    flows = store.table("flows")
    held = store.execute(flows.filter(flows.currency == "KZT"), "kept without a rate").to_pylist()
    assert [(r["value_reported"], r["value_usd"]) for r in held] == [(100.5, None)]


def test_a_rate_of_too_few_days_is_none(load: Import) -> None:
    rub = {"reporter": "KAZ", "partner": "RUS", "currency": "RUB"}
    m = load([row(**rub, period=p) for p in ("2022-02", "2022-03", "2021", "2022")])
    count, detail = alarms(m)["no-rate"]
    assert count == 2
    assert "RUB (2022..2022-03, 2 periods)" in detail
    assert "enough days" in detail


def test_basis_is_assumed_aloud(load: Import) -> None:
    rows = [row(), row(flow="M"), row(flow="RX"), row(flow="RM")]
    m = load([{n: v for n, v in r.items() if n != "basis"} for r in rows])
    held = {r["flow"]: r["basis"] for r in m.rows("flows").to_pylist()}
    assert held == {"X": "FOB", "RX": "FOB", "M": "CIF", "RM": "CIF"}
    assert alarms(m)["basis-assumed"][0] == 4


def test_an_unusual_basis_is_believed_aloud(load: Import) -> None:
    m = load([row(basis="CIF"), row(flow="M", basis="FOB"), row(partner="KAZ")])
    assert alarms(m)["basis-contradicts-flow"][0] == 2
    assert m.rows_kept == 3


def test_rewritten_texts_are_named(load: Import) -> None:
    m = load([row(code="8542 31"), row(code="854232", reporter="deu")])
    assert alarms(m)["code-rewritten"][0] == 1
    assert alarms(m)["text-rewritten"][0] == 1
    assert m.rows("flows")["reporter"].to_pylist() == ["DEU", "DEU"]


def test_eight_digits_are_kept_and_named_as_not_checked(load: Import) -> None:
    m = load([row(code="85423190", nomenclature="CN2022")])
    assert alarms(m)["code-not-checked"][0] == 1


def test_a_quantity_without_unit_is_named(load: Import) -> None:
    assert alarms(load([row(quantity="3")]))["quantity-without-unit"][0] == 1


def test_groups_of_countries_are_allowed(load: Import) -> None:
    m = load([row(reporter="EU27_2020"), row(partner="WLD")])
    assert m.rows_kept == 2


def test_origin_and_coverage(load: Import, store: Store) -> None:
    m = load(
        [
            row(period="2022-01"),
            row(period="2022-04"),
            row(period="2022-01", code="TOTAL"),
            row(period="2020", flow="M", basis="CIF"),
        ],
        published_on="2024-08-15",
        origin=OriginInfo("An Office", "Trade by month", "https://example.org", "CC BY 4.0"),
    )
    assert m.rows("origins").to_pylist() == [
        {
            "origin_id": "test/flows", "publisher": "An Office", "title": "Trade by month",
            "url": "https://example.org", "licence": "CC BY 4.0", "vintage": "2024-08-15",
            "derivation": None,
        }
    ]  # fmt: skip
    assert [
        (c["flow"], c["freq"], c["scope"], c["period"], c["status"])
        for c in m.rows("coverage").to_pylist()
    ] == [
        ("M", "A", "codes", "2020", "published"),
        ("X", "M", "codes", "2022-01", "published"),
        ("X", "M", "total", "2022-01", "published"),
        ("X", "M", "codes", "2022-02", "missing"),
        ("X", "M", "codes", "2022-03", "missing"),
        ("X", "M", "codes", "2022-04", "published"),
    ]
    assert all(c["note"].startswith("inferred") for c in m.rows("coverage").to_pylist())


def test_without_origin_the_source_and_the_file_are_named(load: Import) -> None:
    (origin,) = load([row()]).rows("origins").to_pylist()
    assert (origin["publisher"], origin["title"], origin["vintage"]) == ("test", "flows.csv", None)


HEADERS = [
    (b"", "empty", "header with the columns"),
    (b"\xef\xbb\xbf\n \n", "empty", "reporter"),
    (text_of([row()]).splitlines()[0].encode(), "no rows", "at least one row"),
    (text_of([row()]).splitlines()[0].encode() + b"\n", "no rows", "at least one row"),
    (b"a,b\n1,2\n", "unknown columns: 'a'", "reporter"),
    (text_of([row(valeu_usd="1")]).encode(), "meant value_usd?", "value_usd"),
    (text_of([row()]).replace("basis", "code").encode(), "code occurs twice", "reporter"),
    (text_of([row()]).replace("period,", "").encode(), "missing: period", "period"),
    (b"reporter,partner,flow,period,nomenclature,code\n", "value_usd, or value", "value_usd"),
    (text_of([row()]).replace(",currency", ",freq").encode(), "currency", "currency"),
    (text_of([row()]).replace("value_reported", "value_usd").encode(), "value_reported", "value"),
    (text_of([row()]).encode("utf-16"), "UTF-16", "UTF-8"),
    (b"PK\x03\x04rest", "workbook", "CSV"),
    (b"\x1f\x8brest", "gzip", "CSV"),
    (b"PAR1 but damaged", "damaged", "Parquet"),
    (b"x" * 100_000, "first line", "header"),
]


@pytest.mark.parametrize(("content", "says", "allowed"), HEADERS)
def test_a_file_that_is_no_flows_table_is_refused(
    load: Import, store: Store, content: bytes, says: str, allowed: str
) -> None:
    with pytest.raises(InputError) as caught:
        load(content)
    error = caught.value
    assert error.exit_code == 3
    assert says in error.what
    assert "flows.csv" in error.where
    assert allowed in error.allowed
    assert error.next_step
    assert not list((store.root / "snapshots").glob("*"))


@pytest.mark.parametrize(
    ("name", "says"), [("missing.csv", "cannot be read"), (".", "not a regular file")]
)
def test_a_path_that_is_no_file_is_refused(
    store: Store, tmp_path: Path, name: str, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        import_flows(tmp_path / name, store, source="test")


def test_nothing_kept_is_refused_and_says_why(load: Import, store: Store) -> None:
    with pytest.raises(InputError, match="no row can be kept") as caught:
        load([row(partner="Nowhere"), row(value_reported="x")])
    assert "unknown-country: 1" in caught.value.where
    assert "row 3: not-a-number" in caught.value.where
    assert len(store.all_snapshots) == len(Store.sample().all_snapshots)


def test_strict_refuses_a_file_with_one_bad_row(load: Import, store: Store) -> None:
    with pytest.raises(InputError, match="1 of 2 rows") as caught:
        load([row(), row(partner="Nowhere")], strict=True)
    assert "row 3" in caught.value.where
    assert not list((store.root / "snapshots").glob("*"))
    assert load([row()], strict=True).rows_kept == 1


@pytest.mark.parametrize("source", ["", "Big", "two words", "../up", "-x", "ä", "a" * 61])
def test_names_of_sources_are_checked(store: Store, tmp_path: Path, source: str) -> None:
    with pytest.raises(UsageError, match="no name of a source"):
        import_flows(tmp_path / "x.csv", store, source=source)


def test_dates_and_data_sets_are_checked(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no date"):
        import_flows(tmp_path / "x.csv", store, source="x", published_on="15.8.2024")
    with pytest.raises(UsageError, match="packaged"):
        import_flows(tmp_path / "x.csv", store, source="x", dataset="sample")


def test_the_sample_cannot_be_written_to(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_text(text_of([row()]))
    with pytest.raises(UmwegError, match="sample"):
        import_flows(path, Store.sample(), source="test")


def test_the_same_file_twice_is_one_snapshot(load: Import, store: Store) -> None:
    rows = [row(), row(partner="Nowhere"), row(code="8542")]
    first = load(rows)
    second = load(rows)
    assert first == second
    assert len(list((store.root / "snapshots").iterdir())) == 1
    assert load([*rows, row(code="8541")]).snapshot_id != first.snapshot_id


def test_progress_counts_the_rows(load: Import) -> None:
    seen: list[int] = []
    load([row(), row(code="8542")], progress=seen.append)
    assert seen[-1] == 2


def test_parquet_comes_out_like_csv(load: Import, store: Store, tmp_path: Path) -> None:
    rows = [row(), row(code="010121"), row(value_reported="-1", code="8542")]
    columns = {n: [r[n] for r in rows] for n in COLUMNS}
    table = pa.table({**columns, "value_reported": [100.5, 100.5, -1.0]})
    path = tmp_path / "flows.parquet"
    pq.write_table(table, path)
    m = import_flows(path, store, source="parquet")
    assert (m.rows_read, m.rows_kept, m.rows_set_aside) == (3, 2, 1)
    assert m.rows("set_aside")["row"].to_pylist() == [3]  # no header: the first row is row 1
    held = m.rows("flows").drop_columns(["origin_id"])
    assert held.equals(load(rows).rows("flows").drop_columns(["origin_id"]))


def test_parquet_with_numbers_for_codes_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "flows.parquet"
    pq.write_table(pa.table({**{n: [v] for n, v in GOOD.items()}, "code": [10121]}), path)
    with pytest.raises(InputError, match="leading zeros"):
        import_flows(path, store, source="test")


def test_parquet_with_nested_columns_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "flows.parquet"
    nested = {**{n: [v] for n, v in GOOD.items()}, "basis": [{"a": 1}]}
    pq.write_table(pa.table(nested), path)
    with pytest.raises(InputError, match="basis"):
        import_flows(path, store, source="test")


def test_many_rows_across_blocks(
    load: Import, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    """Row numbers, duplicates and parts hold where a file is read and written in pieces."""
    monkeypatch.setattr("umweg.sources.row_file.BLOCK", 2_000)
    monkeypatch.setattr("umweg.sources.flow_table.PART", 150)
    monkeypatch.setattr("umweg.sources.aside._PENDING", 5)
    partners = ("KGZ", "KAZ", "ARM", "GEO", "UZB")
    rows = [
        row(partner=p, period=f"{y}-{m:02d}", value_reported=str(y * m))
        for p in partners
        for y in range(2015, 2021)
        for m in range(1, 13)
    ]
    lines = text_of(rows).splitlines()
    lines[100] = "DEU"  # row 101 of the file
    for n in range(200, 220):  # rows 201 to 220
        lines[n] = lines[n].replace("DEU", "XXX")
    lines.append(lines[1])  # row 362, the same as row 2
    m = load("\n".join(lines) + "\n")
    assert m.rows_read == 361
    aside = {r["row"]: r["reason"] for r in m.rows("set_aside").to_pylist()}
    assert aside == {
        101: "ragged-row",
        **dict.fromkeys(range(201, 221), "unknown-country"),
        362: "duplicate-statement",
    }
    assert m.rows_kept == 361 - 22
    assert len(m.paths("flows")) == 3
    assert sum(t.rows for t in m.tables if t.table == "flows") == m.rows_kept
    assert store.has("flows")


@pytest.mark.parametrize(
    "column",
    ["reporter", "flow", "period", "nomenclature", "code", "value_reported", "currency", "basis"],
)
def test_a_long_cell_is_cut_in_the_message_and_whole_in_the_row(load: Import, column: str) -> None:
    for long in ("x" * 5000, "1" * 5000, "1," + "2" * 5000, "-" + "1" * 300, "'\t" * 99):
        found = load.aside(row(**{column: f'"{long}"'}))
        assert "…" in found["detail"]
        assert len(found["detail"]) < 700
        assert json.loads(found["raw"])[column] == long


def test_a_long_header_is_cut(load: Import) -> None:
    names = ["y" * 500, *(f"extra{n}" for n in range(30))]
    with pytest.raises(InputError, match="and 21 more") as caught:
        load(",".join([*row(), *names]) + "\n")
    assert "extra8" in str(caught.value)
    assert "extra9" not in str(caught.value)
    assert len(str(caught.value)) < 1500
