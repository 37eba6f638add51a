"""How the loops of this package are compiled: once a machine, where the result can be kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit

_COMPILED = ("align", "gathering", "kernels", "letters", "meeting", "packed", "terms", "words")
"""Modules of which compiled code, or a constant in it, may be a part."""


def compiled(*signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function when it is first called (with a signature: at once), and keep the result.

    Beside the source, else in the user's cache folder, else in `NUMBA_CACHE_DIR`. Where none of
    them can be written to, the function is compiled again in each process, and that is said.
    """

    def compile_it(function: Callable[..., Any]) -> Any:
        try:
            made = njit(cache=True, nogil=True)(function)
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            _say_so()
            return njit(*signature, nogil=True)(function)
        # What is kept holds copies of functions and constants of the other modules too; by itself
        # numba compiles anew when the function's own module has changed.
        made._cache._cache_file._source_stamp = _stamp()
        for types in signature:
            made.compile(types)
            made.disable_compile()
        return made

    return compile_it


@cache
def _stamp() -> tuple[tuple[float, int], ...]:
    """When the modules were last written to, and their sizes."""
    files = [Path(__file__).with_name(f"{name}.py").stat() for name in _COMPILED]
    return tuple((file.st_mtime, file.st_size) for file in files)


@cache
def _say_so() -> None:
    logging.getLogger(__name__).warning(
        "compiled code cannot be kept, because no cache folder can be written to: the first match "
        "of each process takes half a minute; name a folder in NUMBA_CACHE_DIR"
    )
