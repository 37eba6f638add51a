"""What a publisher (or who passes for one) may send to do harm: nothing of it is stored."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest

from umweg.errors import UmwegError
from umweg.sources import registry
from umweg.sources.fetching.published import fetch_published
from umweg.sources.source import Download, Form

from .conftest import Place
from .serving import Handler, publishing, sends

OPEN = b'<?xml version="1.0"?><CONSOLIDATED_LIST dateGenerated="2025-01-01T00:00:00Z"><INDIVIDUALS>'

FILLER = (b"<!--" + b" " * (1 << 20) + b"-->") * 16
"""16 MB that a parser of XML passes over, so that only the unpacking can stop it."""


def refused(place: Place, name: str, form: Form, answer: object, said: str) -> None:
    """Fetching the source `name` fails with a named error, and nothing is stored."""
    with publishing(answer) as server:  # type: ignore[arg-type]
        source = replace(
            registry.SOURCES[name], hosts=("127.0.0.1",),
            downloads=(Download(f"list.{form}", server.url, form),),
        )  # fmt: skip
        with pytest.raises(UmwegError, match=said):
            fetch_published(source, place.store, place.downloader)
    assert place.snapshots == []
    assert list((place.store.root / ".staging").glob("*")) == []


def xml(body: bytes) -> object:
    return sends(body, content_type="application/xml")


def test_entities_that_expand(place: Place) -> None:
    """Ten entities of ten each: 10¹⁰ words from a kilobyte."""
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"word") for n in range(11)
    )
    body = b"<!DOCTYPE CONSOLIDATED_LIST [" + entities + b"]><CONSOLIDATED_LIST>&e10;"
    refused(place, "un", "xml", xml(body + b"</CONSOLIDATED_LIST>"), "document type|XML")


@pytest.mark.parametrize("target", ["file:///etc/hostname", "http://127.0.0.1:1/x", "/etc/passwd"])
def test_entities_from_elsewhere(place: Place, target: str) -> None:
    body = (
        f'<!DOCTYPE CONSOLIDATED_LIST [<!ENTITY x SYSTEM "{target}">]>'
        "<CONSOLIDATED_LIST>&x;</CONSOLIDATED_LIST>"
    )
    refused(place, "un", "xml", xml(body.encode()), "document type|XML")


def _gigabyte() -> bytes:
    """A gigabyte of comments in an XML file, as 64 gzip members of some kilobytes."""
    return gzip.compress(OPEN) + gzip.compress(FILLER) * 64


@pytest.mark.parametrize("header", ["gzip", ""])
def test_gzip_of_a_gigabyte(place: Place, header: str) -> None:
    """As a file, and as an encoding that was not asked for."""
    answer = sends(_gigabyte(), content_type="application/xml", content_encoding=header)
    refused(place, "un", "xml", answer, "unpacks to more")


def test_a_zip_bomb(place: Place) -> None:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as z,
        z.open("list.xml", "w") as member,
    ):
        member.write(OPEN)
        for _ in range(10):
            member.write(FILLER)
    answer = sends(packed.getvalue(), content_type="application/zip")
    refused(place, "un", "xml", answer, "unpacks to more")


def _pieces() -> Iterator[bytes]:
    yield b'36,"'
    for _ in range(100):
        yield b"A" * (1 << 20)
    yield b'","-0- "\n'


def test_100_mb_in_a_field(place: Place) -> None:
    def answer(h: Handler) -> None:
        h.send(b"", content_length="", connection="close")
        for piece in _pieces():
            h.wfile.write(piece)
        h.close_connection = True

    refused(place, "ofac-sdn", "csv", answer, "longer than")


def test_a_list_that_lost_its_end(place: Place) -> None:
    """HTTP/1.0 without a length: the cut is seen by the parser, not by the transfer."""

    def answer(h: Handler) -> None:
        h.send(OPEN + b"<INDIVIDUAL><DATAID>1</DATAID>", content_length="", connection="close",
               content_type="text/xml")  # fmt: skip
        h.close_connection = True

    refused(place, "un", "xml", answer, "no complete XML")


def test_a_list_of_nobody(place: Place) -> None:
    """Whole and well-formed, and far too short to be the list."""
    body = OPEN + b"</INDIVIDUALS><ENTITIES></ENTITIES></CONSOLIDATED_LIST>"
    refused(place, "un", "xml", xml(body), "entities|empty|holds")
