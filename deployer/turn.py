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
from deployer.focus import in_focus
from deployer.follow import follow
from deployer.outcome import Names
from deployer.running import running_operation
from deployer.session import Aws
from deployer.states import at_work
from reviewer.template_set import ROOT


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
        while focus := _at_work(aws, stack_name):
            key, stack = focus
            if not quiet:
                print(f"waiting: {stack.status} runs, {running_operation(aws, stack)}", file=sys.stderr, flush=True)
            with reporting(quiet) as report:
                follow(aws, stack, _names(aws, stack_name, key), report)


def _names(aws: Aws, stack_name: str, key: str) -> Names:
    """Components of what is deployed, not of one's own spec; none where the template can't be read.

    A nested stack that is worked on by itself is followed as if it were the root.
    """
    try:
        origins = origins_of(read_template(aws, stack_name))
    except ClientError:
        return Names()
    return Names(origins if key == ROOT else {ROOT: origins.get(key, {})})


def _at_work(aws: Aws, stack_name: str) -> tuple[str, Stack] | None:
    """The stack, or that of its nested stacks, on which an operation runs; its key first."""
    root = find_stack(aws, stack_name)
    focus = in_focus(aws, root) if root else None
    return focus if focus and at_work(focus[1].status) else None
