"""What only AWS can tell of what goes: whether it is empty, and who imports its exports.

Asked for a plan, and only where something goes. Whoever may not look, or finds nothing, leaves it open: the review then
says what has to be so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.deployed import Stack, nested_stacks, stack_resources
from deployer.faults import read
from deployer.session import Aws
from reviewer.exports import going
from reviewer.sides import Before, Sides
from reviewer.stores import ONLY_EMPTY
from reviewer.template_set import ROOT, Address, qualified


def _empty_bucket(aws: Aws, name: str) -> bool:
    found = aws.s3.list_object_versions(Bucket=name, MaxKeys=1)
    return not (found.get("Versions") or found.get("DeleteMarkers"))


def _empty_repository(aws: Aws, name: str) -> bool:
    found = aws.client("ecr", aws.region).list_images(repositoryName=name, maxResults=1)
    return not found["imageIds"]


def _empty_vault(aws: Aws, name: str) -> bool:
    backup = aws.client("backup", aws.region)
    return not backup.list_recovery_points_by_backup_vault(BackupVaultName=name, MaxResults=1)["RecoveryPoints"]


_LOOKS: Mapping[str, Callable[[Aws, str], bool]] = {
    "AWS::Backup::BackupVault": _empty_vault,
    "AWS::ECR::Repository": _empty_repository,
    "AWS::S3::Bucket": _empty_bucket,
}
"""Type → whether nothing is in the one with this physical id."""


def with_answers(aws: Aws, stack: Stack | None, sides: Sides) -> Before:
    """What is deployed, with what AWS tells of that part of it which goes."""
    before = sides.before
    if stack is None or not before.templates:
        return before
    gone = frozenset(_gone(sides.compiled, before))
    exports = tuple(going(sides.old, sides.new))
    if not gone and not exports:
        return before
    ids = {ROOT: stack.id, **nested_stacks(aws, stack.id)}
    emptied = dict(_emptied(aws, ids, gone))
    importers = {one.key: _importers(aws, _export_name(one.name, ids.get(one.stack, ""))) for one in exports}
    return replace(before, emptied=emptied, importers=importers)


def _gone(compiled: Compiled, before: Before) -> Iterator[Address]:
    """Resources that have to be empty to go, and are not in the new templates."""
    left = {(template.logical_id or ROOT, name) for template in compiled.templates for name in template.origins}
    for stack, template in before.templates.items():
        for name, resource in template.get("Resources", {}).items():
            if resource.get("Type") in ONLY_EMPTY and (stack, name) not in left:
                yield stack, name


def _emptied(aws: Aws, ids: Mapping[str, str], gone: frozenset[Address]) -> Iterator[tuple[str, bool]]:
    for stack in sorted({stack for stack, _ in gone} & {*ids}):
        for resource in stack_resources(aws, ids[stack]):
            look = _LOOKS.get(resource.resource_type)
            if look and (stack, resource.logical_id) in gone and resource.physical_id:
                empty = _told(look, aws, resource.physical_id)
                if empty is not None:
                    yield qualified((stack, resource.logical_id)), empty


def _told(look: Callable[[Aws, str], bool], aws: Aws, physical_id: str) -> bool | None:
    try:
        return read(lambda: look(aws, physical_id))
    except (ClientError, BotoCoreError):
        return None


def _importers(aws: Aws, export: str) -> tuple[str, ...]:
    """Names of the stacks that import an export; none where there is no such export or nobody may ask."""
    pages = aws.cloudformation.get_paginator("list_imports").paginate(ExportName=export)
    try:
        return tuple(sorted(name for page in read(lambda: list(pages)) for name in page["Imports"]))
    except ClientError:
        return ()


def _export_name(name: Json, stack_id: str) -> str:
    """The name of an export, with that of its stack where the template puts it in."""
    stack_name = stack_id.split("/")[1] if "/" in stack_id else ""
    text = name["Fn::Sub"] if isinstance(name, Mapping) and isinstance(name.get("Fn::Sub"), str) else name
    return re.sub(r"\$\{AWS::StackName\}", stack_name, str(text))
