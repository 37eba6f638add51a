"""The errors a user can meet. Each says what, where, what is allowed and what to do next.

The exit code of the command line is a property of the error class, so that the library and the
command line never disagree about what a failure means.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_PUBLISHER = 4
EXIT_CANNOT_TELL = 5


class UmwegError(Exception):
    """Base of all errors that Umweg raises on purpose.

    Args:
        what: What is wrong, in one sentence.
        where: File, row, column or key, where there is one.
        allowed: What would have been accepted.
        next_step: What to type or change next.
    """

    exit_code = EXIT_INPUT

    def __init__(
        self, what: str, *, where: str = "", allowed: str = "", next_step: str = ""
    ) -> None:
        self.what = what
        self.where = where
        self.allowed = allowed
        self.next_step = next_step
        super().__init__(self.render())

    def render(self) -> str:
        """The message as shown to the user, one line for each part that is known."""
        lines = [self.what]
        for label, text in (
            ("where", self.where),
            ("allowed", self.allowed),
            ("do next", self.next_step),
        ):
            if text:
                lines.append(f"  {label}: {text}")
        return "\n".join(lines)


class UsageError(UmwegError):
    """The command was typed in a way that cannot be understood (exit code 2)."""

    exit_code = EXIT_USAGE


class InputError(UmwegError):
    """A file that was handed in, or the data in the store, cannot be used (exit code 3)."""


class RegimeError(InputError):
    """A fact file of the regime breaks a rule of its format or contradicts another one."""


class NomenclatureError(InputError):
    """A goods code that its nomenclature does not have, or a nomenclature that is not held."""


class StoreError(InputError):
    """The store cannot be opened, is of another schema version, or a snapshot is damaged."""


class PublisherError(UmwegError):
    """A publisher could not be reached, or what it sent is not what was asked for (exit code 4)."""

    exit_code = EXIT_PUBLISHER
