"""Checks of pipelines: one source, one thing a stage, artefacts that were made before, and a network for uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from compiler.kinds.pipelines.stage_checks import stage_faults
from compiler.language.names import pascal
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.meaning.variable_rules import variable_warnings
from compiler.shared.log_buckets import log_bucket
from compiler.source.document import Path
from compiler.source.json_value import Json

_SOURCES = ("repository", "connection", "bucket")
_STAGES = ("build", "approve", "deploy")
_DEPLOYS = ("service", "function", "site", "platform")
_FIRST = "source"
_POINTERS = {
    "service": {"name": "service"},
    "function": {"name": "function"},
    "site": {"bucket": "bucket", "cdn": "cdn"},
    "platform": {"topic": "topic", "role": "role"},
}
"""Way to deploy → setting with a pointer → what that leads to."""


def _offers(*offers: str) -> Callable[[ResolvedComponent], bool]:
    return lambda target: all(target.offers(one) for one in offers)


def _resources(target: ResolvedComponent) -> Mapping[str, Json]:
    """Types of the resources that an existing one of its kind is."""
    found: Mapping[str, Json] = target.kind.get("x-existing", {}).get("resources", {})
    return found


def _is_role(target: ResolvedComponent) -> bool:
    """A role of the platform, or raw CloudFormation, of which only AWS knows what it is."""
    return "AWS::IAM::Role" in _resources(target) or "x-attributes-of" in target.kind


def _of_images(target: ResolvedComponent) -> bool:
    return target.offers("pull") and target.settings.get("content") != "code"


_FITS: Mapping[str, Callable[[ResolvedComponent], bool]] = {
    "repository": _offers("pull"),
    "bucket": _offers("read", "write", "replica"),
    "topic": _offers("publish", "notify"),
    "service": _offers("origin", "route"),
    "function": _offers("authenticate", "scheduled"),
    "repository of images": _of_images,
    "secret": lambda target: "AWS::SecretsManager::Secret" in _resources(target),
    "cdn": lambda target: "x-web-acl-scope" in target.kind,
    "role": _is_role,
}
"""What a pointer leads to → how the schema of the target says that it is one."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    yield from _one_of(data["source"], _SOURCES, ("source",), "a source")
    yield from _pointers(data, spec)
    yield from _source(data, spec)
    yield from _triggers(data)
    yield from _stages(data["stages"])
    yield from _inputs(data["stages"])
    yield from _variables(data["stages"])
    yield from stage_faults(data["stages"], spec)
    yield from _network(component, spec)
    yield from log_bucket(data["logs_to"], ("logs_to",), spec)
    if data["uses"] and not any(stage["build"] is not None for stage in data["stages"]):
        yield Fault("unused-setting", "what is used is for builds, and no stage is one", ("uses",), "remove it")


def _one_of(said: Mapping[str, Json], names: Sequence[str], path: Path, what: str) -> Iterator[Fault]:
    found = [name for name in names if said[name] is not None]
    if len(found) != 1:
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        about = " and ".join(found) if found else "none"
        message = f"{what} has exactly one of {listed}, and this one has {about}"
        yield Fault("one-of-two", message, path, f"set one of {listed}")


