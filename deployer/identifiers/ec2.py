"""Security groups: their id, by their name."""

from __future__ import annotations

from deployer.faults import read
from deployer.identifier import only
from deployer.session import Aws


def _group(aws: Aws, name: str) -> str | None:
    if name.startswith("sg-"):
        return name
    pages = aws.client("ec2", aws.region).get_paginator("describe_security_groups")
    named = pages.paginate(Filters=[{"Name": "group-name", "Values": [name]}])
    return only(read(lambda: [group["GroupId"] for page in named for group in page["SecurityGroups"]]))


NAMED = {"AWS::EC2::SecurityGroup": _group}
