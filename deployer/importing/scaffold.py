"""Empty nested stacks, into which resources can then be imported.

An IMPORT change set cannot create anything, and resources are imported into the nested stack that holds them. Where
that is not deployed yet, an ordinary change set of the root creates it with a placeholder, which the next deployment
removes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.changeset import ChangeSet, Request, make_change_set, remove
from deployer.deployed import METADATA, read_template
from deployer.errors import DeployError
from deployer.importing.subject import Subject, materials_of, named
from deployer.outcome import names_of
from deployer.plan import Plan
from deployer.publish import store
from deployer.running import beaten
from deployer.validations import refusal
from reviewer.change import Change, ComponentChange, Review
from reviewer.sides import PLACEHOLDER, PLACEHOLDERS
from reviewer.template_set import ROOT, STACK_TYPE

# A handle that nothing waits for: the one resource type that is nothing at all (a template needs a resource).
EMPTY = {"Resources": {PLACEHOLDER: {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}
_NOTE = (
    "creates empty nested stacks, into which the resources are imported next; the deployment after the import removes "
    f"the placeholder ({PLACEHOLDER}) and creates everything else"
)


def scaffold(subject: Subject, missing: Sequence[str]) -> Plan:
    """The plan of a change set that adds the nested stacks `missing` to the root, which may be new itself."""
    aws, stack = subject.aws, subject.stack
    url, _ = store(aws, subject.bucket, "import-placeholder", EMPTY)
    new: Mapping[str, Json] = {"Metadata": {METADATA: {"Origins": {key: {} for key in missing}}}}
    deployed = read_template(aws, stack.id) if stack and subject.deployed else new
    resources = {name: _nested(subject.compiled, name, url) for name in missing if name != ROOT}
    body = {**deployed, "Resources": {**deployed.get("Resources", {}), **(resources or EMPTY["Resources"])}}
    root_url, _ = store(aws, subject.bucket, "import-root", body)
    request = _request(subject, body, root_url)
    with beaten(aws, request.stack_name):
        change_set = make_change_set(aws, request)
    if not change_set.ready:
        raise _discarded(subject, change_set)
    return _plan(subject, (request, change_set), resources)


def _discarded(subject: Subject, change_set: ChangeSet) -> DeployError:
    """Why the change set failed, once it is gone, and the empty stack if it was created for it."""
    error = refusal(subject.aws, change_set, names_of(subject.compiled), subject.compiled)
    remove(subject.aws, change_set.id)
    if subject.stack is None:
        subject.aws.cloudformation.delete_stack(StackName=change_set.stack_id)
    return error


def _nested(compiled: Compiled, name: str, url: str) -> Json:
    body = compiled.root.body["Resources"][name]
    kept = {key: value for key, value in body.items() if key != "DependsOn"}
    properties = {key: value for key, value in body["Properties"].items() if key != "Parameters"}
    return {**kept, "Properties": {**properties, "TemplateURL": url}}


def _request(subject: Subject, body: Mapping[str, Json], url: str) -> Request:
    old = subject.stack if subject.deployed else None
    request = Request(
        stack_name=subject.compiled.stack_name,
        name="",
        kind="UPDATE" if old else "CREATE",
        template_url=url,
        parameters={},
        tags=old.tags if old else subject.compiled.tags,
        role=subject.choice.role,
        unchanged=tuple(sorted(body.get("Parameters", {}))),
    )
    return named(request, old)


def _plan(subject: Subject, made: tuple[Request, ChangeSet], resources: Mapping[str, Json]) -> Plan:
    (request, change_set), compiled = made, subject.compiled
    return Plan(
        review=_review(subject, change_set, resources),
        request=request,
        change_set=change_set.id,
        stack_id=change_set.stack_id,
        base=subject.stack.changed if subject.stack and subject.deployed else "",
        materials=materials_of(subject),
        origins={},
        places={},
        posture=compiled.posture,
        endpoint=subject.aws.endpoint,
        takes={},
    )


def _review(subject: Subject, change_set: ChangeSet, resources: Mapping[str, Json]) -> Review:
    changes = tuple(Change("Add", "root", name, STACK_TYPE, PLACEHOLDERS) for name in resources or (PLACEHOLDER,))
    return replace(
        subject.review(),
        operation="update" if subject.deployed else "create",
        changes=changes,
        components=(ComponentChange(PLACEHOLDERS, "create", resources=len(changes)),),
        service=change_set.changes,
        notes=(_NOTE,),
    )
