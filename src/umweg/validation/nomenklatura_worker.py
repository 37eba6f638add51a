"""Scores pairs with nomenklatura's algorithms, in the interpreter where nomenklatura is installed.

nomenklatura pins an older DuckDB than Umweg needs, so the two seldom share an environment. This
file imports nothing of Umweg and is run as a script: how many pairs are timed and the names of
algorithms as arguments, pairs as JSON lines on stdin, one JSON object on stdout: the program's
version and, for each algorithm, its scores in the order of the pairs and the CPU seconds that the
timed ones took.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module, metadata
from typing import Any


def main() -> None:
    """Read pairs, write scores."""
    matching = import_module("nomenklatura.matching")
    proxy = import_module("followthemoney").EntityProxy
    pairs = [json.loads(line) for line in sys.stdin]
    answer: dict[str, Any] = {"version": metadata.version("nomenklatura"), "scorers": {}}
    timed = int(sys.argv[1])
    for name in sys.argv[2:]:
        algorithm = matching.get_algorithm(name)
        if algorithm is None:
            known = ", ".join(a.NAME for a in matching.ALGORITHMS)
            sys.exit(f"nomenklatura knows no algorithm '{name}'; it has {known}")
        config = algorithm.default_config()
        entities = [(_entity(proxy, p, "query"), _entity(proxy, p, "listed")) for p in pairs]
        for query, listed in entities[:1]:
            algorithm.compare(query, listed, config)  # loads its tables; not counted
        start = time.process_time()
        scores = [algorithm.compare(q, x, config).score for q, x in entities[:timed]]
        seconds = time.process_time() - start
        scores += [algorithm.compare(q, x, config).score for q, x in entities[timed:]]
        answer["scorers"][name] = {"scores": scores, "seconds": seconds}
    json.dump(answer, sys.stdout)


def _entity(proxy: Any, pair: dict[str, Any], side: str) -> Any:
    # The id must differ from pair to pair: nomenklatura's caches go by it.
    return proxy.from_dict(
        {"id": f"{side}-{pair['id']}", "schema": pair["schema"], "properties": pair[side]}
    )


if __name__ == "__main__":
    main()
