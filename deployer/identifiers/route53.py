"""Hosted zones: their id, by their domain."""

from __future__ import annotations

import re

from deployer.faults import read
from deployer.identifier import only
from deployer.session import Aws

_ID = re.compile(r"Z[A-Z0-9]{6,32}")


def _zone(aws: Aws, name: str) -> str | None:
    name = name.removeprefix("/hostedzone/")
    if _ID.fullmatch(name):
        return name
    wanted = f"{name.rstrip('.')}."
    found = read(lambda: aws.client("route53", aws.region).list_hosted_zones_by_name(DNSName=wanted)["HostedZones"])
    return only(zone["Id"].removeprefix("/hostedzone/") for zone in found if zone["Name"] == wanted)


NAMED = {"AWS::Route53::HostedZone": _zone}
