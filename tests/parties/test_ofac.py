"""The imitation of OFAC's score, against FAQ 249 and published scores."""

import csv

import pytest

from tests.raw import raw_file
from umweg.parties.ofac import ofac_score


@pytest.mark.parametrize(
    ("query", "listed", "score"),
    [
        ("ADA CELIK", "CELIK, Ada", 1.0),  # each part is found; the first letters differ
        ("CELIK", "CELIK, Ada", 1.0),  # only the parts that were typed are looked for
        # MARTHA / MARHTA: Jaro 17/18 (Winkler 1990), three letters in common: + 3/10 · 1/18.
        ("MARTHA", "MARHTA", 17 / 18 + 0.3 / 18),
        ("KIM JO UN", "KIM JO AN", 1.0),  # parts of one or two letters are left out
        ("", "CELIK, Ada", 0.0), ("ADA", "", 0.0), ("Ада Челик", "CELIK, Ada", 0.0),
        ("Q", "X Q", 1.0),  # unless nothing longer was typed
    ],
)  # fmt: skip
def test_by_hand(query: str, listed: str, score: float) -> None:
    assert ofac_score(query, listed) == pytest.approx(score)


def test_the_order_of_the_typed_name_matters() -> None:
    """The whole name is compared only if it begins with the same letter."""
    assert ofac_score("GERDA BUSCH", "GERDAIOU, Gerda") > ofac_score(
        "BUSCH GERDA", "GERDAIOU, Gerda"
    )


def test_published_scores() -> None:
    """Within five points on at least 158 of 170; `-1` is a pair not shown at 80 and above."""
    path = raw_file(
        "matching/ofac_fixtures.csv", "github.com/opensanctions/nomenklatura at 502208c2"
    )
    with path.open(encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    close = 0
    for row in rows:
        points, wanted = (
            round(100 * ofac_score(row["query_name"], row["result_name"])),
            int(row["ofac_score"]),
        )
        close += points < 80 if wanted < 0 else abs(points - wanted) <= 5
    assert len(rows) == 170
    assert close >= 158
