"""The scorers that are measured side by side: ours, OFAC's imitated, rapidfuzz, nomenklatura."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from umweg.errors import InputError, UsageError
from umweg.parties.model import Party
from umweg.validation.accuracy import Floats

Pairs = Sequence[tuple[Party, Party]]

NOMENKLATURA_PYTHON = "UMWEG_NOMENKLATURA_PYTHON"
"""Environment variable: the interpreter in which nomenklatura is installed."""

RAPIDFUZZ = ("ratio", "token_sort_ratio", "token_set_ratio", "WRatio", "jaro_winkler")
NOMENKLATURA = ("logic-v2", "logic-v1", "regression-v1", "name-based", "ofac")

THRESHOLDS: Mapping[str, float] = {"umweg": 0.70, "ofac": 0.85, "rapidfuzz": 0.85,
                                   "nomenklatura": 0.70}  # fmt: skip
"""Thresholds fixed beforehand, by the family of the scorer: nomenklatura's is its own default;
those of `ofac` and rapidfuzz are customary and were tuned on nothing here."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores in [0, 1] in the order of the pairs, and the CPU seconds of the timed ones."""

    scores: Floats
    seconds: float


Score = Callable[[Pairs, int], Scored]


@dataclass(frozen=True, slots=True)
class Scorer:
    """A way to score pairs.

    Attributes:
        name: As it appears in results.
        threshold: At and above which a pair counts as a match, unless the user says otherwise.
        text: What it is.
        score: Scores many pairs, of which the first so many are timed.
    """

    name: str
    threshold: float
    text: str
    score: Score


def scorers_named(names: Sequence[str], nomenklatura_python: Path | None = None) -> list[Scorer]:
    """The scorers of these names; all that can run here if none is named.

    Args:
        names: `umweg`, `ofac`, `rapidfuzz:ratio` …, `nomenklatura:logic-v2` …
        nomenklatura_python: An interpreter that has nomenklatura; this one, or that of the
            environment variable, is tried without it.

    Raises:
        UsageError: a name is not known.
        InputError: nomenklatura was asked for and is nowhere to be found.
    """
    python = _nomenklatura_python(nomenklatura_python)
    known = [*_OWN, *(f"rapidfuzz:{n}" for n in RAPIDFUZZ)]
    foreign = [f"nomenklatura:{n}" for n in NOMENKLATURA]
    unknown = [n for n in names if n not in known and n not in foreign]
    if unknown:
        raise UsageError(
            f"no scorer is named '{unknown[0]}'",
            where="--scorer",
            allowed=", ".join([*known, *foreign]),
            next_step="use one of them",
        )
    if python is None and any(n in foreign for n in names):
        raise InputError(
            "nomenklatura is not installed here",
            where=sys.executable,
            next_step="install it in an environment of its own (it pins an older duckdb) and name "
            f"that interpreter with --nomenklatura-python PATH or {NOMENKLATURA_PYTHON}",
        )
    chosen = names or [*known, *([f"nomenklatura:{n}" for n in NOMENKLATURA[:1]] if python else [])]
    return [_scorer(n, python) for n in chosen]


def _scorer(name: str, python: str | None) -> Scorer:
    family, _, rest = name.partition(":")
    if family == "rapidfuzz":
        text = f"rapidfuzz {rest} of the names after its default_process, best of all name pairs"
        return Scorer(name, THRESHOLDS[family], text, _rapidfuzz(rest))
    if family == "nomenklatura" and python is not None:
        text = f"nomenklatura's {rest} on whole entities"
        return Scorer(name, THRESHOLDS[family], text, _nomenklatura(rest, python))
    return Scorer(name, THRESHOLDS[family], *_OWN[name])


def _timed(one: Callable[[Party, Party], float]) -> Score:
    def score(pairs: Pairs, timed: int) -> Scored:
        for query, listed in pairs[:1]:
            one(query, listed)  # loads tables and compiles; not counted
        start = time.process_time()
        scores = [one(query, listed) for query, listed in pairs[:timed]]
        seconds = time.process_time() - start
        scores += [one(query, listed) for query, listed in pairs[timed:]]
        return Scored(np.array(scores, dtype=float), seconds)

    return score


