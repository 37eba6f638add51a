"""OFAC's `sdn.xml` (and `consolidated.xml`): one element an entity, aliases with their quality."""

from __future__ import annotations

from umweg.errors import InputError
from umweg.sources.lists.entry import Entry
from umweg.sources.lists.fields import Node
from umweg.sources.lists.list_import import ListTask
from umweg.sources.lists.ofac_csv import read_remarks
from umweg.sources.lists.ofac_terms import (
    ALIASES,
    AUTHORITY,
    SCHEMAS,
    add_name,
    detail,
    identifier,
    resolve_links,
)
from umweg.sources.lists.xml_records import records


def read_xml(task: ListTask) -> None:
    """Read the entries of the file; their number must be the one that the file names."""
    path = task.files[0]
    said: int | None = None
    entries: list[Entry] = []
    with task.open(path) as stream:
        for element in records(stream, path, {"sdnList"}, {"sdnEntry", "publshInformation"}):
            node = Node(element, task.noticed)
            if node.tag == "sdnList":
                continue
            if node.tag == "publshInformation":
                task.published_on(node.take("Publish_Date"), "mdy")
                count = node.take("Record_Count")
                said = int(count) if count.isdigit() else None
                node.done()
                continue
            task.read()
            entry = _entry(task, node)
            node.done()
            entries.append(entry)
    resolve_links(task, entries)
    for entry in entries:
        task.keep(entry)
    if said is not None and said != task.rows_read:
        raise InputError(
            f"the file says that it holds {said:,} entries, and holds {task.rows_read:,}",
            where=str(path),
            allowed=f"{said:,}",
            next_step="download it again; nothing was stored",
        )


def _entry(task: ListTask, node: Node) -> Entry:
    given, family = node.take("firstName"), node.take("lastName")
    kind = node.take("sdnType")
    schema = SCHEMAS.get(kind.casefold())
    if schema is None:
        task.noticed.add("unknown-type", "a type of entity that is not known", kind)
    entry = task.entry(node.take("uid"), schema or "LegalEntity")
    _name(entry, given, family, "primary")
    entry.topics.append("sanction")
    for programme in _texts(node, "programList", "program"):
        entry.listing(task.request.source, AUTHORITY, programme=programme)
    if title := node.take("title"):
        entry.titles.append(title)
    if remarks := node.take("remarks"):
        entry.remarks.append(remarks)
        read_remarks(entry, remarks)
    for aka in node.children("akaList", "aka"):
        _alias(entry, aka)
    for address in node.children("addressList", "address"):
        _address(entry, address)
    for number in node.children("idList", "id"):
        _number(entry, number)
    for path, label in (
        (("nationalityList", "nationality", "country"), "nationality"),
        (("citizenshipList", "citizenship", "country"), "citizen"),
        (("dateOfBirthList", "dateOfBirthItem", "dateOfBirth"), "dob"),
        (("placeOfBirthList", "placeOfBirthItem", "placeOfBirth"), "pob"),
    ):
        for item in node.children(*path[:2]):
            detail(entry, label, item.take(path[2]))
            item.ignore("uid", "mainEntry")  # which of them comes first says nothing more
            item.done()
    for vessel in node.children("vesselInfo"):
        _vessel(entry, vessel)
    return entry


def _name(entry: Entry, given: str, family: str, kind: str, *, weak: bool = False) -> None:
    if given and entry.schema == "Person":
        entry.person(given, family, kind, weak=weak)
    else:  # some persons' aliases stand as a whole where the family name should
        add_name(entry, f"{given} {family}".strip(), kind, weak=weak)


def _texts(node: Node, *path: str) -> list[str]:
    return [text for child in node.children(*path) if (text := child.leaf())]


def _alias(entry: Entry, aka: Node) -> None:
    aka.ignore("uid")
    type_, quality = aka.take("type"), aka.take("category")
    if type_ not in ALIASES or quality not in ("strong", "weak"):
        entry.noticed.add(
            "unknown-quality", "a type or quality of an alias that is not known", type_ + quality
        )
    given, family = aka.take("firstName"), aka.take("lastName")
    _name(entry, given, family, ALIASES.get(type_, "alias"), weak=quality == "weak")
    aka.done()


def _address(entry: Entry, address: Node) -> None:
    address.ignore("uid")
    street = ", ".join(s for s in (address.take(f"address{n}") for n in (1, 2, 3)) if s)
    entry.address(
        street=street,
        city=address.take("city"),
        region=address.take("stateOrProvince"),
        postal_code=address.take("postalCode"),
        country=address.take("country"),
    )
    address.done()


def _number(entry: Entry, number: Node) -> None:
    number.ignore("uid")
    label, value = number.take("idType"), number.take("idNumber")
    country = number.take("idCountry")
    issued, expires = number.take("issueDate"), number.take("expirationDate")
    dates = [f"issued {issued}" if issued else "", f"expires {expires}" if expires else ""]
    number.done()
    note = "; ".join(d for d in dates if d)
    if value and not identifier(entry, label, value, country, note):
        if detail(entry, label, value):
            return
        if not label.casefold().startswith("for more information"):
            entry.noticed.add(
                "unknown-label", "a label of OFAC's that is not known; kept in `fields`", label
            )
        entry.keep(label.rstrip(":"), " ".join(p for p in (value, country, note) if p))


def _vessel(entry: Entry, vessel: Node) -> None:
    if sign := vessel.take("callSign"):
        entry.identifier("call-sign", sign)
    for key, tag in (
        ("vessel_type", "vesselType"),
        ("tonnage", "tonnage"),
        ("gross_tonnage", "grossRegisteredTonnage"),
    ):
        entry.keep(key, vessel.take(tag))
    entry.country(vessel.take("vesselFlag"))
    if owner := vessel.take("vesselOwner"):
        entry.relation("Ownership", "vessel owner", subject_name=owner)
    vessel.done()