def _pointers(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    yield from _leads(spec, data["source"]["repository"], ("source", "repository"), "repository")
    yield from _leads(spec, data["source"]["bucket"], ("source", "bucket"), "bucket")
    for index, stage in enumerate(data["stages"]):
        path: Path = ("stages", index)
        yield from _leads(spec, (stage["approve"] or {}).get("topic"), (*path, "approve", "topic"), "topic")
        image = (stage["build"] or {}).get("custom_image") or {}
        place: Path = (*path, "build", "custom_image")
        yield from _leads(spec, image.get("uri"), (*place, "uri"), "repository of images")
        yield from _leads(spec, image.get("credentials"), (*place, "credentials"), "secret")
        for way, said in (stage["deploy"] or {}).items():
            for setting, what in _POINTERS.get(way, {}).items():
                yield from _leads(spec, (said or {}).get(setting), (*path, "deploy", way, setting), what)


def _leads(spec: ResolvedSpec, text: str | None, path: Path, what: str) -> Iterator[Fault]:
    """A pointer leads to what its setting is about."""
    for target, _ in spec.pointers(text):
        if not _FITS[what](target):
            message = f"'{target.address}' is of the kind {target.kind['x-noun']}, where a {what} is needed"
            yield Fault("wrong-kind", message, path, f"point at a {what}")


def _source(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    said = data["source"]
    if said["connection"] and not said["project"]:
        message = "a connection leads to many repositories, and none is named"
        yield Fault("missing-property", message, ("source", "connection"), "set 'project', such as acme/shop")
    if said["project"] and not said["connection"]:
        yield Fault("unused-setting", "there is no connection", ("source", "project"), "remove it")
    bucket = next((one for one, _ in spec.pointers(said["bucket"])), None)
    if bucket and bucket.settings["existing"] is None:
        yield from _versions(bucket, said["starts"])


def _versions(bucket: ResolvedComponent, starts: bool) -> Iterator[Fault]:
    """Source: CodePipeline user guide, "Amazon S3 source action reference"."""
    path: Path = ("source", "bucket")
    if not bucket.settings.get("versioning", True):
        message = f"the bucket '{bucket.name}' has no versioning, which a source needs"
        yield Fault("no-versioning", message, path, f"set 'versioning: true' on {bucket.address}")
    if starts and not bucket.settings.get("events", True):
        message = f"the bucket '{bucket.name}' sends no events, and so nothing starts the pipeline"
        yield Fault("bad-trigger", message, path, f"set 'events: true' on {bucket.address}, or 'starts: false'")


def _triggers(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: CodePipeline user guide, "Filter triggers on code push or pull requests"."""
    if data["triggers"] and not (data["source"]["connection"] and data["source"]["starts"]):
        message = "only a connection that starts the pipeline knows triggers"
        yield Fault("unused-setting", message, ("triggers",), "remove them")
    for index, one in enumerate(data["triggers"]):
        if one["tags"] and (one["branches"] or one["files"] or one["ignored_files"]):
            message = "AWS takes tags in a trigger of their own"
            yield Fault("bad-trigger", message, ("triggers", index, "tags"), "write a second trigger")


def _stages(stages: Sequence[Mapping[str, Json]]) -> Iterator[Fault]:
    seen = {pascal(_FIRST)}
    for index, stage in enumerate(stages):
        yield from _one_of(stage, _STAGES, ("stages", index), "a stage")
        if stage["deploy"] is not None:
            yield from _one_of(stage["deploy"], _DEPLOYS, ("stages", index, "deploy"), "a deployment")
        if pascal(stage["name"]) in seen:
            message = f"there is a stage '{stage['name']}' already"
            yield Fault("duplicate-value", message, ("stages", index, "name"), "give it another name")
        seen.add(pascal(stage["name"]))


def _inputs(stages: Sequence[Mapping[str, Json]]) -> Iterator[Fault]:
    made = [_FIRST]
    for index, stage in enumerate(stages):
        path: Path = ("stages", index, "input")
        if stage["input"] and stage["approve"] is not None:
            yield Fault("unused-setting", "an approval works on no artefact", path, "remove it")
        elif stage["input"] and stage["input"] not in made:
            message = f"no stage before this one makes an artefact '{stage['input']}'"
            yield Fault("bad-value", message, path, f"take one of {', '.join(made)}")
        if stage["build"] is not None and stage["build"]["files"]:
            made.append(stage["name"])


def _variables(stages: Sequence[Mapping[str, Json]]) -> Iterator[Fault]:
    """Source: CodeBuild user guide, "Environment variables in build environments"."""
    for index, stage in enumerate(stages):
        path: Path = ("stages", index, "build", "environment")
        said = stage["build"]["environment"] if stage["build"] is not None else {}
        yield from variable_warnings(said, path)
        for name in said:
            if name.startswith("CODEBUILD_"):
                yield Fault("reserved-name", f"'{name}' starts as CodeBuild's own names do", (*path, name), "rename it")


def _network(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    for name in data["uses"] if not data["network"] else ():
        target = spec.component(name)
        if target and spec.in_network(component, target):
            message = f"'{target.address}' is reachable only in the network, where the builds do not run"
            yield Fault("no-network", message, ("uses", name), "set 'network: true'")
