"""Languages as publishers of lists name them, as ISO 639-3."""

from __future__ import annotations

from functools import lru_cache

_OTHER = {
    "persian/farsi": "fas", "farsi": "fas", "russia": "rus", "ukraine": "ukr", "dari": "prs",
    "burmese": "mya", "kazakh": "kaz", "pashto": "pus", "urdu": "urd",
}  # fmt: skip
_SCRIPTS = frozenset(
    {"cyrillic", "cyrilic", "cryillic", "latin", "arabic script", "hangul", "chinese simplified",
     "chinese traditional", ""}
)  # fmt: skip
"""What stands where a language should and names a script: it says no language."""


@lru_cache(maxsize=512)
def language_of(text: str) -> str | None:
    """ISO 639-3 of a language by its English name or code; None where it is not known."""
    name = " ".join(text.split()).casefold()
    if name in _SCRIPTS:
        return None
    if name in _OTHER:
        return _OTHER[name]
    from rigour.langs import iso_639_alpha3

    code: str | None = iso_639_alpha3(name)
    return code
