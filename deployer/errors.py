"""Why a deployment stopped: message, hint and exit status, never a traceback."""

from __future__ import annotations

FAILED = 3
"""The deployment was started and failed, or was rolled back."""
REFUSED = 4
"""Nothing was changed: wrong account, stale plan, a stack or an artefact in no fit state."""
UNREACHABLE = 5
"""AWS does not answer, or there are no usable credentials."""


class DeployError(Exception):
    """A fault that the user can act upon; `exit_code` is one of the three above."""

    def __init__(self, message: str, hint: str = "", exit_code: int = REFUSED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.message}\n  help: {self.hint}" if self.hint else self.message


def refused(message: str, hint: str = "") -> DeployError:
    return DeployError(message, hint, REFUSED)


def failed(message: str, hint: str = "") -> DeployError:
    return DeployError(message, hint, FAILED)


def unreachable(message: str, hint: str = "") -> DeployError:
    return DeployError(message, hint, UNREACHABLE)