# -- our own --------------------------------------------------------------------------------------


def _umweg(query: Party, listed: Party) -> float:
    from umweg.parties import compare, score_names

    if _bare(query) and _bare(listed):
        return score_names(query.caption, listed.caption, query.schema)
    return compare(query, listed).score


def _ofac(query: Party, listed: Party) -> float:
    from umweg.parties.ofac import ofac_score

    return max(ofac_score(a.text, b.text) for a, b in product(query.names, listed.names))


def _bare(party: Party) -> bool:
    """Whether nothing is known of a party but one name and its kind."""
    return len(party.names) == 1 and not (
        party.birth_dates or party.founded or party.gender or party.countries or party.identifiers
    )


_OWN: Mapping[str, tuple[str, Score]] = {
    "umweg": ("the score of `umweg match`", _timed(_umweg)),
    "ofac": ("an imitation of the score of OFAC's Sanctions List Search", _timed(_ofac)),
}


# -- rapidfuzz ------------------------------------------------------------------------------------


def _rapidfuzz(name: str) -> Score:
    from rapidfuzz import fuzz, utils
    from rapidfuzz.distance import JaroWinkler

    if name == "jaro_winkler":
        compare, unit = JaroWinkler.normalized_similarity, 1.0
    else:
        compare, unit = getattr(fuzz, name), 100.0

    def one(query: Party, listed: Party) -> float:
        return max(
            compare(a.text, b.text, processor=utils.default_process)
            for a, b in product(query.names, listed.names)
        ) / unit  # fmt: skip

    return _timed(one)


# -- nomenklatura ---------------------------------------------------------------------------------


def _nomenklatura_python(named: Path | None) -> str | None:
    """The interpreter to run nomenklatura in; None if there is none."""
    asked = str(named) if named is not None else os.environ.get(NOMENKLATURA_PYTHON)
    if asked:
        return asked
    return sys.executable if find_spec("nomenklatura") is not None else None


def _nomenklatura(algorithm: str, python: str) -> Score:
    def score(pairs: Pairs, timed: int) -> Scored:
        lines = "\n".join(
            json.dumps({
                "id": i, "schema": q.schema, "query": _properties(q), "listed": _properties(x),
            })
            for i, (q, x) in enumerate(pairs)
        )  # fmt: skip
        worker = Path(__file__).with_name("nomenklatura_worker.py")
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        try:
            # The interpreter is the user's own choice; the script is ours.
            done = subprocess.run(  # noqa: S603
                [python, str(worker), str(timed), algorithm],
                input=lines, capture_output=True, encoding="utf-8", env=environment, check=False,
            )  # fmt: skip
        except OSError as error:
            raise _broken(python, error.strerror or str(error)) from error
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["no message"]
            raise _broken(python, said[-1])
        answer = json.loads(done.stdout)["scorers"][algorithm]
        return Scored(np.array(answer["scores"], dtype=float), float(answer["seconds"]))

    return score


def _broken(python: str, why: str) -> InputError:
    return InputError(
        f"nomenklatura could not be run: {why}",
        where=python,
        allowed="an interpreter in which `import nomenklatura` works",
        next_step="pip install nomenklatura there, or leave its scorers out with --scorer",
    )


_PROPERTIES = frozenset({
    "name", "alias", "weakAlias", "previousName", "firstName", "middleName", "fatherName",
    "lastName", "title", "birthDate", "nationality", "country", "gender", "idNumber",
    "registrationNumber", "innCode", "leiCode", "imoNumber", "incorporationDate", "address",
})  # fmt: skip


def _properties(party: Party) -> dict[str, Any]:
    given = {k: list(v) for k, v in party.properties.items() if k in _PROPERTIES}
    return given or {
        "name": [n.text for n in party.names],
        "birthDate": [d.removeprefix("~") for d in party.birth_dates],
        "country": list(party.countries),
    }
