"""What reading the values that others change takes of whoever plans or applies.

Sources: Service Authorization Reference, Amazon ECS and AWS Lambda. DescribeTaskDefinition takes no resource.
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import Sub, awslambda, ecs

from compiler.language.naming import physical_name
from compiler.program.component import Component, Grant, Platform

_DEFINITIONS = Grant(("ecs:DescribeTaskDefinition",), ("*",))


def kept_grants(platform: Platform) -> Iterator[tuple[str, Grant]]:
    """Nothing for an environment in which others change nothing."""
    kept = [(component, one.type) for component in platform.built for one in component.kept_values() if one.type]
    services = [component for component, kind in kept if kind == ecs.Service.resource_type]
    jobs = [component for component, kind in kept if kind == ecs.TaskDefinition.resource_type]
    functions = [component for component, kind in kept if kind == awslambda.Function.resource_type]
    if services or jobs:
        yield "RunningTasks", _DEFINITIONS
    if services:
        yield "RunningServices", _grant(platform, "ecs:DescribeServices", "ecs", "service/*/", services)
    if functions:
        yield "RunningFunctions", _grant(platform, "lambda:GetFunction", "lambda", "function:", functions)


def _grant(platform: Platform, action: str, service: str, before: str, components: list[Component]) -> Grant:
    """On the components by their names, or all whose names CloudFormation has made for the environment."""
    names = sorted({_name(platform, one) for one in components})
    arn = f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{before}"
    return Grant((action,), tuple(Sub(f"{arn}{name}") for name in names))


def _name(platform: Platform, component: Component) -> str:
    kind, data = platform.schema.kinds[component.section], platform.spec.at(component.address).settings
    named = physical_name(platform.document.data["naming"], kind, component.name, data)
    return named or f"{platform.name}-{platform.environment}-*"
