"""`match`: one name, or one party, against the lists of a store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from umweg.errors import UsageError
from umweg.parties.answer import MatchAnswer, MatchOptions
from umweg.parties.customers import NUMBERS, birth_date, identifier
from umweg.parties.kinds import schema_named
from umweg.parties.matcher import THRESHOLD, Matcher
from umweg.parties.model import KINDS, Identifier, Party, PartyName
from umweg.parties.reach import reach_of
from umweg.sources.lists.places import alpha3_of
from umweg.store import Store


def match(
    query: Party | str, store: Store | None = None, options: MatchOptions | None = None
) -> MatchAnswer:
    """The listed parties that a name or a party may be, with what was looked at.

    Args:
        query: A name, or a `Party` with what else is known.
        store: The store of the lists; the configured one without it.
        options: How to match.

    Raises:
        StoreError: there is no list to look at; that is never the answer "no match".
        UsageError: an option that can never be met.
    """
    asked = checked(options or MatchOptions())
    held = store if store is not None else _configured()
    reach = reach_of(held, day_of_question(asked), asked.lists)
    matcher = matcher_of(held, asked)
    party = Party.named(query) if isinstance(query, str) else query
    result = matcher.match(party, threshold=threshold_of(asked), top=asked.top)
    return MatchAnswer(result, reach, asked)


def _configured() -> Store:
    from umweg.settings import load_settings
    from umweg.store.opening import open_configured

    return open_configured(load_settings())


def day_of_question(options: MatchOptions) -> date:
    """The day of the lists: that of the options, else today."""
    # The local calendar day is meant, as everywhere on the command line.
    return options.as_of or date.today()  # noqa: DTZ011


def threshold_of(options: MatchOptions) -> float:
    return THRESHOLD if options.threshold is None else options.threshold


def matcher_of(store: Store, options: MatchOptions) -> Matcher:
    """A matcher of the lists that the options name."""
    return Matcher.from_store(
        store,
        lists=options.lists or None,
        as_of=day_of_question(options),
        kinds=options.kinds or None,
        countries=options.countries or None,
        algorithm=options.algorithm,
    )


def checked(options: MatchOptions) -> MatchOptions:
    """The options, if each of them can be met.

    Raises:
        UsageError: one of them cannot.
    """
    if options.threshold is not None and not 0 <= options.threshold <= 1:
        raise UsageError(
            f"a threshold of {options.threshold} can never be met", where="--threshold",
            allowed="0 to 1", next_step="write it like --threshold 0.7",
        )  # fmt: skip
    if options.top < 1:
        raise UsageError("at least one candidate is needed", where="--top", allowed="1 and more")
    unknown = [k for k in options.kinds if k not in KINDS]
    if unknown:
        raise UsageError(
            f"no kind of party is called '{unknown[0]}'", where="--kind", allowed=", ".join(KINDS)
        )
    return options


def countries_of(texts: Sequence[str]) -> tuple[str, ...]:
    """Countries as people type them, as alpha-3.

    Raises:
        UsageError: one of them is not known.
    """
    found = []
    for text in texts:
        code = alpha3_of(text)
        if code is None:
            raise UsageError(
                f"no country is called '{text}'", where="--country",
                allowed="a name or a code: KAZ, KZ, Kazakhstan", next_step="correct it",
            )  # fmt: skip
        found.append(code)
    return tuple(found)


def party_of(
    name: str,
    *,
    kinds: Sequence[str] = (),
    born: str | None = None,
    numbers: Sequence[str] = (),
    known_countries: Sequence[str] = (),
) -> Party:
    """A query as people type it.

    Args:
        name: The name.
        kinds: Where exactly one kind is asked for, the query is of that kind.
        born: Date of birth.
        numbers: `KIND:VALUE`, such as `inn:7707083893`.
        known_countries: Countries of the party, alpha-3.

    Raises:
        UsageError: a date or a number that is none.
    """
    births: tuple[str, ...] = ()
    if born:
        day = birth_date(born)
        if day is None:
            raise UsageError(
                f"'{born}' is no date", where="--born", allowed="1970, 1970-05 or 1970-05-01",
                next_step="write it like --born 1970-05-01",
            )  # fmt: skip
        births = (day,)
    schema = schema_named(kinds[0]) if len(kinds) == 1 else None
    return Party(
        (PartyName(" ".join(name.split())),),
        schema or "LegalEntity",
        birth_dates=births,
        countries=tuple(known_countries),
        identifiers=tuple(_number(n) for n in numbers),
    )


def _number(text: str) -> Identifier:
    kind, colon, value = text.partition(":")
    if not colon or not value.strip() or kind.strip().lower() not in NUMBERS:
        raise UsageError(
            f"'{text}' is no number of a party", where="--id",
            allowed="KIND:VALUE, with the kinds " + ", ".join(NUMBERS),
            next_step="write it like --id inn:7707083893",
        )  # fmt: skip
    return identifier(kind.strip().lower(), value.strip())
