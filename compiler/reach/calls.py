"""Which APIs of AWS the code behind an interface calls: by the roles that it runs with, and by its images.

What AWS does with a role in its own network is left out: Lambda writes logs and traces, polls event sources, sends what
becomes of events, and makes interfaces; SageMaker pulls images, unlocks volumes, writes logs and measures; CodeBuild
unlocks artifacts, takes reports and makes interfaces. Where a key is for a service alone (kms:ViaService), that service
asks for it; what is only allowed by the URL of a function (lambda:InvokedViaFunctionUrl) is no call of Lambda's API.

Sources: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"; SageMaker AI developer
guide, "Give SageMaker AI Hosted Endpoints Access to Resources in Your Amazon VPC"; ECS developer guide, "Fargate
platform versions", 1.4.0: a task's interface carries its image, secrets and logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from compiler.reach.destinations import destinations
from compiler.reach.events import Events, events_of
from compiler.reach.services import INTERNET
from compiler.reach.topology import Interface, Topology
from compiler.reach.values import (
    Resources,
    at,
    each,
    name,
    names,
    objects,
    of_type,
    properties_of,
    referred,
)
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_OWN_IMAGES = re.compile(
    r"^\d{12}\.dkr(\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com|-ecr(-fips)?\.[a-z0-9-]+\.on\.(aws|amazonwebservices))"
)
"""Private registries of ECR, by both of their names (ECR user guide, "Making requests over IPv6")."""
_TASK_ROLES = ("TaskRoleArn", "ExecutionRoleArn")
_ROLES: Mapping[str, str] = {
    "AWS::CodeBuild::Project": "ServiceRole",
    "AWS::Lambda::Function": "Role",
    "AWS::SageMaker::Model": "ExecutionRoleArn",
}
_TASKS = (
    *("TaskDefinition", "Task.TaskDefinition", "Target.EcsParameters.TaskDefinitionArn"),
    *("Targets.*.EcsParameters.TaskDefinitionArn", "TargetParameters.EcsTaskParameters.TaskDefinitionArn"),
)
_BY_AWS: Mapping[str, frozenset[str]] = {
    "AWS::CodeBuild::Project": frozenset(("codebuild", "ec2", "kms")),
    "AWS::Lambda::Function": frozenset(("ec2", "logs", "xray")),
    "AWS::SageMaker::Model": frozenset(("cloudwatch", "ec2", "ecr", "kms", "logs", "sns")),
}
_THROUGH_OTHERS = ("kms:ViaService", "lambda:InvokedViaFunctionUrl")


@frozen(eq=True)
class Call:
    """An API that is called through an interface, and for what."""

    interface: Interface
    component: str
    """Whose role it is; a pod's is its workload's, while the interface is the cluster's."""
    service: str
    """Short name of the endpoint; empty for what only the internet has."""
    why: str
    """The IAM action, or the image."""
    policy: str = ""
    """Name of the inline policy that allows it."""


@frozen(eq=True)
class _Statement:
    policy: str
    body: Mapping[str, Json]


def calls(resources: Resources, network: Topology, owners: Mapping[str, str]) -> Iterator[Call]:
    """All calls of all interfaces; each API of a component once for each action or image that needs it."""
    statements = _statements(resources)
    seen: set[tuple[str, str, str, str]] = set()
    for interface in (one for one in network.interfaces if one.calls):
        for call in (*_of_roles(resources, interface, statements, owners), *_of_images(resources, interface)):
            key = call.interface.component, call.component, call.service, call.why
            if key not in seen:
                seen.add(key)
                yield call


def _of_roles(
    resources: Resources, interface: Interface, statements: Mapping[str, list[_Statement]], owners: Mapping[str, str]
) -> Iterator[Call]:
    body = resources[interface.resource]
    left = _BY_AWS.get(body["Type"], frozenset())
    events = events_of(resources, interface.resource)
    for role in roles(resources, interface, owners):
        for one in statements.get(role, ()):
            for action in _actions(one.body, events):
                if action.partition(":")[0] not in left:
                    found = destinations(resources, one.body, action)
                    yield from (Call(interface, owners.get(role, ""), each, action, one.policy) for each in found)


