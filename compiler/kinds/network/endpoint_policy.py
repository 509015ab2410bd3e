"""Policies of VPC endpoints: only the account's or the organisation's principals, and only its resources.

Source: AWS's data perimeter policy examples (aws-samples/data-perimeter-policy-examples, vpc_endpoint_policies and
service_owned_resources.md). An endpoint without a policy lets everybody's credentials through to everybody's resources:
what a thief brings along could send data to a bucket of the thief's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from awacs.aws import Action, Allow, Bool, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import Ref, Sub

from compiler.kinds.network.policed_endpoints import WITH_POLICIES, prefix_of, service_of
from compiler.kinds.network.settings import EndpointPolicy
from compiler.program.component import Value
from compiler.shared.endpoints import image_layers
from compiler.source.json_value import Json

_BUCKETS = (
    *("al2023-repos-{region}-de612dc2", "amazonlinux-2-repos-{region}", "amazonlinux.{region}.amazonaws.com"),
    *("amazon-ssm-{region}", "amazon-ssm-packages-{region}", "aws-ssm-{region}", "patch-baseline-snapshot-{region}"),
    *("aws-ssm-document-attachments-{region}", "aws-ssm-distributor-file-{region}", "{region}-birdwatcher-prod"),
    *("amazoncloudwatch-agent-{region}", "amazoncloudwatch-agent", "aws-codedeploy-{region}"),
)
"""AWS's own buckets that hosts, the bastion and nodes read packages and agents from."""
_PULL = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")


def endpoint_policy(said: EndpointPolicy, service: str, region: str) -> PolicyDocument | None:
    """The policy of the endpoint of a service; None where it is not known that AWS takes one."""
    if service not in WITH_POLICIES:
        return None
    return PolicyDocument(Version="2012-10-17", Statement=list(_statements(said, service, region)))


def _statements(said: EndpointPolicy, service: str, region: str) -> Iterator[Statement]:
    within = said.within
    every = (f"{prefix_of(service)}:*",)
    yield _allow("Own", every, ("*",), _by("Principal", within) | _by("Resource", within))
    yield _allow("ServicesOfAws", every, ("*",), {"aws:PrincipalIsAWSService": "true"})
    further = [arn for arn in said.also if arn.split(":")[2] == service_of(service)]
    if further:
        yield _allow("Also", every, further, _by("Principal", within))
    yield from _of_aws(within, service, region)


def _of_aws(within: str, service: str, region: str) -> Iterator[Statement]:
    """What is AWS's own and only read: from there nothing of the account's gets out."""
    if service == "s3":
        yield image_layers(region)
        buckets = [Sub(f"arn:${{AWS::Partition}}:s3:::{name.format(region=region)}/*") for name in _BUCKETS]
        yield _allow("PackagesOfAws", ("s3:GetObject",), buckets, {})
    elif service.startswith("ecr."):
        pull = [f"ecr:{name}" for name in _PULL]
        yield _allow("PullAnywhere", pull, ("*",), _by("Principal", within))
    elif service == "ssm":
        read = ("ssm:GetDocument", "ssm:GetParameter", "ssm:GetParameters")
        owned = [Sub(f"arn:${{AWS::Partition}}:ssm:{region}::{one}") for one in ("document/*", "parameter/aws/*")]
        yield _allow("ParametersOfAws", read, owned, _by("Principal", within))
    elif service == "sts":
        signed_elsewhere = ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
        yield _allow("SignedInElsewhere", signed_elsewhere, ("*",), _by("Resource", within))
        yield _allow("WhoAmI", ("sts:GetCallerIdentity",), ("*",), _by("Principal", within))


def _by(whose: str, within: str) -> dict[str, Json]:
    """Condition on the account of the caller or of what is called, or on its organisation."""
    if within == "account":
        return {f"aws:{whose}Account": Ref("AWS::AccountId")}
    return {f"aws:{whose}OrgID": within}


def _allow(sid: str, actions: Sequence[str], resources: Sequence[Value], keys: Mapping[str, Json]) -> Statement:
    operator = Bool if "aws:PrincipalIsAWSService" in keys else StringEquals
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("*"),
        Action=[Action(*one.split(":", 1)) for one in actions],
        Resource=list(resources),
        **({"Condition": Condition(operator(dict(keys)))} if keys else {}),
    )
