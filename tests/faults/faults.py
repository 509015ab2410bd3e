"""The faults that are tried at every call, each as what it does to the requests from the one that it meets on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `steps` are what becomes of the request that it meets and of those after it."""

    name: str
    means: str
    steps: tuple[str, ...]
    stays: str = ""
    """``all``: it goes on until the command has ended; ``operation``: for the same operation."""
    passes: bool = False
    """The SDK gets over it, so that one run can meet it at every call."""
    kills: bool = False
    """The command runs in a process of its own, which is killed with SIGKILL."""

    def step(self, after: int, same: bool) -> str:
        """What becomes of a request, `after` so many others, which calls the `same` operation or another one."""
        if self.stays:
            return self.steps[0] if same or self.stays == "all" else "pass"
        return self.steps[after] if after < len(self.steps) else "pass"

    def step_of_all(self, attempt: int) -> str:
        """What becomes of an attempt of a call, in a run in which each call meets the fault and gets over it."""
        return self.steps[attempt - 1] if attempt <= len(self.steps) else "pass"


FAULTS = (
    Fault("throttled", "the service answers that it is called too often", ("throttled",), passes=True),
    Fault("500", "the service fails", ("500",), passes=True),
    Fault("503", "the service is not available", ("503",), passes=True),
    Fault("reset", "the connection is reset before the request arrives", ("reset",), passes=True),
    Fault("lost", "the request is carried out, and the connection reset before its answer", ("lost",), passes=True),
    Fault("truncated", "the request is carried out, and half of its answer is missing", ("truncated",)),
    Fault(
        "late", "the request is carried out, and its answer comes after the client's timeout", ("late",), passes=True
    ),
    Fault("three", "three in a row: throttled, reset, lost", ("throttled", "reset", "lost"), passes=True),
    Fault("outage", "nothing but 503 from this call on, until the command has ended", ("503",), "all"),
    Fault("expired", "the credentials expire before this call", ("expired",), "all"),
    Fault("denied", "the identity may not call this operation from here on", ("denied",), "operation"),
    Fault("killed", "the command is killed (SIGKILL) before this call arrives", ("killed",), kills=True),
    Fault("killed-after", "the command is killed while this call is carried out", ("killed-after",), kills=True),
)
BY_NAME = {fault.name: fault for fault in FAULTS}
