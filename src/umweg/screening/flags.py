"""The public red flags that a line itself can answer, each a pure function of a cell or two.

They count only where the goods are restricted against a target and go to a third country: an
ex-works order of screws is no sign of anything. The others are put as questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from umweg.regime.law import Regime
from umweg.screening.cleaning import clean_day, clean_incoterm
from umweg.screening.model import Reason
from umweg.screening.policy import Policy


@dataclass(frozen=True, slots=True)
class Flag:
    """A red flag: its name in the policy, the roles of columns it reads, the public texts it
    follows, and the sentence for the reader (the docstring of its function)."""

    key: str
    roles: tuple[str, ...]
    published: tuple[str, ...]
    test: Callable[..., bool]

    @property
    def text(self) -> str:
        """What the reader is told."""
        return " ".join((self.test.__doc__ or "").split())


def founded_after(founded: str, policy: Policy) -> bool:
    """The customer was founded after the measures began."""
    return _day_or_year(founded) >= policy.thresholds.measures_day.isoformat()


def first_order_after(since: str, policy: Policy) -> bool:
    """The customer ordered for the first time after the measures began."""
    return _day_or_year(since) >= policy.thresholds.measures_day.isoformat()


def _day_or_year(text: str) -> str:
    """A day, or the first day of the year after a bare year, which may be that of the measures."""
    if re.fullmatch(r"(?:19|20)[0-9]{2}", text.strip()):
        return f"{text.strip()}-01-01"
    return clean_day(text).value


_FORWARDER = re.compile(
    r"logisti|spedition|spediteur|forward|freight|cargo|shipping|transport|кспедит|экспедир|"
    r"логистик|карго|перевоз|transit\b|lojistik|nakliyat|kurier|courier|express|warehouse|склад",
    re.IGNORECASE,
)
_BANK = re.compile(r"\bbank\w*\b|\bбанк\w*\b|\bbanque\b|\bbanco\b|\bbankas[iı]\b", re.IGNORECASE)


def forwarder_consignee(consignee: str, forwarder: str, policy: Policy) -> bool:  # noqa: ARG001
    """The consignee is a forwarder or carrier, no user of such goods."""
    name = consignee.strip().casefold()
    return bool(name) and (
        bool(_FORWARDER.search(consignee)) or name == forwarder.strip().casefold()
    )


def bank_consignee(consignee: str, policy: Policy) -> bool:  # noqa: ARG001
    """The goods are consigned to a bank."""
    return bool(_BANK.search(consignee))


_ADDRESS = re.compile(
    r"\b(?:apt|apartment|flat|unit|suite|room|office|wohnung|whg|zimmer|кв|квартира|офис|оф|комн|"
    r"daire)\b[\s.№#]*[0-9a-zа-я]|p\.?\s?o\.?\s?box|postfach|а/я|c/o\b|virtual office|"
    r"business cent(?:re|er)",
    re.IGNORECASE,
)


def home_or_office_address(address: str, policy: Policy) -> bool:  # noqa: ARG001
    """The address is a flat, a room, a post box or an office where many firms are registered."""
    return bool(_ADDRESS.search(address))


_FREE_MAIL = re.compile(
    r"@(?:gmail|googlemail|outlook|hotmail|live|yahoo|ymail|gmx|web|icloud|proton(?:mail)?|mail|"
    r"bk|inbox|list|yandex|ya|rambler|163|126|qq|aol)\.[a-z.]{2,6}\s*$",
    re.IGNORECASE,
)


def free_mail(email: str, policy: Policy) -> bool:  # noqa: ARG001
    """The customer writes from a free mail service and not from a domain of its own."""
    return bool(_FREE_MAIL.search(email.strip()))


def target_mail(email: str, domains: tuple[str, ...], policy: Policy) -> bool:  # noqa: ARG001
    """The customer's mail domain belongs to a target."""
    return email.strip().casefold().endswith(domains)


def destination_changed(previous: str, destination: str, policy: Policy) -> bool:  # noqa: ARG001
    """The order was first meant for another country."""
    return bool(previous) and bool(destination) and previous != destination


def third_country_payer(payer: str, destination: str, policy: Policy) -> bool:  # noqa: ARG001
    """Somebody in another country than that of destination pays."""
    return bool(payer) and bool(destination) and payer != destination


