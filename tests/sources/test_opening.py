"""A publisher's file is opened as it comes, and no archive unpacks without end."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import pytest

from umweg.errors import InputError
from umweg.sources.opening import FREE_BYTES, head_of, opened

TEXT = b"a,b\n1,2\n"


def test_plain_gzip_and_zip_give_the_same_bytes(tmp_path: Path) -> None:
    plain, packed, archive = tmp_path / "a.csv", tmp_path / "a.csv.gz", tmp_path / "a.zip"
    plain.write_bytes(TEXT)
    packed.write_bytes(gzip.compress(TEXT))
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("a.csv", TEXT)
    for path in (plain, packed, archive):
        with opened(path) as stream:
            assert stream.read() == TEXT
        assert head_of(path).name == "a.csv"
        assert head_of(path).text == TEXT.decode()


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_refused_before_it_has_unpacked(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bomb"
    zeros = bytes(FREE_BYTES * 4)
    if kind == "gzip":
        path.write_bytes(gzip.compress(zeros))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("zeros", zeros)
    read = 0
    with pytest.raises(InputError, match="unpacks to more"), opened(path) as stream:  # noqa: PT012
        while chunk := stream.read(1 << 20):
            read += len(chunk)
    assert read <= FREE_BYTES * 2


def test_a_damaged_archive_and_one_of_several_files(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(os.urandom(5000))[:-50])
    with pytest.raises(InputError, match="damaged or cut off"), opened(cut) as stream:
        stream.read()
    several = tmp_path / "several.zip"
    with zipfile.ZipFile(several, "w") as z:
        z.writestr("one", "1")
        z.writestr("two", "2")
    with pytest.raises(InputError, match="holds 2 files"), opened(several):
        pass
    with opened(several, "two") as stream:
        assert stream.read() == b"2"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_may_take_any_memory_are_refused(tmp_path: Path, method: int) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as z:
        z.writestr("a.csv", TEXT)
    with pytest.raises(InputError, match="cannot be unpacked"), opened(path):
        pass
    with pytest.raises(InputError, match="cannot be unpacked"):
        head_of(path)


def test_names_of_an_archive_are_neither_obeyed_nor_believed(tmp_path: Path) -> None:
    """A name that clears a terminal, one that climbs out of the folder, and one not there."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("\x1b[2Jone", "1")
        z.writestr("../../two", "2")
    with pytest.raises(InputError) as error, opened(path):
        pass
    assert "\x1b" not in str(error.value)
    assert "?[2Jone" in str(error.value)
    with opened(path, "../../two") as stream:
        assert stream.read() == b"2"
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]
    with pytest.raises(InputError, match="holds no file 'three'"), opened(path, "three"):
        pass


def test_an_archive_of_very_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("umweg.sources.opening.MAX_MEMBERS", 3)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as z:
        for n in range(4):
            z.writestr(str(n), "")
    with pytest.raises(InputError, match="holds 4 files"):
        head_of(path)


def test_a_member_whose_checksum_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as z:
        z.writestr("a.csv", TEXT * 100)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"1,2", b"9,9", 1))
    with pytest.raises(InputError, match="damaged or cut off"), opened(path) as stream:
        stream.read()


def test_a_failure_of_the_caller_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(TEXT)
    with pytest.raises(PermissionError), opened(path):
        raise PermissionError("of the caller")


def test_a_missing_file_a_folder_and_a_pipe(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"), opened(tmp_path / "none"):
        pass
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(InputError, match="regular file"), opened(path):
            pass
