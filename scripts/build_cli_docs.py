"""Write docs/cli.md, the command reference, from the help of every command.

    python scripts/build_cli_docs.py [--check]

With --check nothing is written; the exit code says whether the file is up to date.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

DOC = Path(__file__).resolve().parent.parent / "docs" / "cli.md"

HEAD = """# Command reference

Generated from the help texts by `make docs`; do not edit.

Results go to stdout, messages to stderr. Exit codes: 0 done, nothing at or above `--fail-on`; 1
findings at or above it; 2 wrong usage; 3 input or data unusable; 4 a publisher could not be
reached; 5 a result is `cannot-tell` and `--fail-on cannot-tell` was asked.
"""


def commands() -> list[tuple[str, ...]]:
    """Every command and group, as the words that are typed after `umweg`."""
    import typer

    from umweg.cli.main import app

    found: list[tuple[str, ...]] = []

    def walk(command: object, words: tuple[str, ...]) -> None:
        found.append(words)
        for name, child in sorted(getattr(command, "commands", {}).items()):
            walk(child, (*words, name))

    walk(typer.main.get_command(app), ())
    return found


def help_of(words: tuple[str, ...]) -> str:
    """The help text as printed in a pipe of 88 columns."""
    environment = {**os.environ, "COLUMNS": "88", "NO_COLOR": "1", "TERM": "dumb"}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "umweg", *words, "--help"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = (line.rstrip() for line in done.stdout.replace("python -m umweg", "umweg").splitlines())
    return "\n".join(lines).strip()


def reference() -> str:
    """The whole document."""
    parts = [HEAD]
    for words in commands():
        parts.append(f"## `{' '.join(('umweg', *words))}`\n\n```text\n{help_of(words)}\n```\n")
    return "\n".join(parts)


def main() -> None:
    text = reference()
    if "--check" in sys.argv[1:]:
        if not DOC.exists() or DOC.read_text("utf-8") != text:
            sys.exit("docs/cli.md is out of date: run `make docs`")
        return
    DOC.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