def roles(resources: Resources, interface: Interface, owners: Mapping[str, str]) -> tuple[str, ...]:
    """The roles that the code behind an interface has."""
    body = resources[interface.resource]
    properties = properties_of(resources, interface.resource)
    if body["Type"] == "AWS::EKS::Cluster":
        return tuple(_of_pods(resources, interface, owners))
    found = [name(properties.get(_ROLES[body["Type"]]))] if body["Type"] in _ROLES else []
    for definition in _definitions(resources, properties):
        found += [name(definition.get(key)) for key in _TASK_ROLES]
    for profile in names(properties.get("IamInstanceProfile")):
        found += names(properties_of(resources, profile).get("Roles"))
    return tuple(dict.fromkeys(filter(None, found)))


def _of_pods(resources: Resources, interface: Interface, owners: Mapping[str, str]) -> Iterator[str]:
    """Roles of other components that pods of the cluster take: their trust is about it."""
    associated = {
        name(one.get("RoleArn"))
        for _, one in of_type(resources, "AWS::EKS::PodIdentityAssociation")
        if name(one.get("ClusterName")) == interface.resource
    }
    for role, properties in of_type(resources, "AWS::IAM::Role"):
        trusted = interface.resource in referred(properties.get("AssumeRolePolicyDocument"))
        if owners.get(role) != interface.component and (role in associated or trusted):
            yield role


def _definitions(resources: Resources, properties: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    for path in _TASKS:
        for value in each(properties, tuple(path.split("."))):
            if resources.get(name(value), {}).get("Type") == "AWS::ECS::TaskDefinition":
                yield properties_of(resources, name(value))


def _statements(resources: Resources) -> dict[str, list[_Statement]]:
    """Role → the statements of its own policies and of those that are attached to it."""
    found: dict[str, list[_Statement]] = {}
    for role, properties in of_type(resources, "AWS::IAM::Role"):
        for one in objects(properties.get("Policies")):
            found.setdefault(role, []).extend(_each_of(one))
        for arn in names(properties.get("ManagedPolicyArns")):
            found.setdefault(role, []).extend(_each_of(properties_of(resources, arn)))
    for kind, key in (("RolePolicy", "RoleName"), ("ManagedPolicy", "Roles"), ("Policy", "Roles")):
        for _, properties in of_type(resources, f"AWS::IAM::{kind}"):
            for role in names(properties.get(key)):
                found.setdefault(role, []).extend(_each_of(properties))
    return found


def _each_of(policy: Mapping[str, Json]) -> Iterator[_Statement]:
    statements = at(policy, "PolicyDocument.Statement")
    several = statements if isinstance(statements, list) else [statements]
    yield from (_Statement(str(policy.get("PolicyName", "")), one) for one in objects(several))


def _actions(statement: Mapping[str, Json], events: Events) -> Iterator[str]:
    """The actions that the code itself is allowed."""
    conditions = statement.get("Condition")
    keys = [one for one in conditions.values() if isinstance(one, Mapping)] if isinstance(conditions, Mapping) else []
    through = any(key in one for one in keys for key in _THROUGH_OTHERS)
    if statement.get("Effect") == "Allow" and not through:
        yield from (one for one in names(statement.get("Action")) if not events.does(one, statement))


def _of_images(resources: Resources, interface: Interface) -> Iterator[Call]:
    """Images of other registries come from the internet; those of the account's own need what its role may do."""
    for definition in _definitions(resources, properties_of(resources, interface.resource)):
        for image in _images(resources, definition):
            if not _OWN_IMAGES.match(image):
                yield Call(interface, interface.component, INTERNET, image)


def _images(resources: Resources, definition: Mapping[str, Json]) -> Iterable[str]:
    """Those whose registry is known; one of the platform's own repositories is a reference."""
    for image in each(definition, ("ContainerDefinitions", "*", "Image")):
        text = name(image)
        if isinstance(image, str) and text not in resources:
            yield text
