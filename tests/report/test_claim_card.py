"""The claim card, its charts and catalogues, and the ClaimReview."""

from __future__ import annotations

import re
import string
from datetime import date
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po

from tests.claims.drafts import TODAY
from tests.claims.messages import sentences
from umweg.claims import ClaimResult, Figures, find_claim, run_claim
from umweg.claims.wording import Amount, Country, Say
from umweg.errors import UsageError
from umweg.regime import load
from umweg.report.claim_card import chart_png, chart_svg, claim_cards
from umweg.report.claim_review import claim_review
from umweg.report.language import FOLDER, language
from umweg.store import Store


@pytest.fixture(scope="module")
def figures() -> Figures:
    return Figures(Store.sample(), TODAY, load())


@pytest.fixture(scope="module")
def result(figures: Figures) -> ClaimResult:
    return run_claim(find_claim("pe-038"), figures)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("lang", ["en", "de", "ru"])
def test_a_card_stands_alone(lang: str, result: ClaimResult, figures: Figures) -> None:
    text = claim_cards([result], figures, lang)
    page = _Page()
    page.feed(text)
    tags = [t for t, _ in page.tags]
    assert "script" not in tags
    assert "link" not in tags
    assert "img" not in tags
    for tag, attrs in page.tags:
        assert "src" not in attrs
        if tag == "svg":
            assert attrs["role"] == "img"
            assert len(attrs["aria-label"] or "") > 20
        if tag == "a":
            assert (attrs["href"] or "").startswith(("https://", "http://", "data:text/csv"))
    assert not re.search(r"url\(|@import", text)
    assert next(a for t, a in page.tags if t == "html")["lang"] == lang
    # The claim's own words keep their language and are marked.
    assert f'<h1 lang="en">{result.claim.title}</h1>' in text
    assert result.claim.sources[0].url in text
    assert "2024-11-25" in text


def test_what_a_card_says(result: ClaimResult, figures: Figures) -> None:
    german = claim_cards([result], figures, "de")
    assert "148,9 %" in german
    assert "Was das Urteil ändern würde" in german
    russian = claim_cards([result], figures, "ru")
    assert "148,9 %" in russian
    assert "Метод" in russian
    english = claim_cards([result], figures, "en")
    assert "148.9 %" in english
    assert "evaded" not in english


def test_a_statement_that_cannot_be_tested_shows_the_query(figures: Figures) -> None:
    text = claim_cards([run_claim(find_claim("kz-13"), figures)], figures)
    assert "umweg data fetch comtrade --reporter KAZ" in text
    assert "cannot be tested" in text


def test_hostile_words_stay_words(figures: Figures, result: ClaimResult) -> None:
    claim = result.claim.model_copy(update={"title": "<script>alert(1)</script>"})
    text = claim_cards([run_claim(claim, figures)], figures)
    assert "<script>" not in text
    svg = chart_svg(run_claim(claim, figures))
    assert "<script>" not in svg


def test_charts(result: ClaimResult) -> None:
    svg = chart_svg(result, "de")
    assert svg.startswith("<svg")
    assert "aria-label=" in svg
    assert "148,9 %" in svg
    assert chart_png(result)[:8] == b"\x89PNG\r\n\x1a\n"


def test_no_number_no_chart(figures: Figures) -> None:
    with pytest.raises(UsageError, match="no number"):
        chart_svg(run_claim(find_claim("kz-01"), figures))


@pytest.mark.parametrize("lang", ["de", "ru"])
def test_every_sentence_is_translated(lang: str) -> None:
    with (FOLDER / f"{lang}.po").open("rb") as f:
        catalogue = read_po(f, locale=lang)
    known = {m.id: m for m in catalogue if m.id}
    assert sentences() <= set(known)
    for message in known.values():
        assert message.string, message.id
        assert not message.fuzzy
        assert _gaps(message.id) == _gaps(message.string), message.id
    assert set(known) <= sentences(), "a sentence that nothing says any more"


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "USD 18.0 m to Kazakhstan"),
        ("de", "18,0 Mio. USD to Kasachstan"),
        ("ru", "18,0 млн USD to Казахстан"),
    ],
)
def test_numbers_and_countries(lang: str, expected: str) -> None:
    say = Say("{a} to {b}", a=Amount(18.0, "USD m"), b=Country(("KAZ",)))
    assert language(lang).say(say).replace("\N{NO-BREAK SPACE}", " ") == expected


def test_dates() -> None:
    assert language("de").day(date(2023, 9, 28)) == "28. September 2023"
    assert language("en").day(date(2023, 9, 28)) == "28 September 2023"


def test_claim_review(result: ClaimResult) -> None:
    """Required by schema.org and by search engines: url is the publisher's to add."""
    data = claim_review(result)
    assert data["@context"] == "https://schema.org"
    assert data["@type"] == "ClaimReview"
    assert data["claimReviewed"] == result.claim.paraphrase
    assert data["itemReviewed"]["@type"] == "Claim"
    assert data["itemReviewed"]["firstAppearance"]["url"] == result.claim.sources[0].url
    assert data["reviewRating"]["alternateName"].startswith("Mixed")
    assert "148.9" in data["reviewBody"]
    assert data["citation"] == ["Eurostat"]
