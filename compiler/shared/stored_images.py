"""Container images whose address a Systems Manager parameter has: the root parameters, and who may read them.

Source: CloudFormation user guide, "Specify existing resources at runtime with CloudFormation-supplied parameter types".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import Parameter, Sub

from compiler.program.component import Component, Grant, Platform, Value

STORED = "AWS::SSM::Parameter::Value<String>"
"""Type of a root parameter whose value is the name of a Systems Manager parameter."""


def stored_parameter(name: str, component: Component, stored: str) -> Parameter:
    """CloudFormation reads the address itself, whenever it makes a change set."""
    about = f"Systems Manager parameter with the container image of {component.path}"
    return Parameter(name, Type=STORED, Default=stored, Description=about)


def stored_image_grants(platform: Platform, regions: Sequence[str]) -> Iterator[tuple[str, Grant]]:
    """Reading these parameters alone; nothing for an environment without one."""
    names = dict.fromkeys(
        str(one.to_dict()["Default"])
        for component in platform.built
        for one in component.parameters()
        if one.to_dict()["Type"] == STORED
    )
    arns = dict.fromkeys(arn for name in names for arn in _arns(name, regions))
    if arns:
        yield "ImageParameters", Grant(("ssm:GetParameters",), tuple(map(_value, arns)))


def _arns(name: str, regions: Sequence[str]) -> Iterator[str]:
    if name.startswith("arn:"):
        yield name
    else:
        arn = "arn:${AWS::Partition}:ssm"
        yield from (f"{arn}:{region}:${{AWS::AccountId}}:parameter/{name.removeprefix('/')}" for region in regions)


def _value(arn: str) -> Value:
    return Sub(arn) if "${" in arn else arn