def ex_works(incoterm: str, policy: Policy) -> bool:  # noqa: ARG001
    """The customer collects the goods (ex works): the seller does not see where they go."""
    return clean_incoterm(incoterm).value in ("EXW", "FCA")


def round_sum(value_usd: float, value: float, policy: Policy) -> bool:
    """The amount is a round sum."""
    return value_usd >= policy.thresholds.round_sum_usd and value % 1000 == 0


def unusual_quantity(quantity: float, usual: float, policy: Policy) -> bool:
    """The quantity is a multiple of what this customer usually orders of these goods."""
    return usual > 0 and quantity >= policy.thresholds.unusual_quantity_factor * usual


def unit_value(ratio: float, policy: Policy) -> bool:
    """A unit of the goods costs a multiple of what it is worth in the statistics of the same goods
    to the same country."""
    return ratio >= policy.thresholds.unit_value_factor


FLAGS: tuple[Flag, ...] = (
    Flag("flag-founded-after", ("founded",), ("JA2-01", "E5-04", "NCA-01", "EU-04"), founded_after),
    Flag(
        "flag-first-order-after", ("customer_since",), ("E5-01", "JA2-02", "G7-01"),
        first_order_after,
    ),
    Flag(
        "flag-forwarder-consignee", ("consignee", "forwarder"), ("JA3-08", "JA2-07"),
        forwarder_consignee,
    ),
    Flag("flag-bank-consignee", ("consignee",), ("JA3-01", "NCA-05"), bank_consignee),
    Flag("flag-address", ("address",), ("JA2-10", "EU-09"), home_or_office_address),
    Flag("flag-free-mail", ("email",), ("JA3-02", "NCA-06"), free_mail),
    Flag("flag-target-mail", ("email",), ("JA1-08",), target_mail),
    Flag(
        "flag-destination-changed", ("previous_destination", "destination"), ("JA1-01",),
        destination_changed,
    ),
    Flag(
        "flag-third-country-payer", ("payer_country", "destination"), ("JA1-02",),
        third_country_payer,
    ),
    Flag("flag-ex-works", ("incoterm",), (), ex_works),
    Flag("flag-round-sum", ("value",), (), round_sum),
    Flag("flag-unit-value", ("value", "unit values"), ("JA2-08", "JA3-07", "NCA-04"), unit_value),
    Flag("flag-unusual-quantity", ("quantity", "history"), ("JA2-04", "G7-02"), unusual_quantity),
)  # fmt: skip


def flag_reason(flag: Flag, regime: Regime, policy: Policy) -> Reason:
    """The reason that a flag gives, with the public text it follows."""
    known = {f.id: f for f in regime.red_flags}
    public = [known[i] for i in flag.published if i in known]
    if not public:
        return Reason(flag.key, "red flags", flag.text, f"policy {policy.name} {policy.version}")
    more = f" (also {', '.join(flag.published[1:])})" if len(flag.published) > 1 else ""
    first = public[0]
    return Reason(
        flag.key, "red flags", flag.text, f"{first.publisher}, {first.id}{more}",
        _published_on(first.publisher), first.reference,
    )  # fmt: skip


def _published_on(publisher: str) -> str:
    found = re.search(r"\d{4}-\d{2}(?:-\d{2})?", publisher)
    return found[0] if found else ""


@cache
def target_domains(targets: tuple[str, ...]) -> tuple[str, ...]:
    """Endings of mail addresses of the targets: their country domains, by ISO 3166 alpha-2."""
    from rigour.territories import get_territories

    found = [f".{t.code}" for t in get_territories() if t.alpha3 and t.alpha3.upper() in targets]
    return (*found, *((".su", ".рф") if "RUS" in targets else ()))


def questionnaire(regime: Regime, roles: frozenset[str]) -> tuple[tuple[str, str, str], ...]:
    """(id, question, publisher) of every public red flag that the columns at hand do not answer.

    Warning signs that several publishers give are asked once.
    """
    answered = {
        id for flag in FLAGS if all(r in roles for r in flag.roles) for id in flag.published
    }
    seen: set[str] = set()
    asked = []
    for flag in regime.red_flags:
        if flag.id in answered or flag.status == "gap" or flag.level == "aggregate trade":
            continue
        if flag.text not in seen:
            seen.add(flag.text)
            asked.append((flag.id, flag.text, flag.publisher))
    return tuple(asked)
