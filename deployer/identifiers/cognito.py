"""User pools: their id, by their name."""

from __future__ import annotations

import re

from deployer.faults import read
from deployer.identifier import only
from deployer.session import Aws

_ID = re.compile(r"[a-z]+-[a-z-]+-\d+_[0-9a-zA-Z]+")


def _pool(aws: Aws, name: str) -> str | None:
    if _ID.fullmatch(name):
        return name
    pages = aws.client("cognito-idp", aws.region).get_paginator("list_user_pools").paginate(MaxResults=60)
    pools = read(lambda: [pool for page in pages for pool in page["UserPools"]])
    return only(pool["Id"] for pool in pools if pool["Name"] == name)


NAMED = {"AWS::Cognito::UserPool": _pool}
