"""Which components the tasks of a state machine call, where it says so by ``${component.attribute}``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.workflows.states_rules import all_states
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import parts
from compiler.source.json_value import Json

_CALLS: Mapping[str, tuple[str, str, str]] = {
    "dynamodb:deleteItem": ("TableName", "tables", "write"),
    "dynamodb:getItem": ("TableName", "tables", "read"),
    "dynamodb:putItem": ("TableName", "tables", "write"),
    "dynamodb:updateItem": ("TableName", "tables", "write"),
    "ecs:runTask": ("TaskDefinition", "jobs", "start"),
    "lambda:invoke": ("FunctionName", "functions", "invoke"),
    "sns:publish": ("TopicArn", "topics", "publish"),
    "sqs:sendMessage": ("QueueUrl", "queues", "send"),
    "states:startExecution": ("StateMachineArn", "workflows", "start"),
}
"""Optimized integration → parameter, the section of what it names, and the verb that the call takes."""


@frozen(eq=True)
class Call:
    """A task that calls the component `target`."""

    target: str
    attribute: str
    section: str
    verb: str
    resource: str
    path: Path
    """Of the text that names the component, from the definition on."""


def calls(definition: Mapping[str, Json]) -> Iterator[Call]:
    for state, path in all_states(definition):
        resource = state.get("Resource")
        if isinstance(resource, str):
            yield from _direct(resource, path)
            yield from _integrated(state, resource, path)


def _direct(resource: str, path: Path) -> Iterator[Call]:
    """A function's ARN is a resource itself."""
    target, attribute = pointed(resource)
    if target:
        yield Call(target, attribute, "functions", "invoke", resource, (*path, "Resource"))


def _integrated(state: Mapping[str, Json], resource: str, path: Path) -> Iterator[Call]:
    name = resource.partition(":states:::")[2].split(".")[0]
    if name not in _CALLS:
        return
    parameter, section, verb = _CALLS[name]
    for key in ("Parameters", "Arguments"):
        said = state.get(key)
        value = said.get(parameter) if isinstance(said, dict) else None
        target, attribute = pointed(value) if isinstance(value, str) else ("", "")
        if target:
            yield Call(target, attribute, section, verb, resource, (*path, key, parameter))


def pointed(text: str) -> tuple[str, str]:
    """Address and attribute of a text which is one ``${section.component.attribute}``, or nothing.

    What a task calls is never the one component of its section, nor has it attributes with a dot.
    """
    pieces = parts(text)
    alone = len(pieces) == 3 and not pieces[0] and not pieces[2]
    target, _, attribute = pieces[1].rpartition(".") if alone else ("", "", "")
    return target, attribute


def call_faults(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """A fault for each component that a task calls and the workflow does not use for it."""
    for call in calls(component.settings["definition"]):
        target = spec.component(call.target, call.section)
        if not target:
            continue
        yield from _alias(call, target.settings)
        if call.verb not in spec.verbs(component, target):
            message = f"the workflow has no permission to call '{call.target}'"
            yield Fault("missing-use", message, ("definition", *call.path), f"uses: {{{call.target}: {call.verb}}}")


def _alias(call: Call, function: Mapping[str, Json]) -> Iterator[Fault]:
    """What runs a function with versions may run its alias only, which the ARN names."""
    versioned = call.section == "functions" and (function.get("provisioned") or function.get("snap_start"))
    if versioned and call.attribute == "name":
        message = f"'{call.target}' has versions: its name is not the ARN of the alias that the workflow may invoke"
        yield Fault("not-allowed", message, ("definition", *call.path), f"write ${{{call.target}.arn}}")
