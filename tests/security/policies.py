"""Policies of a template as plain JSON, the way AWS would see them: each reference is a name or an ARN of its type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from compiler.source.json_value import Json

_NAME = re.compile(r"\$\{([A-Za-z0-9.:]+)\}")
_PSEUDO = {
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/example/51af3dc0-da77-11e4-872e-1234567db123",
}
# Formats of ARNs by type: the service authorization reference.
_HERE = "us-east-1:111122223333"
_ARNS = {
    "AWS::Backup::BackupVault": f"arn:aws:backup:{_HERE}:backup-vault:example",
    "AWS::CodeBuild::Project": f"arn:aws:codebuild:{_HERE}:project/example",
    "AWS::CodeBuild::ReportGroup": f"arn:aws:codebuild:{_HERE}:report-group/example",
    "AWS::CodeCommit::Repository": f"arn:aws:codecommit:{_HERE}:example",
    "AWS::Cognito::UserPool": f"arn:aws:cognito-idp:{_HERE}:userpool/us-east-1_EXAMPLE01",
    "AWS::ECR::Repository": f"arn:aws:ecr:{_HERE}:repository/example",
    "AWS::ECS::Cluster": f"arn:aws:ecs:{_HERE}:cluster/example",
    "AWS::ECS::TaskDefinition": f"arn:aws:ecs:{_HERE}:task-definition/example:1",
    "AWS::EKS::Cluster": f"arn:aws:eks:{_HERE}:cluster/example",
    "AWS::IAM::OIDCProvider": "arn:aws:iam::111122223333:oidc-provider/example.com",
    "AWS::IAM::Role": "arn:aws:iam::111122223333:role/example",
    "AWS::KMS::Key": f"arn:aws:kms:{_HERE}:key/11111111-2222-3333-4444-555555555555",
    "AWS::KinesisFirehose::DeliveryStream": f"arn:aws:firehose:{_HERE}:deliverystream/example",
    "AWS::Lambda::Function": f"arn:aws:lambda:{_HERE}:function:example",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{_HERE}:log-group:example:*",
    "AWS::OpenSearchServerless::Collection": f"arn:aws:aoss:{_HERE}:collection/example",
    "AWS::OpenSearchService::Domain": f"arn:aws:es:{_HERE}:domain/example",
    "AWS::RDS::DBInstance": f"arn:aws:rds:{_HERE}:db:example",
    "AWS::S3::Bucket": "arn:aws:s3:::example",
    "AWS::SNS::Topic": f"arn:aws:sns:{_HERE}:example",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_HERE}:example",
    "AWS::SageMaker::Endpoint": f"arn:aws:sagemaker:{_HERE}:endpoint/example",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{_HERE}:secret:example-AbCdEf",
}
_BY_REF = {
    "AWS::ECS::TaskDefinition",
    "AWS::IAM::OIDCProvider",
    "AWS::SNS::Topic",
    "AWS::SageMaker::Endpoint",
    "AWS::SecretsManager::Secret",
}


def identity_policies(resources: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Each policy of a role with the logical id of the resource that holds it."""
    for logical_id, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Role":
            for policy in properties.get("Policies", ()):
                yield logical_id, _plain(policy["PolicyDocument"], resources)
        elif resource["Type"].startswith("AWS::IAM::") and "PolicyDocument" in properties:
            yield logical_id, _plain(properties["PolicyDocument"], resources)


def _plain(value: Json, resources: Mapping[str, Json]) -> Json:
    if isinstance(value, list):
        return [_plain(item, resources) for item in value]
    if not isinstance(value, Mapping):
        return value
    for function, text in _FUNCTIONS.items():
        if set(value) == {function}:
            return text(value[function], resources)
    return {key: _plain(child, resources) for key, child in value.items()}


def _ref(name: str, resources: Mapping[str, Json]) -> str:
    if name in _PSEUDO:
        return _PSEUDO[name]
    kind = resources[name]["Type"] if name in resources else ""
    if kind in _BY_REF:
        return _ARNS[kind]
    return _handed_over(name) if not kind else "example"


def _handed_over(parameter: str) -> str:
    """A value of another region's root: what its name ends with tells what it is."""
    by_end = {
        "KeyArn": "AWS::KMS::Key",
        "VaultArn": "AWS::Backup::BackupVault",
        "CopyArn": "AWS::S3::Bucket",
    }
    return next((_ARNS[kind] for end, kind in by_end.items() if parameter.endswith(end)), "example")


def _attribute(of: Json, resources: Mapping[str, Json]) -> str:
    name, attribute = of
    if attribute == "MasterUserSecret.SecretArn":
        return _ARNS["AWS::SecretsManager::Secret"]
    return _ARNS[resources[name]["Type"]] if attribute.endswith("Arn") else "example"


def _substituted(written: Json, resources: Mapping[str, Json]) -> str:
    text, own = (written, {}) if isinstance(written, str) else written

    def value(match: re.Match[str]) -> str:
        name, _, attribute = match[1].partition(".")
        if match[1] in own:
            return str(_plain(own[match[1]], resources))
        return _attribute([name, attribute], resources) if attribute else _ref(name, resources)

    return _NAME.sub(value, text)


def _joined(parts: Json, resources: Mapping[str, Json]) -> str:
    return str(parts[0]).join(str(_plain(part, resources)) for part in parts[1])


def _selected(parts: Json, resources: Mapping[str, Json]) -> str:
    """Of ``Fn::Split``, the one list that policies select from."""
    index, listed = parts
    delimiter, text = listed["Fn::Split"]
    return str(_plain(text, resources)).split(delimiter)[int(index)]


_FUNCTIONS: Mapping[str, Callable[[Json, Mapping[str, Json]], str]] = {
    "Ref": _ref,
    "Fn::GetAtt": _attribute,
    "Fn::Sub": _substituted,
    "Fn::Join": _joined,
    "Fn::Select": _selected,
}
