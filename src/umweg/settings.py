"""The configuration: `umweg.toml`, then the environment `UMWEG_*`, then flags; a bad value is an
error that names where it was written.

`Settings` itself is a plain frozen dataclass, because every command needs it; pydantic, which
takes longer to import than a small command takes to answer, is loaded only to read the values.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from umweg.errors import UsageError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

CONFIG_FILE = "umweg.toml"
PREFIX = "UMWEG_"

EngineName = Literal["duckdb", "spark"]

ALLOWED: dict[str, str] = {
    "store": "a folder",
    "decisions": "a file, or the address of a database",
    "memory_limit": "a size such as 4GB or 512MiB",
    "threads": "a whole number from 1",
    "engine": "duckdb or spark",
    "offline": "true or false",
    "no_color": "true or false",
}
"""Every setting with what it accepts, in the words of the error messages."""

OTHER_VARIABLES = ("UMWEG_RAW", "UMWEG_COMTRADE_KEY", "UMWEG_NOMENKLATURA_PYTHON")
"""Variables of this prefix that are no settings: read elsewhere, and left alone here."""


def default_store() -> Path:
    """The store's folder where none was named: the platform's user data folder."""
    from platformdirs import user_data_path

    return user_data_path("umweg", appauthor=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command must know of its surroundings.

    Args:
        store: Folder of the store that was named; None where none was.
        decisions: File or database of the decisions; None for a file in the store.
        memory_limit: What the embedded engine may keep in memory, such as `4GB`.
        threads: Threads of the embedded engine; None for all cores.
        engine: What executes queries.
        offline: Never use the network.
        no_color: Plain text.
    """

    store: Path | None = None
    decisions: str | None = None
    memory_limit: str | None = None
    threads: int | None = None
    engine: EngineName = "duckdb"
    offline: bool = False
    no_color: bool = False

    @property
    def store_folder(self) -> Path:
        """The folder of the store: the one that was named, else the default one."""
        return self.store if self.store is not None else default_store()


@cache
def _model() -> type[BaseModel]:
    from pydantic import BaseModel, ConfigDict, Field

    class Values(BaseModel):
        """The values as read, each checked."""

        model_config = ConfigDict(extra="forbid")

        store: Path | None = None
        decisions: str | None = Field(default=None, min_length=1)
        memory_limit: str | None = Field(
            default=None, pattern=r"^\d+(\.\d+)?\s*([KMGTkmgt]i?)?[Bb]$"
        )
        threads: int | None = Field(default=None, ge=1, le=4096)
        engine: EngineName = "duckdb"
        offline: bool = False
        no_color: bool = False

    return Values


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        if path.exists():
            raise UsageError(
                "the configuration file is not a regular file",
                where=str(path),
                allowed='a file of TOML in UTF-8, for instance: engine = "duckdb"',
                next_step="rename or move what has this name",
            )
        return {}
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the configuration file cannot be read: {error}",
            where=str(path),
            allowed='TOML in UTF-8, for instance: engine = "duckdb"',
            next_step="mend the line, or rename the file",
        ) from error
    for key in data:
        if key not in ALLOWED:
            raise UsageError(
                f"unknown setting '{key}'",
                where=str(path),
                allowed=", ".join(ALLOWED),
                next_step="correct the name or remove the line",
            )
    if isinstance(data.get("store"), str):
        # A folder named in a file is meant from where the file lies.
        data["store"] = str(path.parent / Path(data["store"]).expanduser())
    return data


def _from_environment() -> dict[str, str]:
    variables = [PREFIX + key.upper() for key in ALLOWED]
    for name, text in sorted(os.environ.items()):
        if name.startswith(PREFIX) and text and name not in (*variables, *OTHER_VARIABLES):
            raise UsageError(
                f"unknown setting '{name}'",
                where=f"environment variable {name}",
                allowed=", ".join(variables),
                next_step="correct the name or unset the variable",
            )
    named = {key: os.environ.get(PREFIX + key.upper(), "") for key in ALLOWED}
    values = {key: text for key, text in named.items() if text}
    if os.environ.get("NO_COLOR"):  # https://no-color.org: present and not empty
        values["no_color"] = "true"
    return values


def load_settings(
    *,
    store: Path | str | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
    engine: str | None = None,
    offline: bool | None = None,
    no_color: bool | None = None,
    config: Path | None = None,
) -> Settings:
    """Read the configuration; flags that were not given are None.

    Args:
        store: `--store`.
        memory_limit: What the embedded engine may keep in memory.
        threads: Threads of the embedded engine.
        engine: `--engine`.
        offline: `--offline`.
        no_color: `--no-color`.
        config: The configuration file; `umweg.toml` of the working folder without it.

    Raises:
        UsageError: an unknown key or a bad value; names the file or variable, the key, and what
            is allowed.
    """
    given = {
        "store": store,
        "memory_limit": memory_limit,
        "threads": threads,
        "engine": engine,
        "offline": offline,
        "no_color": no_color,
    }
    file = config if config is not None else Path(CONFIG_FILE)
    layers = _layers(given, file)
    merged: dict[str, Any] = {}
    for _, values in reversed(layers):
        merged.update(values)
    from pydantic import ValidationError

    try:
        read = _model()(**merged).model_dump()
    except ValidationError as error:
        raise _usage_error(error, layers, file) from error
    if read["store"] is not None:
        read["store"] = read["store"].expanduser()
    return Settings(**read)


def where_set(settings: Settings, store: Path | str | None = None) -> dict[str, str]:
    """Where each setting's value comes from: a flag, a variable, the file, or the default.

    Args:
        settings: As read; a flag is told from `store` and from what no layer below says.
        store: `--store`, where it was given.
    """
    file = Path(CONFIG_FILE)
    _, environment, from_file = (values for _, values in _layers({"store": store}, file))
    found = {}
    for key in ALLOWED:
        if key == "store" and store is not None:
            found[key] = "--store"
        elif key in environment:
            found[key] = _variable(key)
        elif key in from_file:
            found[key] = f"{file}, key '{key}'"
        else:
            found[key] = "default" if getattr(settings, key) == getattr(Settings(), key) else "flag"
    return found


def _layers(given: dict[str, Any], file: Path) -> tuple[tuple[str, dict[str, Any]], ...]:
    """What was said, the strongest first."""
    return (
        ("flag", {key: value for key, value in given.items() if value is not None}),
        ("environment", dict(_from_environment())),
        ("file", _from_file(file)),
    )


def _variable(key: str) -> str:
    """The environment variable that a setting was read from."""
    name = PREFIX + key.upper()
    return "NO_COLOR" if key == "no_color" and not os.environ.get(name) else name


def _usage_error(
    error: ValidationError, layers: tuple[tuple[str, dict[str, Any]], ...], file: Path
) -> UsageError:
    key = str(error.errors()[0]["loc"][0])
    layer, value = next((name, values[key]) for name, values in layers if key in values)
    where = {
        "flag": f"--{key.replace('_', '-')}",
        "environment": f"environment variable {_variable(key)}",
        "file": f"{file}, key '{key}'",
    }[layer]
    return UsageError(
        f"the setting '{key}' cannot be '{value}'",
        where=where,
        allowed=ALLOWED[key],
        next_step="correct the value, or leave it out for the default",
    )
