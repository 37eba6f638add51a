"""A user's own table, Parquet or CSV, as the engine reads it: every column as text.

What a column means, and whether its values can be used, is decided by whoever asked for it.
"""

from __future__ import annotations

from pathlib import Path

import ibis
import ibis.expr.types as ir

from umweg.errors import InputError
from umweg.store.engine import Engine


def user_table(engine: Engine, path: Path) -> ir.Table:
    """The table in a file.

    Args:
        engine: What reads it.
        path: A Parquet file, or a CSV file (comma, semicolon or tab) with a header.

    Raises:
        InputError: there is no such file, or it is neither.
    """
    if not path.is_file():
        raise InputError("there is no such file", where=str(path), next_step="check the path")
    if path.stat().st_size == 0:
        raise InputError("the file is empty", where=str(path))
    with path.open("rb") as stream:
        parquet = stream.read(4) == b"PAR1"
    try:
        return engine.read_parquet([path]) if parquet else engine.read_csv(path)
    except Exception as error:  # each engine has its own
        kind = "Parquet" if parquet else "CSV"
        raise InputError(
            f"the file cannot be read as {kind}: {error}",
            where=str(path),
            allowed="a Parquet file, or a CSV file with a header, in UTF-8",
        ) from error


def as_text(table: ir.Table, name: str) -> ir.StringValue:
    """A column as trimmed text; dates become months (`2022-03`), empty text becomes null."""
    column = table[name]
    if column.type().is_date() or column.type().is_timestamp():
        return column.strftime("%Y-%m")
    text = column.cast("string").strip()
    return ibis.cases((text == "", ibis.null("string")), else_=text)
