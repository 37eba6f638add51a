"""The store of published figures: contracts, snapshots, and the engines that query them."""

from umweg.store.columns import Column, Contract
from umweg.store.contracts import CONTRACTS, SCHEMA_VERSION
from umweg.store.engine import DuckDBEngine, Engine, SparkEngine, engine_named
from umweg.store.inventory import Series
from umweg.store.manifest import Alarm, InputFile, Manifest, input_file
from umweg.store.snapshots import commit
from umweg.store.store import Store

__all__ = [
    "CONTRACTS",
    "SCHEMA_VERSION",
    "Alarm",
    "Column",
    "Contract",
    "DuckDBEngine",
    "Engine",
    "InputFile",
    "Manifest",
    "Series",
    "SparkEngine",
    "Store",
    "commit",
    "engine_named",
    "input_file",
]
