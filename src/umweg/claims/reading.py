"""Reading claim files: strict YAML, every error with file, key, what is allowed and what to do.

A claim file may come from anywhere. It is read as data alone: no tags, no anchors and aliases
(which can make a small file enormous), no key twice, a limit on size and depth.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from umweg.claims.model import TESTS, Claim
from umweg.claims.population import BY_CODE, BY_LIST, RefusedError
from umweg.errors import InputError

MAX_BYTES = 100_000
MAX_DEPTH = 20

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ClaimError(InputError):
    """A claim file breaks a rule of its format, or names what does not exist (exit code 3)."""


class _UniqueKeys(_Loader):  # type: ignore[misc]
    """Refuses a key that stands twice: the parser alone would keep the last one in silence."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.MarkedYAMLError(
                problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark
            )
        seen.add(key.value)
    return dict(loader.construct_pairs(node, deep=True))


_UniqueKeys.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_claim(path: Path) -> Claim:
    """One claim from its file.

    Raises:
        ClaimError: the file cannot be read or breaks a rule; names file and key.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ClaimError(
                "the claim file is too large",
                where=str(path),
                allowed=f"up to {MAX_BYTES:,} bytes, one claim a file",
                next_step="keep one statement in one file",
            )
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ClaimError(
            f"the claim file cannot be read: {getattr(error, 'strerror', None) or error}",
            where=str(path),
            allowed="a file of YAML in UTF-8",
            next_step="check the path, or write a new file with `umweg claim new`",
        ) from None
    return parse_claim(text, str(path))


def parse_claim(text: str, where: str) -> Claim:
    """One claim from the text of its file."""
    data = _yaml(text, where)
    if not isinstance(data, dict):
        raise ClaimError(
            "the claim file is not a mapping of keys to values",
            where=where,
            allowed=", ".join(Claim.model_fields),
            next_step="write a new file with `umweg claim new`",
        )
    try:
        return Claim.model_validate(data)
    except ValidationError as error:
        raise _explained(error, data, where) from None


def _yaml(text: str, where: str) -> Any:
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise ClaimError(
                    "anchors and aliases (& and *) are not read",
                    where=f"{where}, line {_line(event)}",
                    allowed="plain mappings, lists and values",
                    next_step="write the values out",
                )
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise ClaimError(
                    "the file is nested too deeply",
                    where=f"{where}, line {_line(event)}",
                    allowed=f"{MAX_DEPTH} levels",
                    next_step="compare with `umweg claim show ID --format json`",
                )
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a safe loader, see above
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a day that no calendar has
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise ClaimError(
            f"the claim file is no YAML: {getattr(error, 'problem', None) or error}",
            where=f"{where}{line}",
            allowed="one document of YAML, each key once, without tags",
            next_step="mend the line; quote texts that hold a colon",
        ) from None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _explained(error: ValidationError, data: Any, where: str) -> ClaimError:
    """The first thing that is wrong, in words; a reader mends one after the other."""
    first = error.errors(include_url=False)[0]
    loc = tuple(first["loc"])
    kind, ctx = first["type"], first.get("ctx", {})
    key = ", ".join(_shown(loc, data)) or "the whole file"
    more = error.error_count() - 1
    what, allowed, step = f"{key}: {first['msg']}", "", ""
    cause = ctx.get("error")
    if isinstance(cause, RefusedError):
        what, allowed, step = f"{key}: {cause}", cause.allowed, cause.next_step
    elif kind == "extra_forbidden":
        what = f"unknown key {loc[-1]!r}"
        allowed = ", ".join(_fields(loc[:-1]))
        step = f"remove or rename {loc[-1]}"
    elif loc[-1] == "sources" and kind in ("missing", "too_short"):
        what = "no source: every statement names where it can be read"
        allowed = "sources: a list of entries with url and kind"
        step = "add sources with at least one url"
    elif kind == "missing":
        what = f"the key {loc[-1]!r} is missing"
        allowed = f"keys here: {', '.join(_fields(loc[:-1]))}"
        step = f"add {loc[-1]}"
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        tag = ctx.get("discriminator", "").strip("'")
        tags = ctx.get("expected_tags", "").replace("'", "")
        what = (
            f"no test is named {ctx.get('tag')!r}"
            if tag == "test" and kind == "union_tag_invalid"
            else f"{key}: the key {tag!r} is missing or has an unknown value"
        )
        allowed = ", ".join(TESTS) if tag == "test" else tags
        step = f"write {tag}: and one of these"
        key = f"{key}, {tag}"
    elif kind == "literal_error":
        what = f"{key}: {first['input']!r} is not one of the words for this key"
        allowed = str(ctx["expected"]).replace("'", "")
    elif kind.endswith("_type"):
        what = f"{key}: {first['input']!r} has the wrong type"
        allowed = first["msg"]
        step = 'quote texts and codes ("0102"), leave numbers bare'
    elif "pattern" in ctx:
        what = f"{key}: {first['input']!r} is written in another way"
        allowed = f"a text of the form {ctx['pattern']}"
    return ClaimError(
        what,
        where=f"{where}, key {key}" + (f" ({more} more to mend)" if more else ""),
        allowed=allowed or first["msg"],
        next_step=step or "correct the value; docs/claims.md describes every key",
    )


def _shown(loc: tuple[Any, ...], data: Any) -> Iterator[str]:
    """The way to a value as the file's reader sees it, without the names of our classes."""
    for step in loc:
        if isinstance(step, int):
            yield f"item {step + 1}"
            data = data[step] if isinstance(data, list | tuple) and step < len(data) else None
        elif isinstance(data, dict) and step in data:
            yield str(step)
            data = data[step]
        elif step == loc[-1]:
            yield str(step)


def _fields(loc: tuple[Any, ...]) -> tuple[str, ...]:
    """The keys that a record at this place may have."""
    here: list[type[BaseModel]] = [Claim]
    for step in loc:
        if isinstance(step, int):
            continue
        holders = [c for c in here if step in c.model_fields]
        if holders:
            # `from __future__ import annotations` is resolved by pydantic: real types stand here.
            field = holders[0].model_fields[step]
            here = list(_models((field.annotation, *field.metadata)))
        else:
            here = [c for c in here if _tag(c) == step] or here
    return tuple(dict.fromkeys(k for c in here for k in c.model_fields))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    parts = annotation if isinstance(annotation, tuple) else get_args(annotation)
    for part in parts:
        yield from _models(part)


def _tag(model: type[BaseModel]) -> str:
    for name in ("test", "of"):
        if name in model.model_fields:
            return str(get_args(model.model_fields[name].annotation)[0])
    return {"Codes": BY_CODE, "Lists": BY_LIST}.get(model.__name__, "")
