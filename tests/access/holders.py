"""Where policies lie in CloudFormation's resource types, and what each is about.

Source: the template reference of each type. A property that holds statements and is in no table: `unknown_holders`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.source.json_value import Json
from tests.access.conditions import Condition
from tests.access.matching import arn_like
from tests.access.physical import Deployed
from tests.access.statements import Patterns, Policy, Statement, policy
from tests.access.unsupported import Unsupported

ATTACHED: Mapping[str, tuple[str, str, str]] = {
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "Queues", "sqs"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "Topics", "arn"),
    "AWS::S3::BucketPolicy": ("PolicyDocument", "Bucket", "s3"),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy", "SecretId", "arn"),
    "AWS::Kinesis::ResourcePolicy": ("ResourcePolicy", "ResourceArn", "arn"),
}
"""Type of a policy → its document, the property that names what it is attached to, and how that names it."""
OWN: Mapping[str, tuple[str, str]] = {
    "AWS::KMS::Key": ("KeyPolicy", "Arn"),
    "AWS::KMS::ReplicaKey": ("KeyPolicy", "Arn"),
    "AWS::ECR::Repository": ("RepositoryPolicyText", "Arn"),
    "AWS::EFS::FileSystem": ("FileSystemPolicy", "Arn"),
    "AWS::OpenSearchService::Domain": ("AccessPolicies", "Arn"),
    "AWS::IAM::Role": ("AssumeRolePolicyDocument", "Arn"),
}
"""Type of a resource → its policy, and the attribute that is its ARN."""
CLOSED = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::IAM::Role")
"""Where the account's identity policies count only as far as the resource's own policy lets the account in."""
OF_THE_ACCOUNT = {"AWS::Logs::ResourcePolicy": "PolicyDocument"}
"""Policies that are attached to no resource: their statements name it."""
OF_ROLES = {"AWS::IAM::RolePolicy": "RoleName", "AWS::IAM::Policy": "Roles", "AWS::IAM::ManagedPolicy": "Roles"}
ELSEWHERE = {
    ("AWS::IAM::Role", "Policies"),
    ("AWS::EC2::VPCEndpoint", "PolicyDocument"),
    ("AWS::ApiGateway::RestApi", "Policy"),
    ("AWS::ApiGateway::RestApi", "Body"),
}
"""Read by `Account`: policies of roles, and of the ways into services."""
NO_POLICIES = ("AWS::WAFv2::WebACL", "AWS::WAFv2::RuleGroup")
"""Their rules have statements too, which are not IAM's."""


@dataclass(frozen=True, slots=True)
class Held:
    """The policy of a resource, with patterns of the ARNs that it is about."""

    scopes: tuple[str, ...]
    policy: Policy
    closed: bool = False
    service: str = ""
    """The only service whose actions it is about; a trust policy is not about passing the role."""

    def about(self, arn: str, service: str) -> bool:
        return self.service in ("", service) and any(arn_like(scope, arn) for scope in self.scopes)


def held(deployed: Deployed) -> Iterator[Held]:
    """The policies of all resources."""
    for kind, (document, named, form) in ATTACHED.items():
        for logical_id in deployed.of_type(kind):
            properties = deployed.properties(logical_id)
            names = properties[named] if isinstance(properties[named], list) else [properties[named]]
            scopes = tuple(scope for name in names for scope in _scopes(_arn(name, form)))
            yield Held(scopes, policy(properties[document]))
    yield from _own(deployed)
    for kind, document in OF_THE_ACCOUNT.items():
        for logical_id in deployed.of_type(kind):
            yield Held(("*",), policy(deployed.properties(logical_id)[document]))
    for logical_id in deployed.of_type("AWS::Lambda::Permission"):
        yield _permission(deployed, logical_id)
    yield from _apis(deployed)


def _own(deployed: Deployed) -> Iterator[Held]:
    for kind, (document, arn) in OWN.items():
        for logical_id in deployed.of_type(kind):
            written = deployed.properties(logical_id).get(document)
            if written:
                service = "sts" if kind == "AWS::IAM::Role" else ""
                yield Held(_scopes(deployed.read(logical_id, arn)), policy(written), kind in CLOSED, service)


def _apis(deployed: Deployed) -> Iterator[Held]:
    for logical_id in deployed.of_type("AWS::ApiGateway::RestApi"):
        properties = deployed.properties(logical_id)
        body = properties.get("Body") or {}
        written = (json.loads(body) if isinstance(body, str) else body).get("x-amazon-apigateway-policy")
        for document in (properties.get("Policy"), written):
            if document:
                yield Held((f"arn:aws:execute-api:*:*:{deployed.read(logical_id)}/*",), policy(document))


def _scopes(arn: str) -> tuple[str, ...]:
    """A resource and what lies in it: objects of a bucket, paths of a domain, versions of a function."""
    return arn, f"{arn}/*", f"{arn}:*"


def _arn(name: str, form: str) -> str:
    if form == "s3":
        return f"arn:aws:s3:::{name}"
    if form == "sqs":
        _, _, host, account, queue = name.split("/")
        return f"arn:aws:sqs:{host.split('.')[1]}:{account}:{queue}"
    return name


_OF_A_PERMISSION = {
    "SourceArn": ("ArnLike", "aws:SourceArn"),
    "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
}


def _permission(deployed: Deployed, logical_id: str) -> Held:
    """A Lambda permission as the statement that Lambda makes of it (Lambda API, AddPermission)."""
    properties = deployed.properties(logical_id)
    name, principal = properties["FunctionName"], properties["Principal"]
    unknown = properties.keys() - _OF_A_PERMISSION.keys() - {"FunctionName", "Principal", "Action"}
    if unknown:
        raise Unsupported(f"a Lambda permission with {sorted(unknown)}")
    region, account = deployed.region(logical_id), deployed.value({"Ref": "AWS::AccountId"}, "")
    arn = name if name.startswith("arn:") else f"arn:aws:lambda:{region}:{account}:function:{name}"
    conditions = tuple(
        Condition(operator, key, (str(properties[one]).lower() if operator == "Bool" else properties[one],))
        for one, (operator, key) in _OF_A_PERMISSION.items()
        if one in properties
    )
    kind = "Service" if "." in principal else "AWS"
    actions = Patterns((properties["Action"],))
    return Held((arn,), (Statement(True, actions, Patterns((arn,)), conditions, ((kind, principal),), logical_id),))


def unknown_holders(deployed: Deployed) -> set[tuple[str, str]]:
    """Types and properties that hold statements of which nothing is known here."""
    known = {(kind, about[0]) for table in (ATTACHED, OWN) for kind, about in table.items()} | ELSEWHERE
    known |= {*OF_THE_ACCOUNT.items(), *((kind, "PolicyDocument") for kind in OF_ROLES)}
    return {
        (body["Type"], name)
        for body in deployed.flat.resources.values()
        if body["Type"] not in NO_POLICIES
        for name, value in body.get("Properties", {}).items()
        if (body["Type"], name) not in known and has_statements(value)
    }


def has_statements(value: Json) -> bool:
    """Whether there is a policy in a value, be it as text."""
    if isinstance(value, Mapping):
        return "Statement" in value or any(has_statements(child) for child in value.values())
    if isinstance(value, list):
        return any(has_statements(child) for child in value)
    return isinstance(value, str) and '"Statement"' in value
