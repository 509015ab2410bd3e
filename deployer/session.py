"""Open AWS clients for one account and region, and check the account."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.operation_limit import OPERATION_LIMIT
from deployer.errors import refused
from deployer.faults import check_whole, explained, read

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

    from deployer.sandbox.process import Sandbox

SANDBOX = "sandbox"
_KNOCKS = 3
"""How often a connection is tried where nobody answers at all."""


@frozen(eq=True)
class Destination:
    """Account, region and endpoint to deploy to. `AWS_ENDPOINT_URL` of the environment or the profile is respected."""

    region: str
    account: str | None = None
    """The only account allowed, where the spec names one."""
    profile: str | None = None
    sandbox_url: str | None = None
    """Endpoint of the embedded sandbox; then `credentials` go with it."""
    credentials: Mapping[str, str] = field(default_factory=dict)
    """``aws_access_key_id`` and ``aws_secret_access_key``; empty: the SDK's own chain."""
    operation_limit: int = OPERATION_LIMIT
    """As `Aws.operation_limit`; only the sandbox may have another one."""


@frozen(eq=True)
class Aws:
    """Clients of one account and region."""

    cloudformation: CloudFormationClient
    s3: S3Client
    account: str
    region: str
    endpoint: str
    """Empty for AWS itself, ``sandbox``, or the URL of another endpoint."""
    template_base: str
    """Prefix of path-style template URLs, without a slash at the end."""
    poll_seconds: float
    client: Callable[[str, str], Json]
    """A client of any other service, by its name and a region."""
    caller: str = ""
    """ARN of the identity that calls."""
    operation_limit: int = OPERATION_LIMIT
    """The most resources that one stack operation may create, update or delete."""


@explained("connecting to AWS")
def connect_to(destination: Destination) -> Aws:
    """Open the clients and check the account.

    Raises `DeployError`: exit 5 without credentials or response, exit 4 when the credentials are of another account.
    """
    keys: dict[str, Json] = dict(destination.credentials)
    session = boto3.Session(profile_name=destination.profile, region_name=destination.region, **keys)
    session.events.register("before-parse", check_whole)
    cloudformation = session.client("cloudformation", endpoint_url=destination.sandbox_url, config=_config("auto"))
    endpoint = _endpoint(cloudformation.meta.endpoint_url, destination)
    config = _config("path" if endpoint else "auto")
    s3 = session.client("s3", endpoint_url=destination.sandbox_url, config=config)
    sts = session.client("sts", endpoint_url=destination.sandbox_url, config=_config("auto"))
    sts.meta.events.register_first("needs-retry.sts", _give_up)
    identity = read(sts.get_caller_identity)
    account = identity["Account"]
    _check_account(account, destination)
    partition = session.get_partition_for_region(destination.region)
    base = _template_base(endpoint, s3.meta.endpoint_url, partition, destination.region)
    others = _others(session, destination)
    pace = 0.1 if endpoint else 2.0
    caller, limit = identity["Arn"], destination.operation_limit
    return Aws(cloudformation, s3, account, destination.region, endpoint, base, pace, others, caller, limit)


def _others(session: boto3.Session, destination: Destination) -> Callable[[str, str], Json]:
    make: Callable[..., Json] = session.client

    @functools.cache
    def client(service: str, region: str) -> Json:
        return make(service, region_name=region, endpoint_url=destination.sandbox_url, config=_config("auto"))

    return client


def _give_up(attempts: int, caught_exception: Json, **_: Json) -> None:
    """End the first call of a command early where nobody listens: the SDK's own pace would take a minute.

    What is reset or not answered in time is still tried as often as any call.
    """
    if attempts >= _KNOCKS and isinstance(caught_exception, (EndpointConnectionError, ConnectTimeoutError)):
        raise caught_exception


def _config(addressing: Literal["auto", "path"]) -> Config:
    return Config(
        retries={"mode": "standard", "max_attempts": 5},
        connect_timeout=10,
        read_timeout=60,
        s3={"addressing_style": addressing},
    )


def _endpoint(url: str, destination: Destination) -> str:
    if destination.sandbox_url:
        return SANDBOX
    host = urlsplit(url).hostname or ""
    return "" if host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu")) else url.rstrip("/")


def _template_base(endpoint: str, s3_url: str, partition: str, region: str) -> str:
    """The sandbox's port differs from run to run, so its URLs name AWS: it reads bucket and key from the path alone."""
    if endpoint and endpoint != SANDBOX:
        return s3_url.rstrip("/")
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return f"https://s3.{region}.{suffix}"


def _check_account(account: str, destination: Destination) -> None:
    if destination.account and account != destination.account:
        raise refused(
            f"the credentials belong to account {account}, but the spec deploys this environment to "
            f"{destination.account}",
            "choose the profile of that account with --profile, or correct 'account' in the spec",
            "wrong-account",
        )


@explained("reading the settings of the AWS SDK")
def usual_region(profile: str | None, otherwise: str = "") -> str:
    """The region of the SDK's own settings. Raises `DeployError` where there is none, and none `otherwise`."""
    found = boto3.Session(profile_name=profile).region_name or otherwise
    if found:
        return str(found)
    raise refused("no region is set", "name one with --region, or the spec whose regions are meant", "no-region")


def sandbox_destination(sandbox: Sandbox, region: str, account: str | None = None) -> Destination:
    """The embedded sandbox as a destination; it stands for whichever account it was opened with."""
    keys = {
        "aws_access_key_id": sandbox.credentials.access_key_id,
        "aws_secret_access_key": sandbox.credentials.secret_access_key,
    }
    return Destination(region, account, None, sandbox.endpoint_url, keys, sandbox.operation_limit)
