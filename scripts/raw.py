"""Where the publishers' files lie that the packaged data are derived from."""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def raw_folder() -> Path | None:
    """`UMWEG_RAW`, else the folder `shared/data` beside the checkout, else None."""
    named = os.environ.get("UMWEG_RAW")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def folder_from(argv: list[str]) -> Path:
    """The folder given on the command line, or `raw_folder`; ends the script without one."""
    folder = Path(argv[1]) if len(argv) > 1 else raw_folder()
    if folder is None or not folder.is_dir():
        sys.exit("no raw files: give their folder as the first argument or in UMWEG_RAW")
    return folder
