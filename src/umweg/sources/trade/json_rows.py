"""JSON answers as rows of text: lists of records one after the other, cubes whole."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa

from umweg.errors import InputError
from umweg.sources.batches import listed
from umweg.sources.opening import opened
from umweg.sources.trade.decimals import Note
from umweg.sources.trade.text_rows import BATCH, PICTURE, Layout, Read
from umweg.store.bulk import BETWEEN, Bulk

_CHUNK = 1 << 20


def json_rows(
    bulk: Bulk,
    path: Path,
    layout: Layout,
    *,
    shown: Path,
    key: str = "data",
    file: int = 0,
    first: int = 0,
) -> Read:
    """The objects of the list under `key` of a JSON answer, one after the other.

    The list is never held whole: an answer may have hundreds of thousands of records.

    Raises:
        InputError: it is no such answer, or is cut off.
    """
    unknown: dict[str, None] = {}
    rows = 0

    def batches() -> Iterator[pa.Table]:
        nonlocal rows
        held: list[dict[str, str | None]] = []
        for record in _objects(path, shown, key):
            small = {name.lower(): _text(value) for name, value in record.items()}
            if not rows:
                layout.check(list(small), shown)
            other = [n for n in small if n not in layout.wanted and n not in layout.ignored]
            unknown.update(dict.fromkeys(other))
            rows += 1
            held.append({n: small.get(n) for n in layout.wanted})
            if len(held) == BATCH:
                yield _table(held, rows - len(held) + 1 + first)
                held = []
        if held:
            yield _table(held, rows - len(held) + 1 + first)

    def _table(held: list[dict[str, str | None]], number: int) -> pa.Table:
        columns = {n: pa.array([r[n] for r in held], pa.string()) for n in layout.wanted}
        return pa.table({"row": range(number, number + len(held)), **columns})

    found = layout.rows(bulk, batches(), file)
    notes: list[Note] = []
    if unknown:
        what = f"{shown.name}: fields that are not known and were not read: "
        notes.append(("unknown-columns", rows, what + listed(list(unknown))))
    return Read((found,), 0, rows, tuple(notes))


def _text(value: Any) -> str | None:
    if value is None:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace(BETWEEN, PICTURE)


_MAX_OBJECT = 1 << 20
"""Characters of one record; those of UN Comtrade have about a thousand."""


def _objects(path: Path, shown: Path, key: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list, decoded one by one; numbers keep their spelling."""
    decoder = json.JSONDecoder(parse_float=str, parse_int=str)

    def broken(what: str) -> InputError:
        return InputError(
            f"the JSON answer is damaged or cut off: {what}", where=str(shown),
            allowed=f"an object with a list '{key}' of records", next_step="download it again",
        )  # fmt: skip

    with opened(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig")
        buffer = ""

        def more() -> bool:
            nonlocal buffer
            try:
                chunk = text.read(_CHUNK)
            except UnicodeDecodeError as error:
                raise broken("bytes that are no UTF-8") from error
            buffer += chunk
            return bool(chunk)

        more()
        start = buffer.find(f'"{key}"')
        start = buffer.find("[", start) if start >= 0 else -1
        if start < 0:
            raise broken(f"no list '{key}' in its first {_CHUNK:,} characters")
        buffer = buffer[start + 1 :]
        while True:
            buffer = buffer.lstrip(" \t\r\n,")
            if not buffer:
                if not more():
                    raise broken("the list does not end")
                continue
            if buffer[0] == "]":
                return
            try:
                found, end = decoder.raw_decode(buffer)
            except (ValueError, RecursionError) as error:
                if len(buffer) < _MAX_OBJECT + _CHUNK and more():
                    continue
                raise broken(str(error)) from error
            if not isinstance(found, dict):
                raise broken("the list holds something that is no record")
            yield found
            buffer = buffer[end:]


MAX_CUBE = 1 << 28
"""Bytes of a JSON answer; Eurostat refuses larger extractions itself."""


def cube_rows(bulk: Bulk, path: Path, layout: Layout, *, file: int = 0, first: int = 0) -> Read:
    """The figures of a JSON-stat answer: a row for each of its cube.

    Raises:
        InputError: it is no such answer, or is cut off.
    """

    with opened(path, max_bytes=MAX_CUBE) as stream:
        try:
            cube = json.loads(stream.read(), parse_float=str, parse_int=str)
            dims, sizes = cube["id"], [int(s) for s in cube["size"]]
            values = cube.get("value") or {}
            labels = []
            for d, size in zip(dims, sizes, strict=True):
                index = cube["dimension"][d]["category"]["index"]
                codes = (
                    index if isinstance(index, list) else sorted(index, key=lambda c: int(index[c]))
                )
                if len(codes) != size:
                    raise ValueError(f"dimension {d} has {len(codes)} codes, not {size}")
                labels.append(codes)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(
                f"the JSON answer is damaged or no JSON-stat: {error!r}"[:300],
                where=str(path),
                allowed="an object with id, size, dimension, value",
                next_step="download it again, or ask for SDMX-CSV",
            ) from error
    held = dict(enumerate(values)) if isinstance(values, list) else values
    names = ["time_period" if d.lower() == "time" else d.lower() for d in dims]
    layout.check([*names, "obs_value"], path)
    cells = product(*labels)
    rows: list[dict[str, str | None]] = []
    for number_, cell in enumerate(cells):
        value = held.get(str(number_), held.get(number_))
        if value is not None:
            rows.append({**dict(zip(names, cell, strict=True)), "obs_value": str(value)})

    def batches() -> Iterator[pa.Table]:
        columns = {k: pa.array([r.get(k) for r in rows], pa.string()) for k in layout.wanted}
        yield pa.table({"row": range(first + 1, first + len(rows) + 1), **columns})

    return Read((layout.rows(bulk, batches(), file),), 0, len(rows))
