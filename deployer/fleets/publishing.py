"""Upload what a fleet's stacks take: code and nested templates into a bucket of each region, the root at home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from compiler.language.fleet import Fleet
from compiler.program.root_names import ARTIFACT_BUCKET
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.bucket import at_home, ensure_bucket, upload
from deployer.publish import Choice, described, package_all, root_parameters, store
from deployer.session import Aws
from reviewer.template_set import ROOT, STACK_TYPE


@frozen(eq=True)
class Materials:
    """What was uploaded for a stack set."""

    url: str
    """Of the root template."""
    template: Mapping[str, Json]
    parameters: Mapping[str, str]
    buckets: Mapping[str, str]
    """Region → bucket that its stacks read; those of the fleet's regions."""
    prefixes: tuple[str, ...]
    """Prefixes of what they read there."""


def stem_of(aws: Aws, choice: Choice) -> str:
    """What the names of the buckets begin with; the region follows."""
    return choice.bucket or f"stackwright-{aws.account}"


def publish_fleet(aws: Aws, fleet: Fleet, compiled: Compiled, given: tuple[Choice, Path]) -> Materials:
    """Upload what is not there yet; `given` are the options and the folder of the spec. Raises `DeployError`."""
    choice, spec_dir = given
    packages = package_all(compiled, spec_dir)
    stem = stem_of(aws, choice)
    values = {ARTIFACT_BUCKET: stem} | {name: packed.key for name, packed in packages.items()}
    parameters = root_parameters(compiled, values, choice.parameters)
    buckets: dict[str, str] = {}
    for region in dict.fromkeys((fleet.region, *fleet.regions)):
        there = at_home(aws, region)
        buckets[region] = ensure_bucket(there, f"{stem}-{region}" if choice.bucket else None)
        for packed in packages.values() if region in fleet.regions else ():
            upload(there, buckets[region], packed.key, packed.body)
        for child in compiled.children:
            store(there, buckets[region], child.name, child.body)
    urls = {child.name: _url(aws, stem, _key_of(aws, buckets[fleet.region], child)) for child in compiled.children}
    template = described(compiled, urls)
    url, _ = store(aws, buckets[fleet.region], "root", template)
    read = {region: buckets[region] for region in fleet.regions}
    prefixes = (("templates/",) if compiled.children else ()) + (("artifacts/",) if packages else ())
    return Materials(url, template, parameters, read, prefixes)


def _key_of(aws: Aws, bucket: str, child: Json) -> str:
    url, _ = store(aws, bucket, child.name, child.body)  # uploaded by now, so that only its name is made
    return url.split(f"/{bucket}/", 1)[1]


def _url(aws: Aws, stem: str, key: str) -> Json:
    """Address of a nested template in the region of whoever reads it."""
    if aws.endpoint:
        return {"Fn::Sub": f"{aws.template_base}/{stem}-${{AWS::Region}}/{key}"}
    return {"Fn::Sub": f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/{stem}-${{AWS::Region}}/{key}"}


def nested_keys(root: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    """Logical id, stem of the bucket, and key of each nested template of a deployed root."""
    for name, resource in root.get("Resources", {}).items():
        url = resource.get("Properties", {}).get("TemplateURL", {})
        if resource.get("Type") == STACK_TYPE and isinstance(url, Mapping):
            bucket, _, key = str(url.get("Fn::Sub", "")).partition("-${AWS::Region}/")
            yield name, bucket.rsplit("/", 1)[-1], key


def read_nested(aws: Aws, fleet: Fleet, root: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    """The templates of a deployed fleet by `ROOT` and logical id, from the bucket at home."""
    from deployer.faults import read
    from deployer.template_text import parse_template

    found = {ROOT: root}
    for name, stem, key in nested_keys(root):
        body = read(
            lambda stem=stem, key=key: (
                at_home(aws, fleet.region)  # type: ignore[misc]
                .s3.get_object(Bucket=f"{stem}-{fleet.region}", Key=key, ExpectedBucketOwner=aws.account)["Body"]
                .read()
            )
        )
        found[name] = parse_template(body.decode())
    return found
