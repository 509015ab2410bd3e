"""Upload templates and artefacts, each under the hash of its content, so that unchanged ones keep their URL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path

from compiler.source.diagnostics import did_you_mean
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from compiler.stacks.packing import SEPARATOR
from deployer.artifacts import Package, package
from deployer.bucket import at_home, ensure_bucket, upload
from deployer.deployed import METADATA, settings_text
from deployer.errors import refused
from deployer.history.materials import Materials
from deployer.history.record import Version
from deployer.kept.values import Kept
from deployer.session import Aws
from deployer.uploads import upload_all
from reviewer.template_set import ROOT, STACK_TYPE

MOST_BYTES = 4_096
"""Of a parameter's value; CloudFormation quota "Parameter value"."""
MAX_TEMPLATE = 1_000_000
"""Bytes of a template in S3; CloudFormation quota "Template body size in an Amazon S3 object", 1 MB."""


Templates = Mapping[str, Mapping[str, Json]]
"""Templates by `ROOT` or by logical id of the nested stack."""


@frozen(eq=True)
class Return:
    """The state of an environment after one of its records."""

    number: int
    versions: Mapping[str, Version]
    """Region → what was deployed there."""


@frozen(eq=True)
class Image:
    """An image that is built, and pushed by now."""

    component: str
    address: str
    state: str
    """What was done for it."""

    def __str__(self) -> str:
        return f"{self.component} runs the image {self.address}, {self.state}"


@frozen(eq=True)
class Choice:
    """Options of a deployment that are not in the spec: the bucket, values of parameters and the service role."""

    bucket: str | None = None
    """Bucket for templates and artefacts; None: the default bucket, created if missing."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values of root parameters instead of their defaults, e.g. an image with a new tag."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """Outputs of other regions, by root parameter."""
    role: str = ""
    """ARN of the role with which CloudFormation acts; empty: the one that the stack has, or whoever deploys."""
    detect_drift: bool = False
    """Whether drift is detected before, instead of reading what is known of it."""
    revert_drift: bool = False
    """Whether what was changed outside of CloudFormation is brought back to what the templates want."""
    images: Mapping[str, Image] = field(default_factory=dict)
    """Images that are built, by root parameter."""
    kept: tuple[Kept, ...] = ()
    """What others have changed, and that stays."""
    back: Return | None = None
    """What is to be deployed again, instead of what was compiled."""


AS_SPECIFIED = Choice()


@frozen(eq=True)
class Published:
    """URLs of the uploaded templates, and the parameters of the root."""

    root_url: str
    parameters: Mapping[str, str]
    """Values of all parameters of the root, but for those that keep the stack's own."""
    materials: Materials
    kept: tuple[str, ...] = ()
    """Parameters that keep the value that the stack has."""


def package_all(compiled: Compiled, spec_dir: Path) -> Mapping[str, Package]:
    """Root parameter → packaged artefact. No network yet: a missing file is reported before anything is done."""
    of_source: dict[str, Package] = {}
    for artifact in compiled.artifacts:
        if artifact.source not in of_source:
            of_source[artifact.source] = package(artifact, spec_dir)
    return {artifact.parameter: of_source[artifact.source] for artifact in compiled.artifacts}


def publish(aws: Aws, choice: Choice, compiled: Compiled, packages: Mapping[str, Package]) -> Published:
    """Upload what is not there yet. Raises `DeployError` when a template is over `MAX_TEMPLATE` bytes, or a parameter
    is unknown.
    """
    bucket = ensure_bucket(aws, choice.bucket)
    if not choice.bucket and compiled.home not in ("", aws.region):
        ensure_bucket(at_home(aws, compiled.home), None)  # for the records of the environment
    images = {name: one.address for name, one in choice.images.items()}
    keys = {name: packed.key for name, packed in packages.items()}
    kept = {one.parameter: one.value for one in choice.kept}
    given = {"ArtifactBucket": bucket} | keys | images | dict(choice.inputs) | kept
    keys |= {name: kept[name] for name in keys.keys() & kept.keys()}
    parameters = root_parameters(compiled, given, choice.parameters)
    used = {packed.key: packed.body for name, packed in packages.items() if name not in kept}
    upload_all(aws, bucket, used)
    materials = replace(upload_templates(aws, bucket, compiled, keys), images=images)
    return Published(url_of(aws, bucket, materials.templates[ROOT]), parameters, materials)


