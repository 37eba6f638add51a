"""One door for every file: recognise the source, or take the one that was named, and import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from umweg.errors import InputError, UsageError
from umweg.sources.appearance import not_recognised, refuse_other_formats
from umweg.sources.flow_table import DATASET, OriginInfo, check_names, import_flows
from umweg.sources.opening import head_of
from umweg.sources.registry import SOURCES, recognised
from umweg.sources.source import ImportRequest, Progress, Source
from umweg.store import Alarm, Manifest, Store


def import_files(
    files: Sequence[Path],
    store: Store,
    *,
    source: str | None = None,
    dataset: str | None = None,
    published_on: str | None = None,
    origin: OriginInfo | None = None,
    mapping: Path | None = None,
    retrieved_at: str | None = None,
    url: str | None = None,
    strict: bool = False,
    allow_shrink: bool = False,
    progress: Progress | None = None,
    asked: str | None = None,
    noticed: Sequence[Alarm] = (),
) -> Manifest:
    """Import a publisher's file (and what belongs to it), or a table of the user's own.

    The named source decides; without one, the beginning of the file. A table with a mapping, and
    figures in the store's own columns, take any name that is no source's.

    Raises:
        UsageError: a name, a date or a combination that cannot be.
        InputError: the file cannot be read, or is not of the source. Nothing is stored then.
    """
    if not files:
        raise UsageError("no file is named", next_step="name the publisher's file")
    # `Path.is_file` says no to what may not be looked into; opening says why.
    known = _source(files[0], source, mapping)
    name = source or (known.name if known else "")
    if known is not None:
        for path in files:
            refuse_other_formats(head_of(path), seven=known.packs_with_7z)
    if known is None and mapping is None:
        if len(files) > 1:
            raise UsageError(
                f"'{name}' is no source of several files",
                allowed=", ".join(SOURCES),
                next_step="import the files one by one, each with its own --dataset",
            )
        return import_flows(
            files[0],
            store,
            source=name,
            published_on=published_on,
            origin=origin,
            dataset=dataset or DATASET,
            strict=strict,
            progress=progress,
        )
    default = ""  # what is held says it: a mapping, or the content of the file
    if known is not None and not known.dataset_by_content:
        default = known.dataset or known.name
    request = ImportRequest(
        files=tuple(files),
        source=name,
        dataset=dataset or default,
        published_on=check_names(name, dataset or default or DATASET, published_on),
        retrieved_at=retrieved_at,
        url=url,
        mapping=mapping,
        origin=origin,
        strict=strict,
        allow_shrink=allow_shrink,
        progress=progress,
        asked=asked,
        noticed=tuple(noticed),
    )
    if known is None:
        from umweg.sources.mapped import import_mapped

        return import_mapped(request, store)
    return known.read(replace(request, url=url or known.url or None), store)


def _source(file: Path, named: str | None, mapping: Path | None) -> Source | None:
    """The source meant; None for a table with a mapping or in the store's own columns."""
    if named is not None:
        known = SOURCES.get(named)
        if known is not None and mapping is not None:
            raise UsageError(
                f"the source '{named}' has a format of its own and takes no mapping",
                next_step="leave --mapping out, or choose another name with --source",
            )
        return known
    if mapping is not None:
        raise UsageError(
            "a table with a mapping needs a name of who it comes from",
            where="--source",
            allowed="small letters, digits and single hyphens, at most 60",
            next_step="add --source my-office",
        )
    head = head_of(file)
    found = recognised(head)
    if len(found) == 1:
        return found[0]
    if not found:
        refuse_other_formats(head)
        raise not_recognised(head, ", ".join(SOURCES))
    raise InputError(
        f"the file may be of several sources: {', '.join(s.name for s in found)}",
        where=str(file),
        allowed=", ".join(s.name for s in found),
        next_step="name the source with --source",
    )
