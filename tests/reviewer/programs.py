"""Compiled platforms for the reviewer's tests: templates as plain dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from reviewer.sides import Before
from reviewer.template_set import ROOT

Bodies = Mapping[str, Mapping[str, Json]]


def stack(name: str, parameters: Mapping[str, Json] | None = None) -> Json:
    """A nested stack's row in the root."""
    properties = {"TemplateURL": f"{name}.template.json", **({"Parameters": parameters} if parameters else {})}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}


def resource(kind: str, properties: Mapping[str, Json] | None = None, **attributes: str) -> Json:
    return {"Type": f"AWS::{kind}", "Properties": dict(properties or {}), **attributes}


def compiled(root: Mapping[str, Json], **children: Mapping[str, Json]) -> Compiled:
    """A platform of a root body and children by logical id; each resource's component is ``kind.<LogicalId>``."""
    return Compiled(
        platform="demo",
        environment="dev",
        posture="development",
        region="us-east-1",
        account=None,
        stack_name="demo-dev",
        tags={},
        root=_template("root", "", root),
        children=tuple(_template(name.removesuffix("Stack").lower(), name, body) for name, body in children.items()),
        artifacts=(),
        places={},
    )


def _template(name: str, logical_id: str, body: Mapping[str, Json]) -> Template:
    return Template(name, logical_id, body, {one: f"kind.{one}" for one in body.get("Resources", {})})


def deployed(platform: Compiled, **parameters: str) -> Before:
    """The platform as if it had been deployed with these parameters."""
    templates = {template.logical_id or ROOT: template.body for template in platform.templates}
    origins = {template.logical_id or ROOT: template.origins for template in platform.templates}
    return Before(templates, parameters, origins, {})


def tagged(platform: Compiled, **tags: str) -> Compiled:
    return replace(platform, tags=tags)