def upload_templates(aws: Aws, bucket: str, compiled: Compiled, artifacts: Mapping[str, str]) -> Materials:
    """Upload the templates that are not there yet; `artifacts` are the keys of those that are."""
    _, hashes = publish_templates(aws, bucket, compiled)
    digests = {one.logical_id or ROOT: hashes[one.name] for one in compiled.templates}
    return Materials(
        bucket=bucket,
        templates={one.logical_id or ROOT: _key(one.name, hashes[one.name]) for one in compiled.templates},
        digests=digests,
        artifacts=artifacts,
        hidden=hidden_parameters(compiled.root.body),
        mains=compiled.mains,
        regions=compiled.regions,
        home=compiled.home or compiled.region,
        packed={bundle: tuple(names) for bundle, names in compiled.packed.items()},
    )


def hidden_parameters(root: Mapping[str, Json]) -> tuple[str, ...]:
    """Parameters whose values CloudFormation does not show."""
    declared: Mapping[str, Mapping[str, Json]] = root.get("Parameters", {})
    return tuple(sorted(name for name, item in declared.items() if str(item.get("NoEcho", "")).lower() == "true"))


def url_of(aws: Aws, bucket: str, key: str) -> str:
    """Address of a template, as CloudFormation takes it."""
    return f"{aws.template_base}/{bucket}/{key}"


def _key(name: str, digest: str) -> str:
    return f"templates/{name}-{digest[:32]}.template.json"


def publish_templates(aws: Aws, bucket: str, compiled: Compiled) -> tuple[str, Mapping[str, str]]:
    """Upload the templates alone: the root's URL, and the hash of each."""
    stored = {child.name: _stored(child.name, child.body) for child in compiled.children}
    upload_all(aws, bucket, {one.key: one.body for one in stored.values()})
    urls = {name: url_of(aws, bucket, one.key) for name, one in stored.items()}
    hashes = {name: one.digest for name, one in stored.items()}
    root_url, hashes["root"] = store(aws, bucket, "root", described(compiled, urls))
    return root_url, hashes


def publish_part(aws: Aws, bucket: str, compiled: Compiled, urls: Mapping[str, str]) -> str:
    """Upload a root of nested stacks of which some are in the bucket (name → URL), or have an address: its own URL."""
    named = {str(one.get("Properties", {}).get("TemplateURL")) for one in compiled.root.body["Resources"].values()}
    missing = [one for one in compiled.children if one.name not in urls and f"{one.name}.template.json" in named]
    stored = {one.name: _stored(one.name, one.body) for one in missing}
    upload_all(aws, bucket, {one.key: one.body for one in stored.values()})
    known = {**urls, **{name: url_of(aws, bucket, one.key) for name, one in stored.items()}}
    return store(aws, bucket, "root", described(compiled, known))[0]


def publish_changed(aws: Aws, bucket: str, deployed: Templates, compiled: Compiled) -> str:
    """Upload what is not as deployed of templates that were read back: the root's URL. Others keep their URLs."""
    changed = [child for child in compiled.children if child.body != deployed[child.logical_id]]
    urls = {child.logical_id: store(aws, bucket, child.name, child.body)[0] for child in changed}
    resources = dict(compiled.root.body["Resources"])
    for name, url in urls.items():
        resources[name] = {**resources[name], "Properties": {**resources[name]["Properties"], "TemplateURL": url}}
    return store(aws, bucket, "root", {**compiled.root.body, "Resources": resources})[0]


