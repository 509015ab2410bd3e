"""Warn of raw CloudFormation that turns off what a section guarantees.

The resource as its section builds it is compared with the patched one: what held before and does not any more is told
at the line of the patch. A raw resource is told when it takes a guarantee from a resource of a section.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.language.schema import owner_name
from compiler.program.component import Platform
from compiler.program.guarantees import ENCRYPTION, LEAST, PRIVATE, TLS, guarantees
from compiler.program.intrinsics import targets
from compiler.program.patch import merge_patch
from compiler.program.patches import Patch
from compiler.program.weaker_policies import Loss, broad, statements, weaker_policies
from compiler.source.diagnostics import Diagnostic, Place, Severity
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import parts
from compiler.source.json_value import Json

_SAME = {
    "encryption-off": f"({ENCRYPTION}): ",
    "grants-everything": f"({LEAST}): it allows",
    "public-access": f"({PRIVATE}): ",
}
"""Other warnings of raw CloudFormation, and what a message has that tells the same again."""
_PROPERTIES = "Properties"
_REPLACING = {
    "AWS::S3::BucketPolicy": ("Bucket",),
    "AWS::SNS::TopicPolicy": ("Topics",),
    "AWS::SQS::QueuePolicy": ("Queues",),
}
"""Policies of which a resource has one: the last that is written counts."""
_GRANTING = {
    "AWS::IAM::ManagedPolicy": ("Roles",),
    "AWS::IAM::Policy": ("Roles",),
    "AWS::IAM::RolePolicy": ("RoleName",),
}


@frozen(eq=True)
class _Writer:
    """Raw CloudFormation in the spec, and the reason given for it."""

    path: Path
    reason: str


def weakened(
    platform: Platform, built: Mapping[str, tuple[str, Json]], patches: Sequence[Patch]
) -> Iterator[Diagnostic]:
    """A warning for each guarantee that a patch or a raw resource turns off; a note where a reason is given."""
    bodies = {name: body for name, (_, body) in built.items()}
    for patch in patches:
        before = bodies[patch.logical_id]
        after = bodies[patch.logical_id] = merge_patch(before, patch.body)
        if _is_raw(platform, built[patch.logical_id][0]):
            continue
        for loss in _losses(before, after):
            place = _place_in(platform, patch, loss.path)
            if place:
                yield _warned("guarantee-off", loss, place, _Writer(patch.path, _reason(patch.body)))
    yield from _raw_resources(platform, built)


def not_told(found: Iterable[Diagnostic], told: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those that no other warning of raw CloudFormation is about: what a property alone shows is told before.

    Another loss at the same place stays.
    """
    before = [(one.place, _SAME[one.code]) for one in told if one.code in _SAME]
    return [one for one in found if not any(same in one.message and _overlap(one.place, at) for at, same in before)]


def _overlap(one: Place, other: Place) -> bool:
    first, second = sorted((one, other), key=lambda place: (place.line, place.column))
    end = (first.end_line, first.end_column)
    return one.file == other.file and (first == second or (second.line, second.column) < end)


def _losses(before: Json, after: Json) -> Iterator[Loss]:
    old, new = before.get(_PROPERTIES) or {}, after.get(_PROPERTIES) or {}
    for one in guarantees(before["Type"]):
        if one.broken(new) > one.broken(old):
            name = ".".join(map(str, (step for step in one.path if step != "*")))
            yield Loss(one.what, one.path, f"it changes '{name}'")
    yield from weaker_policies(old, new)


def _place_in(platform: Platform, patch: Patch, path: Path) -> Place | None:
    """Where the patch has the property, or what is around it; None if it has neither."""
    inner = patch.inside
    if inner is None:
        return None
    value: Json = inner[1]
    found = list(inner[0])
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            break
        value = value[step]
        found.append(step)
    return platform.document.value_place(tuple(found)) if len(found) > len(inner[0]) else None


def _raw_resources(platform: Platform, built: Mapping[str, tuple[str, Json]]) -> Iterator[Diagnostic]:
    for component, body in built.values():
        if not _is_raw(platform, component):
            continue
        path = tuple(platform.components[component].path.split("."))
        for loss in _taken(platform, built, body):
            place = platform.document.value_place((*path, _PROPERTIES, *loss.path))
            yield _warned("guarantee-off", loss, place, _Writer(path, _reason(body)))


def _taken(platform: Platform, built: Mapping[str, tuple[str, Json]], body: Json) -> Iterator[Loss]:
    """The guarantees of resources of sections that a raw resource takes away."""
    properties = body.get(_PROPERTIES) or {}
    for name in _REPLACING.get(body["Type"], ()):
        for target in _targets(platform, built, properties.get(name)):
            if any(_policy_of(platform, built, body["Type"], (name, target))):
                yield Loss(TLS, (name,), f"it takes the place of the policy of {target}")
    for name in _GRANTING.get(body["Type"], ()):
        wide = sorted({text for one in statements(properties.get("PolicyDocument")) for text in broad(one)})
        for target in _targets(platform, built, properties.get(name)) if wide else ():
            yield Loss(LEAST, ("PolicyDocument",), f"it allows {target} {', '.join(wide)}")
    anyone = body["Type"] == "AWS::Lambda::Permission" and properties.get("Principal") == "*"
    for target in _targets(platform, built, properties.get("FunctionName")) if anyone else ():
        yield Loss(LEAST, ("Principal",), f"it lets anyone call {target}")


def _targets(platform: Platform, built: Mapping[str, tuple[str, Json]], value: Json) -> Iterator[str]:
    """The resources of sections that a property refers to."""
    for logical_id in dict.fromkeys(_referred(platform, value)):
        if logical_id in built and not _is_raw(platform, built[logical_id][0]):
            yield logical_id


def _referred(platform: Platform, value: Json) -> Iterator[str]:
    for target in targets(value):
        yield target.logical_id
    for one in value if isinstance(value, list) else [value]:
        for symbol in parts(one)[1::2] if isinstance(one, str) else ():
            address, attribute = platform.spec.divided(symbol)
            if attribute:
                yield platform.components[address].main_id


def _policy_of(
    platform: Platform, built: Mapping[str, tuple[str, Json]], resource_type: str, about: tuple[str, str]
) -> Iterator[bool]:
    """Whether a section has such a policy for the resource already."""
    name, target = about
    for component, body in built.values():
        if body["Type"] == resource_type and not _is_raw(platform, component):
            yield target in set(_referred(platform, body.get(_PROPERTIES, {}).get(name)))


def _is_raw(platform: Platform, component: str) -> bool:
    return "x-attributes-of" in platform.schema.kinds[platform.components[component].section]


def _reason(body: Json) -> str:
    metadata = body.get("Metadata") if isinstance(body, Mapping) else None
    own = metadata.get("stackwright") if isinstance(metadata, Mapping) else None
    reason = own.get("reason") if isinstance(own, Mapping) else None
    return reason.strip() if isinstance(reason, str) else ""


def _warned(code: str, loss: Loss, place: Place, by: _Writer) -> Diagnostic:
    severity: Severity = "note" if by.reason else "warning"
    message = f"raw CloudFormation turns off what the section guarantees ({loss.what}): {by.reason or loss.how}"
    help_text = "" if by.reason else "remove it, use the section's own setting, or accept it with a reason under 'lint'"
    return Diagnostic(code, message, place, owner_name(by.path), help_text, severity=severity)
