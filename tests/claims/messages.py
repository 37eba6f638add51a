"""Every sentence that a card can show, found in the code and the template."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import umweg
from umweg.claims.wording import LARGE_UNITS
from umweg.evidence import CAVEATS, EXPLANATIONS
from umweg.geography import GROUPS
from umweg.report import claim_words

SOURCE = Path(umweg.__file__).parent
PLACEHOLDERS = re.compile(r"^(\{\w+\}[:.]? ?)+$")


def sentences() -> set[str]:
    """What the catalogues must translate."""
    found = {*EXPLANATIONS.values(), *GROUPS.values(), *LARGE_UNITS.values()}
    for table in (
        claim_words.LABELS,
        claim_words.MEANINGS,
        claim_words.KINDS,
        claim_words.SOURCE_KINDS,
        claim_words.RELATIONS,
        claim_words.METHODS,
    ):
        found |= set(table.values())
    code = ""
    for path in [*(SOURCE / "claims").glob("[!d]*.py"), *(SOURCE / "report").glob("claim_c*.py")]:
        text = path.read_text("utf-8")
        code += text
        found |= set(_called(ast.parse(text)))
    found |= {c for key, c in CAVEATS.items() if f'"{key}"' in code}
    template = (SOURCE / "report" / "templates" / "claim.html.j2").read_text("utf-8")
    found |= set(re.findall(r"""_\(["'](.*?)["']\)""", template))
    return {s for s in found if s and not PLACEHOLDERS.match(s)}


def _called(tree: ast.AST) -> Iterator[str]:
    """The first argument of every `Say(…)`, `translate(…)`, `lang(…)` and `reader(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", "")
            for one in ast.walk(node.args[0]) if name == "lang" else [node.args[0]]:
                if (
                    name in ("Say", "translate", "lang", "reader")
                    and isinstance(one, ast.Constant)
                    and isinstance(one.value, str)
                ):
                    yield one.value
    for node in ast.walk(tree):  # tables of templates and names that are said later
        if isinstance(node, ast.Assign | ast.AnnAssign):
            names = [t.id for t in getattr(node, "targets", []) if isinstance(t, ast.Name)]
            if "_MISSING" in names or "text" in names or "named" in names:
                for one in ast.walk(node.value) if node.value is not None else []:
                    if (
                        isinstance(one, ast.Constant)
                        and isinstance(one.value, str)
                        and ("named" in names or " " in one.value)
                    ):
                        yield one.value
