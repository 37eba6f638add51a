"""How the loops of this package are compiled: once a machine, where the result can be kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from numba import njit


def compiled(*signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function when it is first called (with a signature: at once), and keep the result.

    Beside the source, else in the user's cache folder, else in `NUMBA_CACHE_DIR`. Where none of
    them can be written to, the function is compiled again in each process, and that is said.
    """

    def compile_it(function: Callable[..., Any]) -> Any:
        try:
            return njit(*signature, cache=True, nogil=True)(function)
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            _say_so()
            return njit(*signature, nogil=True)(function)

    return compile_it


@cache
def _say_so() -> None:
    logging.getLogger(__name__).warning(
        "compiled code cannot be kept, because no cache folder can be written to: the first match "
        "of each process takes half a minute; name a folder in NUMBA_CACHE_DIR"
    )