def root_parameters(compiled: Compiled, given: Mapping[str, str], chosen: Mapping[str, str]) -> Mapping[str, str]:
    """Values of the template's parameters: chosen ones, outputs and keys of uploads, and defaults of the template."""
    declared: Mapping[str, Mapping[str, Json]] = compiled.parameters
    for name in chosen:
        if name not in declared:
            raise refused(f"the root template has no parameter '{name}'", did_you_mean(name, declared), "bad-parameter")
    known = {**given, **chosen}
    values = {name: known.get(name, item.get("Default")) for name, item in declared.items()}
    missing = sorted(name for name, value in values.items() if value is None)
    if missing:
        message = f"the root template has parameters without a value: {', '.join(missing)}"
        raise refused(message, "give each with --parameter NAME=VALUE", "bad-parameter")
    _check_apart(compiled, chosen)
    sent = compiled.sent({name: str(value) for name, value in values.items()})
    long = sorted(name for name in compiled.packed if len(sent[name].encode()) > MOST_BYTES)
    if long:
        message = f"the values that are packed in the parameter '{long[0]}' have more than {MOST_BYTES:,} bytes"
        raise refused(message, f"shorten one of: {', '.join(compiled.packed[long[0]])}", "bad-parameter")
    return sent


def _check_apart(compiled: Compiled, chosen: Mapping[str, str]) -> None:
    """A value with the sign that separates packed ones would give the others wrong values."""
    inside = {name for names in compiled.packed.values() for name in names}
    for name, value in chosen.items():
        if name in inside and SEPARATOR in value:
            message = f"the value of '{name}' has a '{SEPARATOR}', which separates it from others in one parameter"
            raise refused(message, f"give a value without '{SEPARATOR}'", "bad-parameter")


def store(aws: Aws, bucket: str, name: str, template: Mapping[str, Json]) -> tuple[str, str]:
    """Upload a template; its URL, and the SHA-256 of its bytes. Raises `DeployError` over `MAX_TEMPLATE` bytes."""
    one = _stored(name, template)
    upload(aws, bucket, one.key, one.body)
    return url_of(aws, bucket, one.key), one.digest


@frozen(eq=True)
class _Stored:
    """A template as it is in the bucket."""

    key: str
    digest: str
    body: bytes


def _stored(name: str, template: Mapping[str, Json]) -> _Stored:
    body = _bytes(template)
    if len(body) > MAX_TEMPLATE:
        message = f"template '{name}' has {len(body):,} bytes, over CloudFormation's limit of {MAX_TEMPLATE:,}"
        raise refused(message, "divide the platform, or put raw resources into other layers", "template-limit")
    digest = hashlib.sha256(body).hexdigest()
    return _Stored(_key(name, digest), digest, body)


def described(compiled: Compiled, urls: Mapping[str, Json]) -> Mapping[str, Json]:
    """The root with URLs in place of file names, and with the origins and settings that later reviews need."""
    resources = {name: _with_url(body, urls) for name, body in compiled.root.body.get("Resources", {}).items()}
    root = {**compiled.root.body, "Resources": resources}
    between = root.get("Metadata", {}).get(METADATA, {})
    origins = {"Origins": _origins(compiled), "Regions": list(compiled.regions)}
    settings = {"Settings": settings_text(compiled.settings)} if compiled.settings else {}
    # A root near the limit goes without: reviews then show properties instead of settings, or no component at all.
    for record in ({**origins, **between, **settings}, origins):
        recorded = {**root, "Metadata": {**root.get("Metadata", {}), METADATA: record}}
        if len(json.dumps(recorded)) <= MAX_TEMPLATE:
            return recorded
    return root


def _with_url(resource: Mapping[str, Json], urls: Mapping[str, Json]) -> Mapping[str, Json]:
    properties = resource.get("Properties", {})
    name = str(properties.get("TemplateURL", "")).removesuffix(".template.json")
    if resource.get("Type") != STACK_TYPE or name not in urls:
        return resource
    return {**resource, "Properties": {**properties, "TemplateURL": urls[name]}}


def _origins(compiled: Compiled) -> Json:
    return {template.logical_id or ROOT: _by_component(template.origins) for template in compiled.templates}


def _by_component(origins: Mapping[str, str]) -> Mapping[str, list[str]]:
    """Component → its logical ids, which is half the size of logical id → component."""
    by_component: dict[str, list[str]] = {}
    for logical_id in sorted(origins):
        by_component.setdefault(origins[logical_id], []).append(logical_id)
    return by_component


def _bytes(body: Mapping[str, Json]) -> bytes:
    # ASCII only, since GetTemplate gives other characters back as question marks.
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=dict).encode()
