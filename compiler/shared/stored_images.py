"""Container images whose address a Systems Manager parameter has: the root parameters, and who may read them.

Source: CloudFormation user guide, "Specify existing resources at runtime with CloudFormation-supplied parameter types".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import Parameter, Sub

from compiler.program.component import Component, Grant, Platform, Value
from compiler.shared.built_images import image_parameter
from compiler.shared.image_source import is_built, stored
from compiler.source.json_value import Json

STORED = "AWS::SSM::Parameter::Value<String>"
"""Type of a root parameter whose value is the name of a Systems Manager parameter."""


def stored_parameter(name: str, component: Component, address: str) -> Parameter:
    """CloudFormation reads the address itself, whenever it makes a change set."""
    about = f"Systems Manager parameter with the container image of {component.path}"
    return Parameter(name, Type=STORED, Default=address, Description=about)


def declared_image(component: Component, name: str, image: Json) -> Parameter:
    """The root parameter of an image of any form."""
    if is_built(image):
        return image_parameter(name, component)
    if stored(image):
        return stored_parameter(name, component, stored(image))
    about = f"Container image of {component.path}, until others give it another one"
    return Parameter(name, Type="String", Default=image, Description=about, MinLength=1)


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
