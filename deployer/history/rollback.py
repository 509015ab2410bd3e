"""Return to what was deployed after a record: the same templates, planned and reviewed like any other change.

record ── deployed_after ──► version of each region ── objects of the bucket ──► compiled roots ── make_plans
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from botocore.exceptions import ClientError

from compiler.source.diagnostics import Diagnostic
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.deployed import settings_of
from deployer.environment import Open
from deployer.errors import DeployError, refused
from deployer.faults import error_code, explained, read
from deployer.history.reading import History
from deployer.history.record import Record, Version
from deployer.images.registry import in_registry
from deployer.outcome import place_from
from deployer.publish import Return
from deployer.session import Aws
from reviewer.template_set import ROOT

_TEXT: Mapping[str, Json] = {"Type": "String"}
"""What a packed parameter declares; it has no default, since the record has its value."""
_RESTORE = "restore it from its former versions, which the bucket keeps for 30 days, or deploy the spec of that time"


def return_to(history: History, number: int) -> Return:
    """The state of the environment after record `number`. Raises `DeployError` (exit 4) where nothing was deployed."""
    history.record(number)
    found = history.deployed_after(number)
    versions = {region: one.begun.version for region, one in found.items() if one.begun.version}
    if not versions:
        removed = max(found.values(), key=lambda one: one.number) if found else None
        raise _nothing_there(number, removed)
    return Return(number, versions)


def _nothing_there(number: int, removed: Record | None) -> DeployError:
    why = f"record {removed.number} had removed it" if removed else "no deployment had succeeded"
    message = f"after record {number} nothing was deployed: {why}"
    return refused(
        message, "return to another record (`history` lists them); `destroy` removes the environment", "no-version"
    )


def roots_of(back: Return, now: Compiled, open_region: Open) -> tuple[Compiled, ...]:
    """The roots as they were deployed, in their order; `now` is a root of today's spec.

    Raises `DeployError` (exit 4) with one error for each template or archive that is no longer in its bucket.
    """
    newest = next(iter(back.versions.values()))
    order = [region for region in newest.materials.regions if region in back.versions]
    found: list[Compiled] = []
    missing: list[Diagnostic] = []
    for region in dict.fromkeys((*order, *back.versions)):
        version = back.versions[region]
        with open_region(region) as aws, explained("reading what was deployed then"):
            bodies = _bodies(aws, version)
            missing += _missing(aws, back.number, version, bodies)
        found += [] if missing else [_compiled(now, region, version, bodies)]
    if missing:
        raise DeployError(missing)
    return tuple(found)


def _bodies(aws: Aws, version: Version) -> Mapping[str, bytes]:
    """Key of the template → the object; those that are gone are left out."""
    objects = {name: _object(aws, version.materials.bucket, key) for name, key in version.materials.templates.items()}
    return {name: body for name, body in objects.items() if body is not None}


def _object(aws: Aws, bucket: str, key: str) -> bytes | None:
    where: dict[str, Json] = {"Bucket": bucket, "Key": key, "ExpectedBucketOwner": aws.account}
    try:
        body: bytes = read(lambda: aws.s3.get_object(**where)["Body"].read())  # noqa: PLW0108
    except ClientError as fault:
        if error_code(fault) in ("NoSuchKey", "404", "NoSuchBucket"):
            return None
        raise
    return body


def _missing(aws: Aws, number: int, version: Version, bodies: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    made = version.materials
    for name, key in made.templates.items():
        if name not in bodies:
            yield _gone(number, made.bucket, key)
        elif hashlib.sha256(bodies[name]).hexdigest() != made.digests[name]:
            message = f"record {number} needs {key} in bucket {made.bucket}, which is not what was uploaded then"
            yield Diagnostic("history-damaged", message, suggestion=_RESTORE)
    for key in made.artifacts.values():
        if not _is_there(aws, made.bucket, key):
            yield _gone(number, made.bucket, key)
    for address in made.images.values():
        if not in_registry(aws, address):
            message = f"record {number} needs the image {address}, which is no longer in its repository"
            yield Diagnostic(
                "history-incomplete", message, suggestion="build that revision again: `deploy` the spec of then"
            )


def _gone(number: int, bucket: str, key: str) -> Diagnostic:
    message = f"record {number} needs {key}, which is no longer in bucket {bucket}"
    return Diagnostic("history-incomplete", message, suggestion=_RESTORE)


def _is_there(aws: Aws, bucket: str, key: str) -> bool:
    try:
        aws.s3.head_object(Bucket=bucket, Key=key, ExpectedBucketOwner=aws.account)
    except ClientError as fault:
        if error_code(fault) in ("404", "NoSuchKey", "NoSuchBucket"):
            return False
        raise
    return True


def _compiled(now: Compiled, region: str, version: Version, bodies: Mapping[str, bytes]) -> Compiled:
    """What was compiled then; its artefacts are values of parameters, and its settings those in the root."""
    parsed: dict[str, Mapping[str, Json]] = {name: json.loads(body) for name, body in bodies.items()}
    parsed[ROOT] = _with_files(parsed[ROOT], version)
    templates = {name: _template(name, version, body) for name, body in parsed.items()}
    return replace(
        now,
        posture=version.posture,
        region=region,
        tags=version.tags,
        root=templates[ROOT],
        children=tuple(template for name, template in templates.items() if name != ROOT),
        artifacts=(),
        places={component: place_from(place) for component, place in version.places.items()},
        takes=version.takes,
        regions=version.materials.regions,
        warnings=(),
        outside=(),
        settings=settings_of(parsed[ROOT]),
        document=None,
        mains=version.materials.mains,
        home=version.materials.home,
        packed={bundle: dict.fromkeys(names, _TEXT) for bundle, names in version.materials.packed.items()},
        placed={},
    )


def _template(name: str, version: Version, body: Mapping[str, Json]) -> Template:
    return Template(_file(name, version), name, body, version.origins.get(name, {}))


def _file(name: str, version: Version) -> str:
    """Name of a template: ``data`` of ``templates/data-<digest>.template.json``."""
    return version.materials.templates[name].removeprefix("templates/").rpartition("-")[0]


def _with_files(root: Mapping[str, Json], version: Version) -> Mapping[str, Json]:
    """The root with names of files in place of URLs, as it is compiled."""
    resources = dict(root["Resources"])
    for name in version.materials.templates.keys() - {ROOT}:
        properties = {**resources[name]["Properties"], "TemplateURL": f"{_file(name, version)}.template.json"}
        resources[name] = {**resources[name], "Properties": properties}
    return {**root, "Resources": resources}
