"""Web ACLs."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, last_name


def _web_acl(wanted: Wanted) -> Properties:
    """An ARN ends with ``global/webacl/name/id`` or ``regional/webacl/name/id``."""
    scope = "CLOUDFRONT" if ":global/" in wanted.id else "REGIONAL"
    return {"Name": wanted.name.split("/")[1], "Scope": scope, "DefaultAction": {"Allow": {}}}


SEEDS = {"AWS::WAFv2::WebACL": Seed(("waf", "_web_acls"), _web_acl, last_name)}
