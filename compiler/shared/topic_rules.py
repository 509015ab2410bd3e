"""What AWS services that publish as themselves demand of a topic: no fifo, and their own region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent
from compiler.shared.arns import region_in
from compiler.source.document import Path
from compiler.source.interpolation import OPEN


def topic_faults(topic: ResolvedComponent, path: Path, service: str, region: str) -> Iterator[Fault]:
    """What is wrong with `topic`, which `path` names, as the one that `service` notifies from `region`."""
    name = topic.name
    if topic.settings["fifo"]:
        message = f"'{name}' is fifo, and {service} notifies standard topics only"
        yield Fault("fifo-limit", message, path, "name a topic that is not fifo")
        return
    existing = topic.settings["existing"]
    arn = str(existing["id"] if isinstance(existing, Mapping) else existing)
    if arn.startswith("arn:") and OPEN not in arn and region_in(arn) != region:
        message = f"'{name}' is in {region_in(arn)}, and {service} notifies topics of its own region, {region}, only"
        yield Fault("not-allowed", message, path, f"name a topic of {region}")
