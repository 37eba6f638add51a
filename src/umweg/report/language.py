"""The reader's language: gettext catalogues, and numbers and dates as the language writes them.

The catalogues lie in `locale/LANG.po` and are read as text, so that no compiled file is kept. A
sentence that a catalogue lacks stays English.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from umweg.claims.wording import Say

LANGUAGES = ("en", "de", "ru")
FOLDER = Path(__file__).parent / "locale"


@dataclass(frozen=True)
class Language:
    """A language of a report."""

    code: str
    catalogue: NullTranslations

    def __call__(self, text: str) -> str:
        """A sentence of the catalogue in this language."""
        return self.catalogue.gettext(text) if text else ""

    def say(self, say: Say) -> str:
        """A sentence with its numbers, countries and dates."""
        return say.text(self, self.code)

    def day(self, day: date) -> str:
        """A day written out: 28 September 2023, 28. September 2023."""
        from babel.dates import format_date

        return str(format_date(day, "long", locale="en_GB" if self.code == "en" else self.code))


def language(code: str) -> Language:
    """The language of a code of LANGUAGES."""
    return Language(code, catalogue(code))


@cache
def catalogue(code: str, of: str = "") -> NullTranslations:
    """The sentences of a language, from `locale/CODE.po` or `locale/OF.CODE.po`.

    Where there is no such file, as with English, they stay as they are.
    """
    path = FOLDER / f"{of + '.' if of else ''}{code}.po"
    if not path.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as f:
        write_mo(compiled, read_po(f, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)
