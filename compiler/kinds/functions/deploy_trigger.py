"""A function that runs at deployments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import AWSObject

from compiler.kinds.functions.runnable import Runnable
from compiler.kinds.functions.trigger import Trigger
from compiler.program.component import Grant, Platform, Value
from compiler.program.glue import environment, glue, waits
from compiler.shared.deploy_steps import BEFORE, Step, deploy_step, reads
from compiler.shared.json_text import json_text


def deploy_trigger(triggers: Sequence[Trigger]) -> Trigger | None:
    """The one trigger that is deployments."""
    return next((one for one in triggers if one.deploy), None)


def steps(platform: Platform, function: Runnable, one: Trigger, made: tuple[int, Value]) -> Iterator[AWSObject]:
    """`made`: the days of the function's log, and what says of which code and settings it is made.

    Beside these the addresses and names that its uses give run it again: a new database is another one to migrate.
    """
    days, version = made
    step = Step(
        name=function.path,
        stem=function.stem,
        days=days,
        runs={"Function": function.arn},
        given=json_text(one.with_ or {}),
        reads=reads(one.deploy or BEFORE, one.with_),
        version={"Made": version, **environment(platform, function)},
        grants=[("Run", Grant(("lambda:InvokeFunction",), (function.arn,)))],
        after=[*waits(platform, function), *(str(part.title) for part in glue(platform, function))],
    )
    yield from deploy_step(platform, function, step)
