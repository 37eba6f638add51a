"""What a claim file names must exist in the regime, and be in force on the day that it names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from umweg.claims import parameters as p
from umweg.claims.model import Claim
from umweg.claims.population import Lists
from umweg.claims.reading import ClaimError
from umweg.errors import RegimeError
from umweg.nomenclature import parse_code
from umweg.regime import Regime


def check_claim(claim: Claim, regime: Regime, where: str = "") -> None:
    """Hold a claim against the regime.

    Raises:
        ClaimError: a goods list, measure, event or code that is not known, or a goods list that
            holds nothing on the day named.
    """
    where = where or f"claim {claim.id}"
    for number, part in enumerate(claim.parts, 1):
        place = f"{where}, key parts, item {number}"
        for path, found in _records(getattr(part, "parameters", None), "parameters"):
            if isinstance(found, Lists):
                _check_lists(found, regime, f"{place}, {path}")
            elif isinstance(found, p.InForce):
                _check_known(found.measure, regime.all_measures, f"{place}, {path}, measure")
                _check_known(found.event, [e.id for e in regime.events], f"{place}, {path}, event")
            elif isinstance(found, p.EventStudy):
                _check_known(found.event, [e.id for e in regime.events], f"{place}, {path}, event")
            elif isinstance(found, p.Listed) and found.code is not None:
                _check_list(found.list, regime, f"{place}, {path}, list")
                parse_code(found.code)


def _records(value: Any, path: str) -> Iterable[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        yield path, value
        for name in type(value).model_fields:
            yield from _records(getattr(value, name), f"{path}, {name}")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _records(one, f"{path}, {name}")


def _check_known(name: str | None, known: Iterable[str], where: str) -> None:
    names = list(known)
    if name is not None and name not in names:
        near = [n for n in names if n.split("-")[0] == name.split("-")[0]]
        raise ClaimError(
            f"{name!r} is not known to the regime",
            where=where,
            allowed=", ".join((near or names)[:30]),
            next_step="see `umweg regime measures` and `umweg regime timeline`",
        )


def _check_list(name: str, regime: Regime, where: str) -> None:
    if name not in regime.goods_lists:
        raise ClaimError(
            f"no goods list is named {name!r}, or its codes are not held",
            where=where,
            allowed=", ".join(regime.goods_lists),
            next_step="name one of these lists",
        )


def _check_lists(goods: Lists, regime: Regime, where: str) -> None:
    for name in goods.lists:
        _check_list(name, regime, f"{where}, lists")
        found = regime.goods_list(name)
        info = found.info
        try:
            members = found.members(goods.day if info.as_of is None else None, goods.tier)
        except RegimeError as error:
            raise ClaimError(
                error.what, where=f"{where}, tier", allowed=error.allowed,
                next_step=error.next_step,
            ) from None  # fmt: skip
        first = info.as_of or info.created or min(
            (e.from_ for e in found.entries if e.from_), default=None
        )  # fmt: skip
        if not members or (first is not None and goods.day < first):
            raise ClaimError(
                f"the goods list {name!r} was not in force on {goods.day}",
                where=f"{where}, day",
                allowed=f"{first} or later" if first else "a day on which the list holds a code",
                next_step="choose a later day, or another list: `umweg regime measures`",
            )
