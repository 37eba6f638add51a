"""A source's fields: take the ones that are understood, then complain about what remains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from umweg.sources.batches import cut
from umweg.store import Alarm

_SHOWN = 5


class Noticed:
    """What a reader of a list must know, counted by name with the first examples."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._texts: dict[str, str] = {}
        self._examples: dict[str, Counter[str]] = {}

    def add(self, name: str, text: str, example: str = "") -> None:
        """Count one case of an alarm.

        Args:
            name: Name of the alarm.
            text: What it means, the same for every case.
            example: What was found.
        """
        self._counts[name] += 1
        self._texts[name] = text
        if example:
            self._examples.setdefault(name, Counter())[cut(example)] += 1

    def alarms(self) -> list[Alarm]:
        """The alarms, in the order of their names."""
        found = []
        for name, n in sorted(self._counts.items()):
            examples = self._examples.get(name, Counter()).most_common()
            shown = "; ".join(f"'{e}'" + (f" ({k})" if k > 1 else "") for e, k in examples[:_SHOWN])
            more = f" and {len(examples) - _SHOWN} more" if len(examples) > _SHOWN else ""
            text = self._texts[name] + (f": {shown}{more}" if shown else "")
            found.append(Alarm(name, n, text))
        return found


class Fields:
    """The named values of one row; what nobody took is an alarm."""

    def __init__(self, values: Mapping[str, Any], noticed: Noticed, where: str) -> None:
        self._values = dict(values)
        self._noticed = noticed
        self._where = where

    def take(self, name: str) -> str:
        """A value as trimmed text, empty where there is none."""
        value = self._values.pop(name, None)
        return "" if value is None else str(value).strip()

    def take_raw(self, name: str) -> Any:
        """A value as it is; None where there is none."""
        return self._values.pop(name, None)

    def ignore(self, *names: str) -> None:
        """Fields that are known and of no use here."""
        for name in names:
            self._values.pop(name, None)

    def done(self) -> None:
        """Complain about what remains."""
        for name, value in self._values.items():
            if value not in (None, "", [], {}):
                unknown_field(self._noticed, f"{self._where}.{name}")


class Node:
    """An XML element whose children and attributes are taken one by one; the rest is an alarm."""

    def __init__(self, element: Any, noticed: Noticed, where: str = "") -> None:
        self._noticed = noticed
        self.tag = local_name(element)
        self.where = f"{where}/{self.tag}" if where else self.tag
        self.text = _text(element)
        self._attributes: dict[str, str] = {_bare(k): v for k, v in element.attrib.items()}
        self._children: dict[str, list[Any]] = {}
        for child in element:
            if isinstance(child.tag, str):  # not a comment
                self._children.setdefault(local_name(child), []).append(child)

    def attribute(self, name: str) -> str:
        """An attribute, empty where there is none."""
        return self._attributes.pop(name, "").strip()

    def take(self, name: str) -> str:
        """The text of a child that comes at most once; empty where there is none."""
        found = self.texts(name)
        if len(found) > 1:
            self._noticed.add(
                "repeated-field",
                "a field that comes once came several times; all of its texts are kept, joined",
                f"{self.where}/{name}",
            )
        return "; ".join(found)

    def texts(self, name: str) -> list[str]:
        """The texts of the children of a name, without empty ones."""
        return [t for n in self.children(name) if (t := n.leaf())]

    def leaf(self) -> str:
        """The text of an element that holds nothing else."""
        self.done()
        return self.text

    def child(self, name: str) -> Node | None:
        """A child that comes at most once."""
        found = self._children.get(name, [])
        if len(found) > 1:
            unknown_field(self._noticed, f"{self.where}/{name} (several)")
        self._children.pop(name, None)
        return Node(found[0], self._noticed, self.where) if found else None

    def children(self, *path: str) -> Iterator[Node]:
        """The children of a name, or of the elements inside the first name."""
        first, *rest = path
        for element in self._children.pop(first, []):
            node = Node(element, self._noticed, self.where)
            if rest:
                yield from node.children(*rest)
                node.done()
            else:
                yield node

    def ignore(self, *names: str) -> None:
        """Children and attributes that are known and of no use here."""
        for name in names:
            self._children.pop(name, None)
            self._attributes.pop(name, None)

    def done(self) -> None:
        """Complain about what remains and is not empty."""
        for name, elements in self._children.items():
            if any(_holds(e) for e in elements):
                unknown_field(self._noticed, f"{self.where}/{name}")
        for name, value in self._attributes.items():
            if value.strip():
                unknown_field(self._noticed, f"{self.where}@{name}")


def unknown_field(noticed: Noticed, where: str) -> None:
    """A field that this program does not know yet: its content is not in the tables."""
    noticed.add(
        "unknown-field",
        "a field that is not known: what stands there was not read; a newer version of the "
        "program may know it",
        where,
    )


def local_name(element: Any) -> str:
    """The tag of an element without its namespace."""
    return _bare(element.tag)


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def _text(element: Any) -> str:
    return " ".join((element.text or "").split())


def _holds(element: Any) -> bool:
    parts: Iterable[str] = element.itertext()
    return any(t.strip() for t in parts)
