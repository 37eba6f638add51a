"""An importer for these tests: it counts, refuses what says BAD, and stores who published."""

from __future__ import annotations

import json

import pyarrow as pa

from umweg.errors import InputError
from umweg.sources.opening import opened
from umweg.sources.source import ImportRequest
from umweg.store import Manifest, Store, commit, input_file
from umweg.store.contracts import ORIGINS


def count_rows(request: ImportRequest, store: Store) -> Manifest:
    """One row a line of CSV, or a record of a JSON answer."""
    rows = 0
    with store.importing() as stage:
        for path in request.files:
            with opened(path) as stream:
                data = stream.read()
            if b"BAD" in data:
                raise InputError("the file says BAD", where=str(path))
            is_json = path.suffix == ".json"
            rows += len(json.loads(data)["data"]) if is_json else data.count(b"\n") - 1
        origin = dict.fromkeys(ORIGINS.names)
        origin |= {"origin_id": request.source, "publisher": "Nobody", "title": "Counted",
                   "url": request.url, "derivation": request.asked}  # fmt: skip
        stage.write("origins", pa.Table.from_pylist([origin], ORIGINS.schema))
        return commit(
            store.root, stage, source=request.source, dataset=request.dataset,
            parser="counting/1", inputs=[input_file(p) for p in request.files],
            rows_read=rows, rows_kept=rows, rows_set_aside=0, alarms=request.noticed,
            retrieved_at=request.retrieved_at,
        )  # fmt: skip
