"""How long the tests of accidents run: `SLOW_TESTS=1` runs the full proof of each."""

from __future__ import annotations

import os

SLOW = bool(os.environ.get("SLOW_TESTS"))


def times(usual: int, full: int) -> int:
    """How often a test repeats an accident: usually, and with `SLOW_TESTS=1`."""
    return full if SLOW else usual
