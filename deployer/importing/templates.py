"""The template of an import: what is deployed, and the imported resources as far as what they refer to is deployed.

An IMPORT change set may neither change nor create anything else, and no outputs; every imported resource needs a
deletion policy (CloudFormation user guide, "Import AWS resources into a CloudFormation stack manually"). Properties
are not compared with the real resource, so what is left out here is set by the next deployment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from compiler.program.intrinsics import targets as references
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.errors import DeployError, refused
from deployer.importing.targets import Target
from reviewer.replacement import schemas_of


@frozen(eq=True)
class ImportTemplate:
    """The template, and which properties of which imported resource are left out of it."""

    body: Mapping[str, Json]
    left_out: Mapping[str, Sequence[str]]
    """Logical id → names of properties."""


def import_template(deployed: Mapping[str, Json], imported: Sequence[Target]) -> ImportTemplate:
    """`deployed` with the imported resources of its stack.

    Raises `DeployError` (exit 4) where a property has to be left out that the resource can't do without.
    """
    known = {*deployed.get("Parameters", {}), *deployed.get("Resources", {}), *(one.logical_id for one in imported)}
    left_out = {one.logical_id: tuple(_unknown(one, known)) for one in imported}
    for one in imported:
        _check(one, left_out[one.logical_id], known)
    added = {one.logical_id: _body(one, left_out[one.logical_id], known) for one in imported}
    body = {**deployed, "Resources": {**deployed.get("Resources", {}), **added}}
    return ImportTemplate(body, {name: names for name, names in left_out.items() if names})


def _unknown(target: Target, known: Collection[str]) -> Iterator[str]:
    """Properties that refer to something that is neither deployed nor imported."""
    for name, value in target.body.get("Properties", {}).items():
        if any(one.logical_id not in known for one in references(value)):
            yield name


def _body(target: Target, left_out: Collection[str], known: Collection[str]) -> Mapping[str, Json]:
    body = {name: value for name, value in target.body.items() if name not in ("Properties", "DependsOn")}
    properties = {name: value for name, value in target.body.get("Properties", {}).items() if name not in left_out}
    first = target.body.get("DependsOn", [])
    after = [name for name in ([first] if isinstance(first, str) else first) if name in known]
    return {
        **body,
        "DeletionPolicy": body.get("DeletionPolicy", "Retain"),
        **({"DependsOn": after} if after else {}),
        **({"Properties": properties} if properties else {}),
    }


def _check(target: Target, left_out: Sequence[str], known: Collection[str]) -> None:
    schemas = schemas_of(target.region)
    required = schemas.of(target.resource_type).get("required", ())
    for name in left_out:
        value = target.body["Properties"][name]
        fixed = schemas.replacement(target.resource_type, (name,), (None, value)) == "True"
        if fixed or name in required:
            raise _needs_first(target, name, sorted({one.logical_id for one in references(value)} - {*known}))


def _needs_first(target: Target, name: str, missing: Sequence[str]) -> DeployError:
    what, verb = " and ".join(missing), "exist" if len(missing) > 1 else "exists"
    message = (
        f"{target.logical_id} can't be imported before {what} {verb} in its stack: its {name} refers to it, and can't "
        "be set later without replacing the resource"
    )
    hint = f"import {what} with it, as {target.component}/{missing[0]}=IDENTIFIER, or deploy what has it first"
    return refused(message, hint, "import-needs-first", target.component)
