"""What an import of resources into one stack needs to know: template, identifiers, and what of it is done already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.source.frozen import frozen
from deployer.deployed import Stack, read_template, stack_resources
from deployer.errors import DeployError, refused
from deployer.identifier import identifier, parts_of_types
from deployer.importing.names import check_names
from deployer.importing.scaffold import EMPTY
from deployer.importing.subject import Subject
from deployer.importing.targets import Target
from deployer.importing.templates import ImportTemplate, import_template
from deployer.publish import store

Parts = Mapping[str, Sequence[str]]
"""Resource type → parts of its identifier."""


@frozen(eq=True)
class Prepared:
    """One stack, and what is imported into it; nothing where all of it was imported before."""

    subject: Subject
    key: str
    stack: Stack
    targets: Sequence[Target]
    template: ImportTemplate
    url: str
    identifiers: Mapping[str, Mapping[str, str]]
    """Logical id → part of its identifier → value."""


def check_beforehand(subject: Subject, targets: Sequence[Target]) -> None:
    """Raises `DeployError` for what could not be imported into an empty stack, before one is made."""
    for key in dict.fromkeys(target.stack for target in targets):
        own = [target for target in targets if target.stack == key]
        url, _ = store(subject.aws, subject.bucket, f"import-{key or 'root'}", import_template(EMPTY, own).body)
        dict(_identified(subject, own, parts_of_types(subject.aws, url)))


def prepare(subject: Subject, key: str, stack: Stack, targets: Sequence[Target]) -> Prepared:
    """Raises `DeployError` (exit 4) for what can't be imported, and for another resource in the place of a target."""
    deployed = read_template(subject.aws, stack.id)
    new = [one for one in targets if one.logical_id not in deployed.get("Resources", {})]
    template = import_template(deployed, new)
    url, _ = store(subject.aws, subject.bucket, f"import-{key or 'root'}", template.body)
    parts = parts_of_types(subject.aws, url)
    _check_done(subject, stack, [one for one in targets if one not in new], parts)
    return Prepared(subject, key, stack, new, template, url, dict(_identified(subject, new, parts)))


def _check_done(subject: Subject, stack: Stack, targets: Sequence[Target], parts: Parts) -> None:
    """An import that is repeated finds its resources in the stack."""
    physical = {one.logical_id: one.physical_id for one in stack_resources(subject.aws, stack.id)} if targets else {}
    for one in targets:
        known = physical.get(one.logical_id, "")
        asked = identifier(subject.aws, one.resource_type, parts.get(one.resource_type, ("Id",)), one.value)
        if _path(known) not in (_path("|".join(asked.values())), _path([*asked.values()][-1])):
            raise _taken(one, known)


def _path(identifier: str) -> str:
    """Without the host of a URL, which is that of the endpoint."""
    return identifier.partition("://")[2].partition("/")[2] if "://" in identifier else identifier


def _taken(target: Target, physical_id: str) -> DeployError:
    return refused(
        f"{target.logical_id} of {target.component} is deployed already: {physical_id}",
        "to have another one in its place, remove the component from the spec, deploy, and import then",
        "already-deployed",
        target.component,
    )


def _identified(subject: Subject, targets: Sequence[Target], parts: Parts) -> Iterator[tuple[str, Mapping[str, str]]]:
    for one in targets:
        if one.resource_type not in parts:
            message = f"CloudFormation can't import resources of type {one.resource_type}, as {one.logical_id} is"
            raise refused(message, "leave it out: the next deployment creates it", "not-importable", one.component)
        identified = identifier(subject.aws, one.resource_type, parts[one.resource_type], one.value)
        check_names(one, identified)
        yield one.logical_id, identified
