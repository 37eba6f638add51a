"""What the tests of order books share: the law, the packaged policy, a table made quickly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from umweg.regime import Regime, load
from umweg.screening.facts import Facts
from umweg.screening.policy import Policy, load_policy


@pytest.fixture(scope="session")
def law() -> Regime:
    return load()


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy()


@pytest.fixture(scope="session")
def facts(law: Regime, policy: Policy) -> Facts:
    return Facts(law, ("RUS", "BLR"), policy)


@pytest.fixture
def orders(tmp_path: Path) -> Callable[..., Path]:
    def write(header: str, *rows: str, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
        return path

    return write


Write = Callable[..., Path]
Rows = Sequence[str]
