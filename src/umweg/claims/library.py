"""The library: the packaged claims, and those of a user's own files and folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from umweg.claims.model import Claim
from umweg.claims.reading import ClaimError, read_claim
from umweg.errors import UsageError

PACKAGED = Path(__file__).parent / "library"


def load_library(extra: Iterable[Path] = ()) -> dict[str, Claim]:
    """Every claim by its identifier: the packaged ones, then those of `extra` files and folders.

    Raises:
        ClaimError: a file breaks a rule, or two claims have one identifier.
    """
    found: dict[str, Claim] = {}
    homes: dict[str, Path] = {}
    for path in _files(extra):
        claim = read_claim(path)
        if claim.id in found:
            raise ClaimError(
                f"the identifier {claim.id!r} is given twice",
                where=f"{homes[claim.id]} and {path}, key id",
                allowed="each identifier once over all files",
                next_step="rename one of the two claims",
            )
        found[claim.id], homes[claim.id] = claim, path
    return found


def find_claim(name: str, extra: Iterable[Path] = ()) -> Claim:
    """One claim by its identifier, or by the path of its file.

    Raises:
        UsageError: there is none of that name.
        ClaimError: its file breaks a rule.
    """
    if name.endswith((".yaml", ".yml")) or "/" in name:
        return read_claim(Path(name))
    folders = list(extra)
    packaged = PACKAGED / f"{name}.yaml"
    if not folders and packaged.is_file() and packaged.parent == PACKAGED:
        return read_claim(packaged)
    library = load_library(folders)
    if name in library:
        return library[name]
    near = [i for i in library if name.lower() in i or i in name.lower()]
    raise UsageError(
        f"no claim is named {name!r}",
        where="CLAIM",
        allowed=", ".join(near[:12] or list(library)[:8]) + ", … or the path of a claim file",
        next_step="see `umweg claim list`",
    )


def _files(extra: Iterable[Path]) -> Iterable[Path]:
    yield from sorted(PACKAGED.glob("*.yaml"))
    for place in extra:
        if place.is_dir():
            own = sorted(p for p in place.iterdir() if p.suffix in (".yaml", ".yml"))
            if not own:
                raise ClaimError(
                    "the folder holds no claim files",
                    where=str(place),
                    allowed="files of YAML, one claim each",
                    next_step="write one with `umweg claim new`",
                )
            yield from own
        else:
            yield place
