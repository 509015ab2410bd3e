"""The change sets of a plan: one, or several where CloudFormation makes the change in several updates.

Those before the last are of templates that are published along with the wanted ones, so that a saved plan has all that
it takes to execute them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.changeset import Request
from deployer.deployed import BETWEEN, METADATA, settings_text
from deployer.drift.answer import REVERT_DRIFT
from deployer.publish import MAX_TEMPLATE, Published, publish_changed, publish_part, url_of
from deployer.session import Aws
from reviewer.order import State
from reviewer.sides import Before
from reviewer.steps import Way, unlike


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
    last = wanted[0]
    if not ways:
        return (last,)
    requests = [*_earlier(aws, wanted, before, ways), last]
    return tuple(_of_step(one, (last.name, number)) for number, one in enumerate(requests))


def _of_step(request: Request, state: tuple[str, int]) -> Request:
    """The first change set creates the stack, if there is none, and brings back what was changed outside of
    CloudFormation: that is what is reviewed of it.
    """
    first = state[1] == 0
    kind = request.kind if first else "UPDATE"
    return named(replace(request, kind=kind, revert_drift=request.revert_drift and first), state)


def _earlier(aws: Aws, published: tuple[Request, Published], before: Before, ways: Sequence[Way]) -> Iterator[Request]:
    last, made = published[0], published[1].materials
    wanted = ways[-1].state
    for way in ways[:-1]:
        compiled = _on_the_way(way.state, before, wanted)
        if way.state.deployed:
            url = publish_changed(aws, made.bucket, before.templates, compiled)
            yield replace(last, template_url=url, parameters={}, unchanged=(*before.parameters,), tags=compiled.tags)
        else:
            bodies = {one.logical_id: one.body for one in wanted.compiled.children}
            whole = [one for one in compiled.children if one.body is bodies.get(one.logical_id)]
            urls = {one.name: url_of(aws, made.bucket, made.templates[one.logical_id]) for one in whole}
            yield _with_parameters(last, compiled, publish_part(aws, made.bucket, compiled, urls))


def _with_parameters(last: Request, compiled: Compiled, url: str) -> Request:
    """The request for a root that may lack some of the parameters, or have some that only the deployed one has."""
    declared = compiled.root.body.get("Parameters", {})
    values = {name: value for name, value in last.parameters.items() if name in declared}
    kept = tuple(sorted(name for name in declared if name not in values))
    return replace(last, template_url=url, parameters=values, unchanged=kept, tags=compiled.tags)


def _on_the_way(state: State, before: Before, wanted: State) -> Compiled:
    """A state with the settings of both sides for components that are between them, for who looks at it as it is.

    Without them a review of what is left, or of the way back, would find no setting changed.
    """
    compiled, old, new = state.compiled, before.settings, wanted.compiled.settings
    other = before if state.deployed else wanted.as_before(before)
    unfinished = unlike(state.as_before(before), other) if new else ()
    settings = {**compiled.settings, **{name: old[name] for name in unfinished if name in old}}
    absent = _absent(state, wanted)
    settings = {name: value for name, value in settings.items() if name not in absent}
    between = {**before.between, **{name: new[name] for name in unfinished if name in new}}
    return replace(compiled, settings=settings, root=_recording(compiled.root, between))


def _absent(state: State, wanted: State) -> set[str]:
    """Components of which nothing is there yet."""
    there, later = (
        {name for one in side.compiled.templates for name in one.origins.values()} for side in (state, wanted)
    )
    return later - there


def _recording(root: Template, between: Mapping[str, Json]) -> Template:
    """The root with what components are on their way to, where it fits in."""
    metadata = root.body.get("Metadata", {})
    record = {**metadata.get(METADATA, {}), BETWEEN: settings_text(between)}
    body = {**root.body, "Metadata": {**metadata, METADATA: record}}
    return replace(root, body=body) if between and len(json.dumps(body)) <= MAX_TEMPLATE else root
