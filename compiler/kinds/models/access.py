"""What a model's role may read and write: its artifacts, and the places in S3 that it is given."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import Sub

from compiler.program.component import Component, Grant, Platform, Value


def read_grants(platform: Platform, address: str) -> Iterator[Grant]:
    """Reading of the object at an address in S3, or of all objects below one that ends with a slash."""
    if address.endswith("/"):
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        yield Grant(("s3:GetObject",), (_arn(f"{address}*"),))
        yield Grant(("s3:ListBucket",), (_arn(f"s3://{bucket}"),), {"StringLike": {"s3:prefix": f"{prefix}*"}})
    else:
        yield Grant(("s3:GetObject",), (_arn(address),))
    yield from _key_grants(platform, address, "read")


def write_grants(platform: Platform, address: str) -> Iterator[Grant]:
    """Writing of objects below an address in S3."""
    yield Grant(("s3:PutObject",), (_arn(f"{below(address)}*"),))
    yield from _key_grants(platform, address, "write")


def below(address: str) -> str:
    """The address with a slash at its end."""
    return f"{address.rstrip('/')}/"


def key_of(platform: Platform, address: str) -> Value | None:
    """The key of the bucket in an address, when it is a component that has one."""
    return next((grant.resources[0] for grant in _key_grants(platform, address, "write")), None)


def _key_grants(platform: Platform, address: str, verb: str) -> Iterator[Grant]:
    bucket = _bucket(platform, address)
    grants = platform.offered(bucket, verb).grants if bucket else ()
    yield from (grant for grant in grants if grant.actions[0].startswith("kms:"))


def _bucket(platform: Platform, address: str) -> Component | None:
    name = address.removeprefix("s3://").partition("/")[0]
    targets = (target for target, _ in platform.spec.pointers(name) if "replica" in target.kind.get("x-offers", {}))
    return next((platform.components[target.address] for target in targets), None)


def _arn(address: str) -> Sub:
    return Sub(f"arn:${{AWS::Partition}}:s3:::{address.removeprefix('s3://')}")
