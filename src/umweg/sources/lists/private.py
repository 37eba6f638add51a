"""Private lists and registers by a mapping: suppliers' letters, own blocklists, company registers.

The mapping (YAML, `holds: entities`) says which column of the table is what. Rows of one number
make one entity. A column that the mapping neither uses nor ignores is an alarm, and is kept in
`fields`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from umweg.errors import InputError
from umweg.sources.batches import Reject, as_json, listed
from umweg.sources.flow_table import OriginInfo
from umweg.sources.lists.bis import digest
from umweg.sources.lists.entry import Entry, one_line
from umweg.sources.lists.list_import import ListInfo, ListTask, import_list
from umweg.sources.lists.numbers import ISSUER, named_numbers
from umweg.sources.lists.opensanctions import share_of
from umweg.sources.mapping import columns_of, known_names
from umweg.sources.source import ImportRequest
from umweg.sources.table_file import TableFile
from umweg.store import Manifest, Store
from umweg.store.party_contracts import IDENTIFIER_KINDS, NAME_KINDS, RELATION_KINDS, SCHEMAS


def _one_of(allowed: tuple[str, ...]) -> AfterValidator:
    def check(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"'{text}' is not known; allowed: {', '.join(allowed)}")
        return text

    return AfterValidator(check)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Value(_Part):
    """Where a value stands: in a column (with a meaning for some of its texts), or in every row
    the same."""

    column: str | None = None
    value: str | None = None
    values: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return {"column": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one(self) -> Value:
        if (self.column is None) == (self.value is None):
            raise ValueError("give either 'column' or 'value'")
        return self

    def of(self, cells: dict[str, str]) -> str:
        """The value in a row."""
        if self.column is None:
            return self.value or ""
        text = one_line(cells.get(self.column) or "")
        return self.values.get(text, text)

    def parts(self, cells: dict[str, str], split: str | None) -> list[str]:
        """The values in a row, where a sign parts several."""
        text = self.of(cells)
        return [p for part in (text.split(split) if split else [text]) if (p := part.strip())]


class Name(Value):
    """A column of names."""

    kind: Annotated[str, _one_of(NAME_KINDS)] = "primary"
    weak: bool = False
    language: str | None = None
    split: str | None = None


class Person(_Part):
    """Columns of a person's name that stands in parts."""

    given: Value
    family: Value
    patronymic: Value | None = None
    kind: Annotated[str, _one_of(NAME_KINDS)] = "primary"


class Number(Value):
    """A column of numbers; `any` for one that names its kinds (`INN 7707083893`)."""

    kind: Annotated[str, _one_of((*IDENTIFIER_KINDS, "any"))]
    country: Value | None = None
    note: Value | None = None
    split: str | None = None


class Address(_Part):
    """Columns of an address: whole, or in parts."""

    full: Value | None = None
    street: Value | None = None
    city: Value | None = None
    region: Value | None = None
    postal_code: Value | None = None
    country: Value | None = None
    note: Value | None = None


class Listing(_Part):
    """Why the entity stands on the list."""

    list: Value
    authority: Value
    programme: Value | None = None
    reference: Value | None = None
    listed_from: Value | None = None
    listed_until: Value | None = None
    legal_basis: Value | None = None
    reason: Value | None = None
    url: Value | None = None


class Relation(_Part):
    """Another party that a column names; `subject` if it owns or directs the entity."""

    name: Value
    kind: Annotated[str, _one_of(RELATION_KINDS)]
    other_is: Literal["subject", "object"] = "subject"
    number: Value | None = None
    role: Value | None = None
    share: Value | None = None
    valid_from: Value | None = None
    valid_until: Value | None = None


