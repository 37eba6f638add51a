"""The configuration: file < environment < flag, and errors that name where a value stands."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from umweg.errors import UsageError
from umweg.settings import ALLOWED, Settings, load_settings


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration but the test's own."""
    for name in [n for n in os.environ if n.startswith("UMWEG_") or n == "NO_COLOR"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(text: str) -> Path:
    path = Path("umweg.toml")
    path.write_text(text, "utf-8")
    return path


def test_defaults() -> None:
    settings = load_settings()
    assert settings == Settings()
    assert settings.store is None
    assert settings.store_folder.name == "umweg"
    assert set(ALLOWED) == {f.name for f in dataclasses.fields(Settings)}


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_settings().offline = True  # type: ignore[misc]


def test_flag_over_environment_over_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write('store = "a"\nthreads = 1\nmemory_limit = "1GB"\n')
    assert load_settings() == Settings(store=Path("a"), threads=1, memory_limit="1GB")
    monkeypatch.setenv("UMWEG_STORE", "b")
    monkeypatch.setenv("UMWEG_THREADS", "2")
    assert load_settings() == Settings(store=Path("b"), threads=2, memory_limit="1GB")
    assert load_settings(store="c").store == Path("c")
    assert load_settings(store="c").threads == 2


def test_a_folder_in_a_file_is_meant_from_the_file(tmp_path: Path) -> None:
    config = tmp_path / "deep" / "umweg.toml"
    config.parent.mkdir()
    config.write_text('store = "figures"')
    assert load_settings(config=config).store == tmp_path / "deep" / "figures"


def test_the_home_folder_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("UMWEG_STORE", "~/figures")
    assert load_settings().store == tmp_path / "figures"


def test_an_empty_variable_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UMWEG_THREADS", "")
    assert load_settings().threads is None


@pytest.mark.parametrize(("text", "on"), [("1", True), ("yes", True), ("", False)])
def test_no_color_by_convention(monkeypatch: pytest.MonkeyPatch, text: str, on: bool) -> None:
    monkeypatch.setenv("NO_COLOR", text)
    assert load_settings().no_color is on


BAD = [
    ("threads", "0", "whole number"),
    ("threads", "many", "whole number"),
    ("engine", "polars", "duckdb or spark"),
    ("memory_limit", "much", "4GB"),
    ("offline", "perhaps", "true or false"),
]


@pytest.mark.parametrize(("key", "value", "allowed"), BAD)
def test_a_bad_value_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(f"UMWEG_{key.upper()}", value)
    with pytest.raises(UsageError, match=f"'{key}' cannot be '{value}'") as caught:
        load_settings()
    assert caught.value.exit_code == 2
    assert caught.value.where == f"environment variable UMWEG_{key.upper()}"
    assert allowed in caught.value.allowed


@pytest.mark.parametrize(("key", "value", "allowed"), BAD)
def test_a_bad_value_in_the_file(key: str, value: str, allowed: str) -> None:
    write(f'{key} = "{value}"')
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert caught.value.where == f"umweg.toml, key '{key}'"
    assert allowed in caught.value.allowed


def test_a_bad_flag() -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(engine="polars")
    assert caught.value.where == "--engine"


def test_an_unknown_key_names_the_known_ones() -> None:
    write("thread = 1")
    with pytest.raises(UsageError, match="unknown setting 'thread'") as caught:
        load_settings()
    assert caught.value.where == "umweg.toml"
    assert "threads" in caught.value.allowed


def test_an_unknown_variable_names_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UMWEG_RAW", "raw")
    monkeypatch.setenv("UMWEG_COMTRADE_KEY", "key")
    assert load_settings() == Settings()
    monkeypatch.setenv("UMWEG_FOO", "1")
    with pytest.raises(UsageError, match="unknown setting 'UMWEG_FOO'") as caught:
        load_settings()
    assert caught.value.where == "environment variable UMWEG_FOO"
    assert "UMWEG_THREADS" in caught.value.allowed


def test_a_configuration_that_is_a_folder() -> None:
    Path("umweg.toml").mkdir()
    with pytest.raises(UsageError, match="not a regular file") as caught:
        load_settings()
    assert caught.value.where == "umweg.toml"


@pytest.mark.parametrize("content", [b"threads = ", b"\xff\xfe", b'store = "a"\nstore = "b"'])
def test_a_file_that_is_no_toml(content: bytes) -> None:
    Path("umweg.toml").write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read") as caught:
        load_settings()
    assert caught.value.where == "umweg.toml"


def test_importing_settings_is_cheap() -> None:
    """Commands that answer at once must not pay for pydantic, platformdirs or an engine."""
    heavy = "pydantic", "pydantic_settings", "platformdirs", "ibis", "pyarrow", "duckdb"
    code = f"import sys, umweg.settings; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_every_setting_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[1] / "docs" / "data.md").read_text("utf-8")
    for key in ALLOWED:
        assert f"`{key}`" in text
        assert f"`UMWEG_{key.upper()}`" in text
