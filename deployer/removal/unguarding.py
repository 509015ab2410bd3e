"""Turn off what protects resources from their deletion, by a change set of its own that is reviewed before.

The service's own calls would do it too, but then the stack and its template differ, whoever removes an environment
needs the permissions of each service, and nobody has seen what changes. A change set changes nothing else: the
templates are those of the stack, and every parameter keeps its value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.bucket import ensure_bucket
from deployer.deployed import read_templates, settings_of
from deployer.faults import explained
from deployer.history.record import Version
from deployer.plan import Plan, make_plan
from deployer.publish import Choice, Return, upload_templates
from deployer.removal.destroy import Guarded, Removal
from deployer.session import Aws
from reviewer.deletion_guards import unguarded
from reviewer.template_set import ROOT, STACK_TYPE


@explained("planning to turn protection off")
def unguarding(aws: Aws, removal: Removal, now: Compiled, bucket: str | None) -> Plan:
    """The plan of the change; `now` is a root of today's spec, which names platform and environment."""
    changed = _changed(read_templates(aws, removal.stack.id), removal.guarded)
    compiled = _compiled(now, removal, aws.region, changed)
    made = upload_templates(aws, ensure_bucket(aws, bucket), compiled, {})
    version = Version(made, {}, compiled.tags, "", {}, {}, compiled.posture, {})
    return make_plan(compiled, Path(), aws, Choice(bucket, back=Return(0, {aws.region: version})))


def _changed(bodies: Mapping[str, Mapping[str, Json]], guarded: Sequence[Guarded]) -> Mapping[str, Mapping[str, Json]]:
    """The templates with the protection turned off, and with names of files in the root for those that are others."""
    found = dict(bodies)
    for one in guarded:
        found[one.stack] = _with_resource(found[one.stack], one.logical_id, _off(found[one.stack], one))
    for name in {one.stack for one in guarded} - {ROOT}:
        stack = found[ROOT]["Resources"][name]
        properties = {**stack["Properties"], "TemplateURL": f"{_file(name)}.template.json"}
        found[ROOT] = _with_resource(found[ROOT], name, {**stack, "Properties": properties})
    return found


def _off(body: Mapping[str, Json], one: Guarded) -> Json:
    resource = body["Resources"][one.logical_id]
    return {**resource, "Properties": unguarded(one.resource_type, resource.get("Properties", {}))}


def _with_resource(body: Mapping[str, Json], name: str, resource: Json) -> Mapping[str, Json]:
    return {**body, "Resources": {**body["Resources"], name: resource}}


def _file(logical_id: str) -> str:
    return logical_id.removesuffix("Stack").lower()


def _compiled(now: Compiled, removal: Removal, region: str, bodies: Mapping[str, Mapping[str, Json]]) -> Compiled:
    """What is deployed, with the changed templates."""
    root, origins = bodies[ROOT], removal.origins
    names = [name for name, one in root.get("Resources", {}).items() if one.get("Type") == STACK_TYPE]
    children = (Template(_file(name), name, bodies[name], origins.get(name, {})) for name in names if name in bodies)
    return replace(
        now,
        region=region,
        tags=removal.stack.tags,
        root=Template("root", "", root, origins.get(ROOT, {})),
        children=tuple(children),
        artifacts=(),
        takes={},
        regions=removal.regions or (region,),
        warnings=(),
        outside=(),
        settings=settings_of(root),
        document=None,
    )