class Table(_Part):
    """How the file is read, where it does not say so itself."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


class Origin(_Part):
    """Who the list comes from."""

    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    licence: str | None = None


class EntityMapping(_Part):
    """What the columns of a table of parties are; every key but `names` may be left out."""

    holds: Literal["entities"]
    origin: Origin = Origin()
    table: Table = Table()
    id: Value | None = None
    entity_schema: Value = Field(default=Value(value="LegalEntity"), alias="schema")
    names: tuple[Name, ...] = ()
    person: Person | None = None
    identifiers: tuple[Number, ...] = ()
    addresses: tuple[Address, ...] = ()
    countries: tuple[Value, ...] = ()
    birth_date: Value | None = None
    birth_place: Value | None = None
    gender: Value | None = None
    founded: Value | None = None
    dissolved: Value | None = None
    industry: Value | None = None
    titles: tuple[Value, ...] = ()
    topics: tuple[str, ...] = ()
    remarks: tuple[Value, ...] = ()
    listing: Listing | None = None
    relations: tuple[Relation, ...] = ()
    date_order: Literal["dmy", "mdy"] = "dmy"
    ignore: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _named(self) -> EntityMapping:
        if not self.names and self.person is None:
            raise ValueError("an entity needs a name: give 'names' or 'person'")
        if self.entity_schema.value is not None and self.entity_schema.value not in SCHEMAS:
            raise ValueError(
                f"'{self.entity_schema.value}' is no schema; allowed: {', '.join(SCHEMAS)}"
            )
        return self


def entity_mapping(document: dict[str, Any], where: str) -> EntityMapping:
    """A document as the mapping of a table of parties.

    Raises:
        InputError: a key that is not known, is missing, or holds what it cannot.
    """
    try:
        return EntityMapping.model_validate(document)
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(k) for k in p['loc']) or '(the mapping)'}: "
            f"{p['msg'].removeprefix('Value error, ')}"
            for p in error.errors()[:5]
        ]
        keys = [f.alias or name for name, f in EntityMapping.model_fields.items()]
        raise InputError(
            f"the mapping does not fit: {'; '.join(problems)}",
            where=where,
            allowed=", ".join(keys),
            next_step="see docs/lists.md for every key",
        ) from error


def import_private(request: ImportRequest, document: dict[str, Any], store: Store) -> Manifest:
    """Import a private list or register by its mapping.

    Args:
        request: What is asked; `mapping` is the file that the document stands in.
        document: The mapping as it was read from YAML.
        store: Where to.

    Raises:
        InputError: the mapping or the table cannot be read, or they do not fit each other; see
            also `import_list`.
    """
    mapping = entity_mapping(document, str(request.mapping))
    given = request.origin or OriginInfo()
    told = mapping.origin
    info = ListInfo(
        publisher=given.publisher or told.publisher or request.source,
        title=given.title or told.title or request.files[0].name,
        parser="private/1",
        url=given.url or told.url or "",
        licence=given.licence or told.licence or "",
    )
    return import_list(request, store, info, lambda task: _read(task, mapping))


def _read(task: ListTask, mapping: EntityMapping) -> None:
    entries: dict[str, Entry] = {}
    for path in task.files:
        given = mapping.table
        table = TableFile(
            path,
            sheet=given.sheet,
            encoding=given.encoding,
            delimiter=given.delimiter,
            recognise=known_names(mapping),
        )
        used = columns_of(mapping)
        _check(table, path.name, used, mapping, str(task.request.mapping))
        for note in table.notes:
            task.noticed.add("read-as", "what was assumed of the file", note)
        others = [c for c in table.columns if c not in used and c not in mapping.ignore]
        for name in others:
            task.noticed.add(
                "column-not-mapped",
                "a column that the mapping neither uses nor ignores; it is kept in `fields`",
                name,
            )
        for batch in table.batches():
            task.read(len(batch.rows) + len(batch.rejects))
            task.aside.add(batch.rejects)
            texts = batch.texts(range(len(batch.rows)))
            for number, cells in zip(batch.rows.tolist(), texts, strict=True):
                problem = _row(task, mapping, entries, cells, others)
                if problem:
                    task.set_aside(Reject(number, *problem, as_json(cells)))
    for entry in entries.values():
        task.keep(entry)


def _check(table: TableFile, name: str, used: set[str], mapping: EntityMapping, where: str) -> None:
    missing = sorted((used | set(mapping.ignore)) - set(table.columns))
    if missing:
        raise InputError(
            f"the mapping names columns that the table has not: {listed(missing)}",
            where=f"{where}; the header of {name}",
            allowed=listed(table.columns),
            next_step="write the names as the table writes them",
        )


def _row(
    task: ListTask,
    mapping: EntityMapping,
    entries: dict[str, Entry],
    cells: dict[str, str],
    others: list[str],
) -> tuple[str, str] | None:
    """Add a row to its entity; returns what is wrong with it."""
    names = [(n, text) for n in mapping.names for text in n.parts(cells, n.split)]
    person = mapping.person
    parts = [
        v.of(cells) if v else ""
        for v in (
            (person.given, person.patronymic, person.family) if person else ()
        )
    ]  # fmt: skip
    if not names and not any(parts):
        return "no-name", "the row has no name; allowed: a text in one of the columns of names"
    schema = mapping.entity_schema.of(cells) or "LegalEntity"
    if schema not in SCHEMAS:
        return "unknown-schema", (
            f"'{schema}' is no schema; allowed: {', '.join(SCHEMAS)}; name the meaning of each "
            "text of the column under schema.values"
        )
    number = mapping.id.of(cells) if mapping.id else ""
    if mapping.id and not number:
        return "no-number", "the row has no number; allowed: a text in the column of 'id'"
    number = number or digest(*(t for _, t in names), *parts)
    entry = entries.get(number)
    if entry is None:
        entry = entries[number] = task.entry(number, schema, 0, mapping.date_order)
    entry.rows += 1
    for name, text in names:
        entry.name(text, name.kind, weak=name.weak, language=name.language)
    if person and any(parts):
        entry.person(parts[0], parts[2], person.kind, middle=parts[1])
    _facts(entry, mapping, cells)
    for column in others:
        entry.keep(column, cells.get(column) or "")
    return None


def _of(value: Value | None, cells: dict[str, str]) -> str:
    return value.of(cells) if value else ""


def _facts(entry: Entry, mapping: EntityMapping, cells: dict[str, str]) -> None:
    for number in mapping.identifiers:
        _number(entry, number, cells)
    for address in mapping.addresses:
        parts = {n: _of(getattr(address, n), cells) for n in type(address).model_fields}
        entry.address(**parts)
    for country in mapping.countries:
        entry.country(country.of(cells))
    entry.born(_of(mapping.birth_date, cells))
    entry.birth_places.append(_of(mapping.birth_place, cells))
    if gender := _of(mapping.gender, cells):
        entry.sex(gender)
    if day := entry.day(_of(mapping.founded, cells), "founded"):
        entry.founded.append(day)
    entry.dissolved = entry.dissolved or entry.day(_of(mapping.dissolved, cells), "dissolved")
    entry.industry = entry.industry or _of(mapping.industry, cells) or None
    entry.titles += [v.of(cells) for v in mapping.titles]
    entry.topics += mapping.topics
    entry.remarks += [v.of(cells) for v in mapping.remarks]
    if mapping.listing:
        words = {n: _of(getattr(mapping.listing, n), cells) for n in Listing.model_fields}
        entry.listing(words.pop("list"), words.pop("authority"), **words)
    for relation in mapping.relations:
        _relation(entry, relation, cells)


def _number(entry: Entry, number: Number, cells: dict[str, str]) -> None:
    for text in number.parts(cells, number.split):
        named = named_numbers(text) if number.kind == "any" else []
        for kind, value in named:
            entry.identifier(kind, value, alpha3=ISSUER.get(kind))
        if not named:
            kind = "other" if number.kind == "any" else number.kind
            entry.identifier(kind, text, _of(number.country, cells), _of(number.note, cells))


def _relation(entry: Entry, relation: Relation, cells: dict[str, str]) -> None:
    name = relation.name.of(cells)
    if not name:
        return
    other = {f"{relation.other_is}_name": name}
    share = _of(relation.share, cells)
    role = _of(relation.role, cells)
    if number := _of(relation.number, cells):
        role = f"{role} (number {number})".strip()
    entry.relation(
        relation.kind,
        role,
        share=share_of(share),
        valid_from=_of(relation.valid_from, cells),
        valid_until=_of(relation.valid_until, cells),
        subject_name=other.get("subject_name"),
        object_name=other.get("object_name"),
    )
    if share and share_of(share) == (None, None):
        entry.keep("share_as_published", share)
