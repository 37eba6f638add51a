"""Mutated real files: a named error or a snapshot that lost nothing; never a crash, never a hang.

`SLOW_TESTS=1` runs 40 seeds a file instead of 4. A seed that once failed is kept in `KEPT`.
"""

from __future__ import annotations

import contextlib
import gzip
import re
import time
import zipfile
from pathlib import Path

import pytest

from tests.raw import raw_file
from tests.sources.lists.conftest import Import
from tests.sources.mutations import SEEDS, mutated
from umweg.errors import UmwegError

KEPT: tuple[int, ...] = ()
LIMIT_SECONDS = 60.0
"""For one import of a few hundred kilobytes, on a machine that may be busy."""

FILES = {
    "ofac-consolidated": ("lists/us_ofac_2016_dermody/cons_prim.csv.gz", "Dermody/ofac @ e648b7e2"),
    "ofac-xml": ("lists/us_ofac_cons_kebal/consolidated_2025-03-28.xml.gz", "kebalkhadka"),
    "ofac-enhanced": ("lists/us_csl_watchman/CONS_ENHANCED_2025-01.ZIP", "moov-io/watchman"),
    "ofac-advanced": ("lists/us_ofac_2016_dermody/cons_advanced.xml.gz", "Dermody/ofac"),
    "un": ("lists/un_sc/UN_kebal_2025-04.xml.gz", "kebalkhadka/Sanctionslist @ 11c626a4"),
    "uk-conlist": ("lists/uk_ofsi_conlist_2025-04/ConList_2025-04-10.csv.gz", "nadya-soto"),
    "ca-sema": ("lists/ca_sema_kebal/sema-lmes_2025.xml.gz", "kebalkhadka/Sanctionslist"),
    "csl": ("lists/us_csl_watchman/consolidated_content2022-04.csv.gz", "moov-io/watchman"),
    "bis-dpl": ("lists/us_csl_watchman/dpl_2023-11.txt.gz", "moov-io/watchman @ c815c599"),
    "us-lists-transcribed": ("lists/us_bis_lists_nsfreg/bis_meu.json", "phagehunter/nsfreg"),
}


def content(path: Path) -> bytes:
    """The file, unpacked; of long tables the beginning, at a whole line."""
    if path.suffix == ".ZIP":
        with zipfile.ZipFile(path) as archive:
            return archive.read(archive.namelist()[0])
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if path.name.endswith((".csv.gz", ".txt.gz")):
        return data[: data.find(b"\n", 300_000) + 1] or data
    return data


@pytest.mark.parametrize("name", FILES)
def test_mutated_real_files(load: Import, tmp_path: Path, name: str) -> None:
    whole = content(raw_file(*FILES[name]))
    source = "ofac-consolidated" if name.startswith("ofac") else name
    for seed in (*KEPT, *SEEDS):
        data = mutated(whole, name, seed)
        file = tmp_path / "mutated"
        file.write_bytes(data)
        began = time.monotonic()
        m = None
        with contextlib.suppress(UmwegError):
            m = load(file, source=source, dataset=f"seed-{seed}", allow_shrink=True)
        if m is not None:
            assert m.rows_read == m.rows_kept + m.rows_set_aside, seed
            held = m.rows("entities")
            ids = held["entity_id"].to_pylist()
            assert len(ids) == len(set(ids)), seed
            if name == "ofac-consolidated":  # one line a row: each is read or named
                lines = [x for x in re.split(rb"\r\n|\n", data) if x.strip(b"\x1a ")]
                assert abs(m.rows_read - len(lines)) <= data.count(b"\n\n") + 1, seed
        assert time.monotonic() - began < LIMIT_SECONDS, seed
