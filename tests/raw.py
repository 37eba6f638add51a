"""The publishers' files that some tests read; they are skipped, visibly, without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def raw_file(relative: str, public: str) -> Path:
    """A file below `UMWEG_RAW`, or below `shared/data` beside the checkout.

    Args:
        relative: Its path there.
        public: The public repository and commit where it can be had, for the skip message.
    """
    named = os.environ.get("UMWEG_RAW")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    path = folder / relative
    if not path.exists():
        pytest.skip(f"UMWEG_RAW has no {relative}; it can be had from {public}")
    return path
