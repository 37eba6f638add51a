"""The four verdicts on a statement, and the rule that makes one of several parts."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class ClaimVerdict(StrEnum):
    """What the published figures and the law say of a statement, on a day."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    MIXED = "mixed"
    NOT_TESTABLE = "not-testable"


def whole(parts: Iterable[ClaimVerdict]) -> ClaimVerdict:
    """The verdict on a statement of several parts, which says that all of them hold.

    contradicted: a part is contradicted and none is supported or mixed. mixed: a part is mixed, or
    some are contradicted and some supported. supported: every part is. not-testable: no part is
    contradicted or mixed, and at least one cannot be tested; a statement is not supported by
    those of its parts that happen to be testable.
    """
    found = set(parts)
    if ClaimVerdict.MIXED in found or {ClaimVerdict.CONTRADICTED, ClaimVerdict.SUPPORTED} <= found:
        return ClaimVerdict.MIXED
    if ClaimVerdict.CONTRADICTED in found:
        return ClaimVerdict.CONTRADICTED
    if found == {ClaimVerdict.SUPPORTED}:
        return ClaimVerdict.SUPPORTED
    return ClaimVerdict.NOT_TESTABLE
