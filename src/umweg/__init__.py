"""Umweg: do goods under sanctions reach the sanctioned country by a detour?

The public names. They are loaded when they are first used, so that `import umweg` costs nothing:

    import umweg

    result = umweg.scan()                      # the packaged sample of real figures
    umweg.check("orders.csv").to_pandas()      # a decision for every line of an order book
    result.to_pandas()                         # the corridors
    umweg.load_regime().goods("854231", "RUS", date(2022, 3, 1))
    umweg.match("Rassvet Trading")             # a name against the lists in your store
    umweg.claim("kz-14")                       # the verdict on a public statement
    umweg.Store.open("my-store")               # published figures with their origin
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umweg.claims import ClaimResult as ClaimResult
    from umweg.claims import ClaimVerdict as ClaimVerdict
    from umweg.claims import claim as claim
    from umweg.errors import UmwegError as UmwegError
    from umweg.evidence import Verdict as Verdict
    from umweg.flows import ScanOptions as ScanOptions
    from umweg.flows import ScanResult as ScanResult
    from umweg.flows import scan as scan
    from umweg.parties import MatchAnswer as MatchAnswer
    from umweg.parties import Matcher as Matcher
    from umweg.parties import MatchOptions as MatchOptions
    from umweg.parties import Party as Party
    from umweg.parties import match as match
    from umweg.periods import Window as Window
    from umweg.regime import load as load_regime
    from umweg.screening import CheckOptions as CheckOptions
    from umweg.screening import CheckResult as CheckResult
    from umweg.screening.check import check as check
    from umweg.store import Store as Store

# `umweg.regime` is the package of the law as data, so its loader is `load_regime`.
_PUBLIC = {
    "MatchAnswer": ("umweg.parties", "MatchAnswer"),
    "MatchOptions": ("umweg.parties", "MatchOptions"),
    "Matcher": ("umweg.parties", "Matcher"),
    "Party": ("umweg.parties", "Party"),
    "CheckOptions": ("umweg.screening", "CheckOptions"),
    "CheckResult": ("umweg.screening", "CheckResult"),
    "ClaimResult": ("umweg.claims", "ClaimResult"),
    "ClaimVerdict": ("umweg.claims", "ClaimVerdict"),
    "claim": ("umweg.claims", "claim"),
    "ScanOptions": ("umweg.flows", "ScanOptions"),
    "ScanResult": ("umweg.flows", "ScanResult"),
    "Store": ("umweg.store", "Store"),
    "UmwegError": ("umweg.errors", "UmwegError"),
    "Verdict": ("umweg.evidence", "Verdict"),
    "Window": ("umweg.periods", "Window"),
    "check": ("umweg.screening", "check"),
    "load_regime": ("umweg.regime", "load"),
    "match": ("umweg.parties", "match"),
    "scan": ("umweg.flows", "scan"),
}

__all__ = [
    "CheckOptions",
    "CheckResult",
    "ClaimResult",
    "ClaimVerdict",
    "MatchAnswer",
    "MatchOptions",
    "Matcher",
    "Party",
    "ScanOptions",
    "ScanResult",
    "Store",
    "UmwegError",
    "Verdict",
    "Window",
    "check",
    "claim",
    "load_regime",
    "match",
    "scan",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("umweg.version").__version__
    if name not in _PUBLIC:
        raise AttributeError(f"module 'umweg' has no attribute '{name}'")
    module, attribute = _PUBLIC[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
