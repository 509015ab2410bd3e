"""The change sets of a plan: one, or several where CloudFormation makes the change in several updates.

Those before the last are of templates that are published along with the wanted ones, so that a saved plan has all that
it takes to execute them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deployer.changeset import Request
from deployer.drift.answer import REVERT_DRIFT
from deployer.publish import Published, publish_changed, publish_templates
from deployer.session import Aws
from reviewer.sides import Before
from reviewer.steps import Way


def named(request: Request, state: Sequence[object]) -> Request:
    """The request with a name that stands for its content, and for the state of the stack that it is for.

    A change set of the same name then means the same everywhere.
    """
    content = [request.template_url, dict(request.parameters), dict(request.tags), list(state)]
    content += [request.role] if request.role else []
    content += [REVERT_DRIFT] if request.revert_drift else []
    content += [[*request.unchanged]] if request.unchanged else []
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return replace(request, name=f"stackwright-{digest[:24]}")


def step_requests(
    aws: Aws, wanted: tuple[Request, Published], before: Before, ways: Sequence[Way]
) -> tuple[Request, ...]:
    """The change sets in order, the last of which is of the wanted templates; that alone where there are no steps."""
    last, published = wanted
    if not ways:
        return (last,)
    requests = [*_earlier(aws, last, (published.materials.bucket, before), ways[:-1]), last]
    return tuple(_of_step(one, (last.name, number)) for number, one in enumerate(requests))


def _of_step(request: Request, state: tuple[str, int]) -> Request:
    """The first change set brings back what was changed outside of CloudFormation: that is what is reviewed of it."""
    return named(replace(request, revert_drift=request.revert_drift and state[1] == 0), state)


def _earlier(aws: Aws, last: Request, known: tuple[str, Before], ways: Sequence[Way]) -> Iterator[Request]:
    bucket, before = known
    for way in ways:
        compiled = way.state.compiled
        if way.state.deployed:
            url = publish_changed(aws, bucket, before.templates, compiled)
            yield replace(last, template_url=url, parameters={}, unchanged=(*before.parameters,), tags=compiled.tags)
        else:
            yield replace(last, template_url=publish_templates(aws, bucket, compiled)[0])
