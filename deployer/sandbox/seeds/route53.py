"""Hosted zones."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted


def _zone(wanted: Wanted) -> Properties:
    """Of the last two labels of the name: several components may be in one zone."""
    return {"Name": ".".join(wanted.host("example.com").split(".")[-2:])}


SEEDS = {"AWS::Route53::HostedZone": Seed(("route53", "_zones"), _zone, looks="Z[A-Z0-9]{7,31}")}
