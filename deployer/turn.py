"""Wait for the end of an operation that somebody else has begun, before one's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from deployer.console import reporting
from deployer.deployed import Stack, find_stack, origins_of, read_template
from deployer.environment import Open
from deployer.faults import explained
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
        while (stack := find_stack(aws, stack_name)) and at_work(stack.status):
            if not quiet:
                print(f"waiting: {stack.status} runs, {running_operation(aws, stack)}", file=sys.stderr, flush=True)
            with reporting(quiet) as report:
                follow(aws, stack, _names(aws, stack), report)


def _names(aws: Aws, stack: Stack) -> Names:
    """Components of what is deployed, not of one's own spec; none where the template can't be read."""
    try:
        return Names(origins_of(read_template(aws, stack.id)))
    except ClientError:
        return Names()
