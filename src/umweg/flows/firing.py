"""When a signal fires: one rule for corridors and countries."""

from __future__ import annotations

import math

from umweg.evidence import Status


def fire(
    preset: bool,
    excess: float,
    floor: float,
    *,
    q: float | None = None,
    attainable: float | None = None,
    limit: float = 1.0,
) -> Status:
    """The status of a test that was possible.

    With a q, the q decides; but where the placebos are so few that no single case could reach the
    limit, a case that the preset would flag cannot be told. Without a q the preset decides. What
    fires must lie above the floor too.

    Args:
        preset: Whether the named preset's threshold is passed.
        excess: What lies above the expectation, USD a year.
        floor: Materiality, USD a year.
        q: Benjamini-Hochberg q, where placebos exist.
        attainable: The smallest q that one case alone could reach.
        limit: The q at which a signal fires.
    """
    if q is None or q <= limit:
        if excess <= 0 or (q is None and not preset):
            return Status.NOT_FIRED
        return Status.FIRED if excess > floor else Status.BELOW_FLOOR
    if preset and excess > floor and attainable is not None and attainable > limit:
        return Status.CANNOT_TELL
    return Status.NOT_FIRED


def too_few_placebos(placebos: int, tests: int, limit: float) -> str:
    """What is missing where the placebos are too few for the number of tests."""
    needed = math.ceil(tests / limit) - 1
    return (
        f"placebos: {placebos:,} for {tests:,} tests, so that one case alone could not reach "
        f"q = {limit:g} ({needed:,} would be needed)"
    )
