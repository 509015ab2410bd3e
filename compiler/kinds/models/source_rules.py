"""Checks of where a model comes from and writes to: images in Amazon ECR, addresses in S3, and the way to S3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.models.processors import processor
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.image_forms import form_faults
from compiler.shared.image_rules import registry_region
from compiler.shared.image_source import pulled_from, stored
from compiler.shared.ways_out import leads_out
from compiler.source.document import Path
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json


def image_faults(given: Json, path: Path, instance_type: str, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of the image at `path`, and a warning for one whose content changes without the spec."""
    yield from form_faults(given, path, processor(instance_type), spec)
    image = pulled_from(given)
    if stored(given) and not image:
        message = "the role may pull from the image's repository alone, and a parameter does not tell which one that is"
        yield Fault("missing-property", message, path, "add 'repository'")
    if not image:
        return
    region = registry_region(image)
    if region and region != spec.region:
        message = f"the image is in {region}, and SageMaker takes one of its own region, {spec.region}, only"
        yield Fault("bad-value", message, path, f"push it to a repository in {spec.region}")
    elif not region and OPEN not in image:
        message = "SageMaker takes images from Amazon ECR"
        help_text = "push it to a repository of the platform: image: ${app.uri}:1.0"
        yield Fault("bad-value", message, path, help_text)


def address_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """Addresses of which the bucket is another attribute of a component than its name; `data` is the whole model."""
    for path, address in _addresses(data):
        bucket = address.removeprefix("s3://").partition("/")[0]
        for target, attribute in spec.pointers(bucket):
            if attribute != "name" and "name" in target.kind.get("x-attributes", {}):
                message = f"an address in S3 begins with the name of a bucket, and this is its '{attribute}'"
                yield Fault("bad-value", message, path, f"write s3://${{{target.name}.name}}/…")


def _addresses(data: Mapping[str, Json]) -> Iterator[tuple[Path, str]]:
    later, recorded = data["asynchronous"] or {}, data["capture"] or {}
    found: list[tuple[Path, str | None]] = [(("artifact",), data["artifact"]), (("capture", "to"), recorded.get("to"))]
    found += [(("asynchronous", name), later.get(name)) for name in ("input", "output", "failures")]
    found += [(("variants", name, "artifact"), one["artifact"]) for name, one in data["variants"].items()]
    yield from ((path, address) for path, address in found if address)


def way_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """Instances fetch artifacts by the network that they are in (developer guide, access to resources in a VPC)."""
    network = spec.component("network")
    if not data["instances"] or not network or network.settings["existing"] is not None:
        return
    if not leads_out(network.settings) and "s3" not in network.settings["endpoints"]:
        message = "the instances do not reach S3: the network has neither NAT nor an endpoint for it"
        yield from (Fault("no-egress", message, path, "network: {endpoints: [s3]}") for path, _ in _addresses(data))
