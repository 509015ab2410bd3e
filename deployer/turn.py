"""Wait for the end of an operation that somebody else has begun, before one's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from deployer.console import reporting
from deployer.deployed import Stack, find_stack
from deployer.environment import Open
from deployer.faults import explained
from deployer.focus import in_focus
from deployer.follow import follow
from deployer.outcome import Names
from deployer.running import running_operation
from deployer.session import Aws
from deployer.states import at_work


def in_turn(open_region: Open, stack_name: str, quiet: bool) -> Open:
    """As `open_region`, once no operation runs on the stack in the region any more."""

    @contextmanager
    def opened(region: str) -> Iterator[Aws]:
        with open_region(region) as aws:
            wait(aws, stack_name, quiet)
            yield aws

    return opened


def wait(aws: Aws, stack_name: str, quiet: bool) -> None:
    """Wait until no operation runs on the stack; say who is at it, and show its events."""
    with explained("waiting for the end of another operation"):
        while stack := _at_work(aws, stack_name):
            if not quiet:
                print(f"waiting: {stack.status} runs, {running_operation(aws, stack)}", file=sys.stderr, flush=True)
            with reporting(quiet) as report:
                follow(aws, stack, Names(), report)


def _at_work(aws: Aws, stack_name: str) -> Stack | None:
    """The stack, or that of its nested stacks, on which an operation runs."""
    root = find_stack(aws, stack_name)
    stack = in_focus(aws, root)[1] if root else None
    return stack if stack and at_work(stack.status) else None
