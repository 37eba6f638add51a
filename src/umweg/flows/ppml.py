"""A Poisson regression with three sets of fixed effects, fitted in a process of its own.

Run as `python -m umweg.flows.ppml ROWS.npz`: the arrays of the rows in, one JSON object out. Only
this file imports pyfixest (extra `econ`), and only the process that runs it: `confirmation` ends
that process when its time is up.

Source: Correia, Guimarães, Zylkin, "Fast Poisson estimation with high-dimensional fixed effects"
(Stata Journal 20, 2020), as implemented by pyfixest's `fepois`.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMULA = "usd ~ treated | place_unit + place_time + unit_time"
CLUSTERS = ("pair", "place")


def fit(rows: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """The effect of `treated` on `usd`, on the log scale.

    Args:
        rows: usd (0 or more), treated (0 or 1), place_unit, place_time, unit_time (numbers of the
            fixed effects), pair and place (numbers of the clusters).

    Returns:
        `effect` and `observations`; `error`, its standard error by name of the cluster; or
        `failed`, why there is no effect.
    """
    import pandas as pd
    from pyfixest.errors import NonConvergenceError
    from pyfixest.estimation import fepois

    table = pd.DataFrame({name: np.asarray(values) for name, values in rows.items()})
    with warnings.catch_warnings():
        # What it drops is counted below.
        warnings.simplefilter("ignore")
        try:
            found = fepois(
                FORMULA, table, vcov={"CRV1": CLUSTERS[0]}, iwls_maxiter=100, copy_data=False
            )
        except NonConvergenceError:
            return {"failed": "no convergence in 100 iterations"}
        except (ValueError, np.linalg.LinAlgError) as error:
            return {"failed": f"no fit: {str(error).strip().splitlines()[0]}"}
        if "treated" not in found.coef().index:
            return {"failed": "the effect cannot be told apart from the fixed effects"}
        answer: dict[str, Any] = {
            "effect": float(found.coef()["treated"]),
            "observations": int(found._N),
            "error": {c: float(found.vcov({"CRV1": c}).se()["treated"]) for c in CLUSTERS},
        }
    if not np.isfinite([answer["effect"], *answer["error"].values()]).all():
        return {"failed": "the effect has no standard error"}
    return answer


def main() -> None:
    """Read the rows of the file named, print the answer."""
    with np.load(Path(sys.argv[1])) as rows:
        json.dump(fit(rows), sys.stdout)


if __name__ == "__main__":
    main()
