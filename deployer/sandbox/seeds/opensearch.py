"""Domains of OpenSearch Service."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _domain(wanted: Wanted) -> Properties | None:
    """None for a collection, which ministack's CloudFormation does not know."""
    if ":aoss:" in wanted.id:
        return None
    https = {"EnforceHTTPS": True, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-2019-07"}
    return {"DomainName": wanted.name, "DomainEndpointOptions": https}


SEEDS = {"AWS::OpenSearchService::Domain": Seed(("opensearch", "_domains"), _domain, looks=arn("es", "domain/"))}
