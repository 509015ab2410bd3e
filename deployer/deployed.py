"""Read a deployed stack, its nested stacks and their templates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from datetime import datetime

from botocore.exceptions import ClientError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.faults import error_code, error_message, read
from deployer.session import Aws
from deployer.template_text import parse_template
from reviewer.sides import Before
from reviewer.template_set import ROOT, STACK_TYPE

METADATA = "Stackwright"
"""Section of the root's Metadata in which the deployer records the component of each resource."""
SETTINGS = "Settings"
BETWEEN = "Between"
"""Settings that components are on their way to, in a template that is not the last one of a plan."""
_READERS = 8


@frozen(eq=True)
class Stack:
    """One stack as DescribeStacks returns it."""

    id: str
    name: str
    status: str
    reason: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    tags: Mapping[str, str]
    protected: bool
    changed: str
    """When it was last changed, ISO 8601; when it was created, if never since."""
    resolved: Mapping[str, str] = field(default_factory=dict)
    """Parameter → the value that was read for it from an SSM parameter, of which it has the name."""


@frozen(eq=True)
class StackResource:
    """One resource of a deployed stack."""

    logical_id: str
    physical_id: str
    resource_type: str
    status: str
    changed: datetime | None = None
    """When it was last changed."""


def find_stack(aws: Aws, name_or_id: str) -> Stack | None:
    """The stack, or None when there is none of that name."""
    try:
        answer = read(lambda: aws.cloudformation.describe_stacks(StackName=name_or_id))
    except ClientError as fault:
        if error_code(fault) == "ValidationError" and "does not exist" in error_message(fault):
            return None
        raise
    return _stack(answer["Stacks"][0])


def _stack(data: Json) -> Stack:
    parameters = data.get("Parameters", [])
    changed = data.get("LastUpdatedTime") or data.get("CreationTime")
    return Stack(
        id=data["StackId"],
        name=data["StackName"],
        status=data["StackStatus"],
        reason=data.get("StackStatusReason", ""),
        parameters={one["ParameterKey"]: one.get("ParameterValue", "") for one in parameters},
        outputs={item["OutputKey"]: item["OutputValue"] for item in data.get("Outputs", [])},
        tags={item["Key"]: item["Value"] for item in data.get("Tags", [])},
        protected=bool(data.get("EnableTerminationProtection")),
        changed=changed.isoformat() if changed else "",
        resolved={one["ParameterKey"]: one["ResolvedValue"] for one in parameters if "ResolvedValue" in one},
    )


def stack_resources(aws: Aws, stack_id: str) -> tuple[StackResource, ...]:
    """All resources that the stack itself holds, nested stacks among them."""
    pages = aws.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_id)
    found = read(lambda: [item for page in pages for item in page["StackResourceSummaries"]])
    return tuple(
        StackResource(
            item["LogicalResourceId"],
            item.get("PhysicalResourceId", ""),
            item["ResourceType"],
            item["ResourceStatus"],
            item["LastUpdatedTimestamp"],
        )
        for item in found
    )


def nested_stacks(aws: Aws, stack_id: str) -> Mapping[str, str]:
    """Logical id → stack id of each nested stack."""
    return {
        resource.logical_id: resource.physical_id
        for resource in stack_resources(aws, stack_id)
        if resource.resource_type == STACK_TYPE and resource.physical_id and resource.status != "DELETE_COMPLETE"
    }


def read_templates(aws: Aws, stack_id: str) -> Mapping[str, Mapping[str, Json]]:
    """Templates of the stack and its nested stacks, by `ROOT` and by logical id."""
    ids = {ROOT: stack_id, **nested_stacks(aws, stack_id)}
    with ThreadPoolExecutor(_READERS) as readers:
        bodies = readers.map(lambda stack_id: read_template(aws, stack_id), ids.values())
        return dict(zip(ids, bodies, strict=True))


def read_template(aws: Aws, stack_id: str) -> Mapping[str, Json]:
    """The template of one stack, as it was uploaded."""
    answer = read(lambda: aws.cloudformation.get_template(StackName=stack_id, TemplateStage="Original"))
    return parse_template(answer["TemplateBody"])


def read_before(aws: Aws, stack: Stack | None) -> Before:
    """The deployed templates and parameters to compare with; empty when nothing is deployed yet."""
    if stack is None or stack.status in ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
        return Before()
    templates = read_templates(aws, stack.id)
    root = templates[ROOT]
    between = settings_of(root, BETWEEN)
    parameters = {**stack.parameters, **stack.resolved}
    return Before(templates, parameters, origins_of(root), stack.tags, settings_of(root), between)


def origins_of(root: Mapping[str, Json]) -> Mapping[str, Mapping[str, str]]:
    """Key of the template → logical id → component path; empty for a stack that was deployed by other means."""
    stored: Mapping[str, Mapping[str, Sequence[str]]] = root.get("Metadata", {}).get(METADATA, {}).get("Origins", {})
    return {
        stack: {logical_id: component for component, ids in components.items() for logical_id in ids}
        for stack, components in stored.items()
    }


def regions_of(root: Mapping[str, Json]) -> tuple[str, ...]:
    """Regions of all roots of the environment as it was deployed; empty when the template does not have them."""
    return tuple(root.get("Metadata", {}).get(METADATA, {}).get("Regions", ()))


def settings_text(settings: Mapping[str, Json]) -> str:
    """Effective settings as text that CloudFormation leaves alone: no reference in it is looked up or resolved."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return text.replace("{{resolve:", "\\u007b{resolve:")


def settings_of(root: Mapping[str, Json], record: str = SETTINGS) -> Mapping[str, Json]:
    """Component path → effective settings as deployed; empty where the template does not have them."""
    text = root.get("Metadata", {}).get(METADATA, {}).get(record, "{}")
    settings: Mapping[str, Json] = json.loads(text)
    return settings
