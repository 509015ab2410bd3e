"""All resources of a platform in one template, which service-managed stack sets take: nested stacks they do not.

AWS, "Configure a custom execution role template for StackSets": "You can't provision nested stacks, transforms, or
macros with the default execution role". A template of an execution role, which would allow them, is newer than the SDK.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from compiler.language.fleet import Fleet
from compiler.program.program import Program
from compiler.program.resource import waiting_for, waits_for
from compiler.source.diagnostics import NOWHERE, Diagnostic, Place
from compiler.source.json_value import Json
from compiler.stacks.compiled import Template
from compiler.stacks.link import FORMAT, Frame
from compiler.stacks.place import Placed

STACK_TYPE = "AWS::CloudFormation::Stack"
ONE = ""
"""The stack that holds everything: the root itself."""


def as_one(program: Program) -> Placed:
    """All resources in the root."""
    return Placed(dict.fromkeys(program.resources, ONE), {})


def single(program: Program, frame: Frame) -> Template:
    """The flat program as one template."""
    resources = {
        name: waiting_for(one.body, sorted(waits_for(one.body))) for name, one in sorted(program.resources.items())
    }
    body: dict[str, Json] = {
        "AWSTemplateFormatVersion": FORMAT,
        "Description": frame.description,
        "Resources": resources,
    }
    body |= {"Parameters": dict(program.parameters)} if program.parameters else {}
    body |= {"Outputs": dict(program.outputs)} if program.outputs else {}
    origins = {name: frame.paths[one.component] for name, one in sorted(program.resources.items())}
    return Template("root", "", body, origins)


def not_taken(template: Template, places: Mapping[str, Place]) -> Iterator[Diagnostic]:
    """Raw resources that service-managed permissions can't deploy."""
    for name, resource in template.body["Resources"].items():
        what = "a nested stack" if resource["Type"] == STACK_TYPE else "a macro" if _calls_macro(resource) else ""
        path = template.origins.get(name, "")
        if what:
            message = f"{name} has {what}, which StackSets does not take in organizational units"
            help_text = "list the accounts instead, or leave it to an environment without a fleet, with 'only'"
            yield Diagnostic("fleet-setting", message, places.get(path, NOWHERE), path, help_text)


def _calls_macro(value: Json) -> bool:
    if isinstance(value, Mapping):
        return "Fn::Transform" in value or any(map(_calls_macro, value.values()))
    return isinstance(value, list) and any(map(_calls_macro, value))


def outgrown(found: Diagnostic, fleet: Fleet) -> Diagnostic:
    """A limit of the one template, told as what it is."""
    if found.code != "template-limit":
        return found
    message = found.message.replace("the nested stack 'root'", "the one template of the fleet")
    help_text = "set 'nested: true' in 'fleet'"
    if fleet.service_managed:
        help_text = "divide the platform into several specs, or list the accounts and set 'nested: true' in 'fleet'"
    return replace(found, code="fleet-too-large", message=message, suggestion=help_text)
