"""Addresses and answers of UN Comtrade, without a connection."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from umweg.errors import InputError, UsageError
from umweg.sources.trade import comext_api
from umweg.sources.trade.comtrade_api import (
    ComtradeQuery,
    async_state,
    availability_url,
    bulk_files,
    bulk_url,
    comtrade_code,
    count_url,
    data_url,
    headers,
    parts,
    read_answer,
    request_id_of,
    wait_of,
)

QUERY = ComtradeQuery(("KAZ", "USA"), ("2023-01", "2023-02"), ("RUS",), ("X",), ("854231", "TOTAL"))


def asked(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_an_address_asks_for_totals_with_the_publishers_own_codes() -> None:
    url = data_url(QUERY, with_key=True)
    assert url.startswith("https://comtradeapi.un.org/data/v1/get/C/M/HS?")
    q = asked(url)
    # 842 is the United States in UN Comtrade; M49 has 840.
    assert q["reporterCode"] == ["398,842"]
    assert q["period"] == ["202301,202302"]
    assert (q["partner2Code"], q["customsCode"], q["motCode"]) == (["0"], ["C00"], ["0"])
    assert "/public/v1/preview/C/M/HS?" in data_url(QUERY, with_key=False)
    assert asked(count_url(QUERY, with_key=True))["countOnly"] == ["true"]


def test_no_address_holds_the_key() -> None:
    assert headers("secret") == {"Ocp-Apim-Subscription-Key": "secret"}
    assert headers(None) == {}
    for url in (
        data_url(QUERY, with_key=True),
        bulk_url(QUERY),
        availability_url(QUERY, with_key=True),
    ):
        assert "secret" not in url
        assert "key" not in url.lower().replace("monkey", "")


@pytest.mark.parametrize(
    ("place", "code"),
    [("USA", 842), ("FRA", 251), ("CHE", 757), ("NOR", 579), ("IND", 699), ("TWN", 490),
     ("ITA", 380), ("KAZ", 398), ("RUS", 643), ("WLD", 0)],
)  # fmt: skip
def test_codes_of_countries(place: str, code: int) -> None:
    assert comtrade_code(place) == code


@pytest.mark.parametrize(
    "bad",
    [
        {"periods": ("2023", "2023-01")},
        {"periods": ("202301",)},
        {"flows": ("E",)},
        {"classification": "S4"},
        {"codes": ("8542.31",)},
        {"reporters": ("XXX",)},
    ],
)
def test_what_would_be_answered_by_an_empty_list_is_refused(
    bad: dict[str, tuple[str, ...]],
) -> None:
    good = {"reporters": ("KAZ",), "periods": ("2023",)}
    with pytest.raises(UsageError):
        ComtradeQuery(**{**good, **bad})  # type: ignore[arg-type]


def test_a_long_query_is_asked_in_parts_that_add_up() -> None:
    months = tuple(f"{y}-{m:02d}" for y in (2021, 2022) for m in range(1, 13))
    codes = tuple(f"{n:06d}" for n in range(10000, 12000))
    query = ComtradeQuery(("KAZ",), months, ("RUS",), ("X",), codes)
    found = list(parts(query))
    assert all(len(p.periods) <= 12 for p in found)
    assert all(len(data_url(p, with_key=True)) <= 4000 for p in found)
    cells = [(p, c) for piece in found for p in piece.periods for c in piece.codes]
    assert len(cells) == len(set(cells)) == 24 * 2000
    # 100,000 records, at most 30,000 in an answer: two pieces by period, each in two.
    assert len(list(parts(ComtradeQuery((), months), records=100_000, most=30_000))) == 4


def test_answers() -> None:
    answer = read_answer({"elapsedTime": "0.1", "count": 2, "data": [{"a": 1}], "error": ""})
    assert answer.count == 2
    assert answer.cut_off()
    assert not answer.cut_off(expected=1)
    # Exactly the 500 records of the preview: taken for cut off, whatever the count says.
    assert read_answer({"count": 500, "data": [{}] * 500}).cut_off()
    with pytest.raises(InputError, match="Invalid period"):
        read_answer({"count": 0, "data": [], "error": "Invalid period"})
    with pytest.raises(InputError, match="none of UN Comtrade"):
        read_answer([1])
    with pytest.raises(InputError, match="no list"):
        read_answer({"data": "x"})


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit is exceeded. Try again in 7 seconds.", 7),
        ("Out of call volume quota. Quota will be replenished in 12:34:56.", 45296),
        ("Access denied", None),
    ],
)
def test_how_long_to_wait(message: str, seconds: int | None) -> None:
    assert wait_of(message) == seconds


def test_files_that_are_made_or_held_ready() -> None:
    assert request_id_of({"requestId": "abc", "message": "taken"}) == "abc"
    with pytest.raises(InputError):
        request_id_of({"message": "no"})
    state = async_state({"data": [{"status": "Completed", "uri": "https://x/y.gz"}]})
    assert (state.done, state.failed, state.url) == (True, False, "https://x/y.gz")
    assert not async_state({"data": [{"status": "Processing"}]}).done
    (file,) = bulk_files(
        {"count": 1, "data": [{"fileUrl": "https://comtradeapi.un.org/bulk/v1/file/1",
         "reporterCode": 398, "period": 202301, "classificationCode": "H6",
         "publicationDate": "2023-05-12T00:00:00", "totalRecords": 12}]}
    )  # fmt: skip
    assert (file.period, file.published_on, file.rows) == ("202301", "2023-05-12", 12)


def test_comext_addresses() -> None:
    url = comext_api.data_url(
        reporters=("DEU", "GRC"), partners=("KAZ",), codes=("854231",), flows=("X",),
        first="2021-01", last="2021-12",
    )  # fmt: skip
    assert "/DS-045409/M.DE+GR.KZ.854231.2.VALUE_IN_EUROS+" in url
    assert asked(url)["startPeriod"] == ["2021-01"]
    assert comext_api.bulk_url("2024-02").endswith(
        "?file=comext%2FCOMEXT_DATA%2FPRODUCTS%2Ffull_v2_202402.7z"
    )
    with pytest.raises(UsageError):
        comext_api.bulk_url("2024")
    with pytest.raises(UsageError):
        comext_api.data_url(reporters=(), partners=(), codes=(), flows=("RX",), first="2021",
                            last="2022")  # fmt: skip
    assert comext_api.comext_code("SRB") == "XS"
