"""Keeping the signals of a scan in the store, for other commands to read."""

from __future__ import annotations

import pyarrow as pa

from umweg.flows.result import ScanResult
from umweg.store import Store, commit
from umweg.store.contracts import SIGNALS


def save_signals(store: Store, result: ScanResult) -> str:
    """Write the signals as a snapshot; a newer run of the same target takes its place.

    Returns:
        The id of the snapshot.

    Raises:
        StoreError: the store cannot be written to.
    """
    rows = result.signal_rows()
    with store.importing() as stage:
        stage.write(SIGNALS, pa.Table.from_pylist(rows, schema=SIGNALS.schema))
        manifest = commit(
            store.root,
            stage,
            source="scan",
            dataset=f"signals-{result.run.target}",
            parser=f"umweg scan {result.run.version}",
            inputs=(),
            rows_read=len(rows),
            rows_kept=len(rows),
            rows_set_aside=0,
        )
    return manifest.snapshot_id
