"""XML as a stream of records, read without trust: no entities, no DTD, no network, no huge text."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from umweg.errors import InputError
from umweg.sources.lists.fields import local_name


def records(
    stream: BinaryIO, path: Path, root: Collection[str], tags: Collection[str]
) -> Iterator[Any]:
    """The elements of some tags, one after the other, each forgotten after its turn.

    The first element that comes is the root itself, as it stands at its beginning, so that its
    attributes can be read.

    Args:
        stream: The bytes.
        path: The file, for messages.
        root: Tags that the root may have.
        tags: Tags of the records; a record within a record is part of it.

    Raises:
        InputError: it is no XML, is cut off, is another document, or declares a document type.
    """
    from lxml import etree

    events = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,  # the parser itself refuses a text of more than 10 MB and 256 levels
        remove_comments=True,
        remove_pis=True,
    )
    depth, inside, seen_root = 0, 0, False
    try:
        for event, element in events:
            if event == "start":
                depth += 1
                if not seen_root:
                    _check_root(element, path, root)
                    seen_root = True
                    yield element
                elif local_name(element) in tags:
                    inside += 1
                continue
            depth -= 1
            if local_name(element) not in tags:
                if depth and not inside:
                    _forget(element)
                continue
            inside -= 1
            if not inside:
                yield element
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise InputError(
            f"the file is no complete XML: {error.msg}",
            where=str(path),
            allowed="the XML as the publisher sent it",
            next_step="download it again; it may be cut off, or a page that says why there is none",
        ) from error


def _forget(element: Any) -> None:
    """Free an element and what came before it: the tree never grows with the file."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _check_root(element: Any, path: Path, allowed: Collection[str]) -> None:
    if element.getroottree().docinfo.doctype:
        raise InputError(
            "the file declares a document type, which no publisher of lists does and which can "
            "hide files and expand without end; it was not read further",
            where=str(path),
            next_step="check where the file comes from",
        )
    if local_name(element) not in allowed:
        raise InputError(
            f"the file is another document: its root element is '{local_name(element)}'",
            where=str(path),
            allowed=", ".join(sorted(allowed)),
            next_step="name the right source with --source",
        )
