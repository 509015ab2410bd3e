"""Errors that stop a deployment, with diagnostics and an exit status."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.source.diagnostics import Diagnostic

UNCONFIRMED = 1
"""A question was not answered with yes."""
FAILED = 3
"""The deployment was started and failed, or was rolled back."""
REFUSED = 4
"""Nothing was changed: wrong account, stale plan, or a stack or artefact that can't be deployed."""
UNREACHABLE = 5
"""AWS does not respond, or there are no usable credentials."""
UNAPPROVED = 6
"""Nothing was changed: data would be removed or replaced, and nobody has approved that by name."""
OCCUPIED = 7
"""Nothing was changed: another operation runs on the stack."""
DRIFTED = 8
"""Nothing was changed: something was changed outside of CloudFormation, or could not be checked for that."""
INTERRUPTED = 130
"""Ctrl-C while an operation was watched, which goes on without this process (128 + SIGINT)."""


class DeployError(Exception):
    """Faults that the user can act upon; `exit_code` is one of those above."""

    def __init__(self, diagnostics: Sequence[Diagnostic], exit_code: int = REFUSED) -> None:
        self.diagnostics = tuple(diagnostics)
        self.exit_code = exit_code
        super().__init__("\n".join(map(str, self.diagnostics)))

    @property
    def message(self) -> str:
        return self.diagnostics[0].message

    @property
    def hint(self) -> str:
        return self.diagnostics[0].suggestion


def refused(message: str, hint: str = "", code: str = "aws-refused", component: str = "") -> DeployError:
    return DeployError([Diagnostic(code, message, component=component, suggestion=hint)], REFUSED)


def failed(message: str, hint: str = "") -> DeployError:
    return DeployError([Diagnostic("deployment-failed", message, suggestion=hint)], FAILED)


def unreachable(message: str, hint: str = "", code: str = "unreachable") -> DeployError:
    return DeployError([Diagnostic(code, message, suggestion=hint)], UNREACHABLE)


def occupied(message: str, hint: str) -> DeployError:
    return DeployError([Diagnostic("stack-busy", message, suggestion=hint)], OCCUPIED)


def interrupted(stack_name: str, sandbox: bool) -> DeployError:
    """Ctrl-C: AWS goes on with the operation, the embedded sandbox ends with the command."""
    message = f"interrupted: the operation on stack {stack_name} goes on without this command"
    hint = "`events --follow` attaches to it again; the same command with --wait goes on after it"
    if sandbox:
        message = f"interrupted: the sandbox ends with this command, and with it the operation on stack {stack_name}"
        hint = "run `recover`, then the same command again"
    return DeployError([Diagnostic("interrupted", message, suggestion=hint)], INTERRUPTED)


def not_confirmed(question: str) -> DeployError:
    help_text = "answer y, or give --yes where nobody is there to answer"
    message = f"'{question}' was not answered with yes"
    return DeployError([Diagnostic("not-confirmed", message, suggestion=help_text)], UNCONFIRMED)


def unwatched() -> DeployError:
    """Ctrl-C while no operation was watched: before one was begun, or after its end."""
    message = "interrupted: this command has stopped, and does nothing more"
    return DeployError([Diagnostic("interrupted", message, suggestion="run the same command again")], INTERRUPTED)
