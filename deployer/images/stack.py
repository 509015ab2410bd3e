"""The stack of the repositories that images of an environment are pushed to, beside the platform's stacks.

Those can't hold them: a service takes its image while its stack is created, and the image needs a repository before
that. In a stack of their own they are made first, as the bucket of the code is, and an environment that is removed in
CloudFormation leaves the images of its last deployment behind until this stack is deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from compiler.language.names import pascal
from compiler.program.built_image import BuiltImage
from compiler.shared.digest import mark
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.images.registry import DEPLOYED

_KEPT = 100
_UNTAGGED_DAYS = 7
_FETCH = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_FUNCTIONS = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"


def repositories_stack_name(root: Compiled) -> str:
    """Outside of the stacks that a pipeline of the environment may change."""
    return f"stackwright-images-{root.platform}-{root.environment}"


def repositories_stack(root: Compiled, present: Mapping[str, Json]) -> Compiled:
    """The stack with a repository for each image that `root` builds, and with those that are `present` in it.

    None is removed: what runs until the next deployment pulls from it.
    """
    name = repositories_stack_name(root)
    resources = {**present, **{_logical_id(one.repository): _repository(one) for one in root.images}}
    body = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Images that are built for {root.platform} {root.environment}",
        "Resources": dict(sorted(resources.items())),
    }
    origins = dict.fromkeys(resources, "")
    template, tags = Template("root", "", body, origins), {"stackwright:images": name}
    return Compiled(name, root.environment, "production", root.region, root.account, name, tags, template, (), (), {})


def _logical_id(repository: str) -> str:
    """Readable, and told apart by a mark: words of names run together."""
    return f"{pascal(repository.replace('/', '-'))}{mark(repository)}"


def _repository(image: BuiltImage) -> Json:
    """Encrypted by the key that AWS has for ECR in the account: the platform's own is made later."""
    properties: dict[str, Json] = {
        "RepositoryName": image.repository,
        "EncryptionConfiguration": {"EncryptionType": "KMS"},
        "ImageScanningConfiguration": {"ScanOnPush": True},
        "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "ImageTagMutabilityExclusionFilters": [
            {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": DEPLOYED}
        ],
        "LifecyclePolicy": {"LifecyclePolicyText": json.dumps({"rules": [*_rules()]}, separators=(",", ":"))},
        "EmptyOnDelete": True,
    }
    if image.of_function:
        properties["RepositoryPolicyText"] = _for_functions()
    return {"Type": "AWS::ECR::Repository", "Properties": properties}


def _rules() -> Iterable[Json]:
    """An image that a rule's tags match is never deleted by a later rule (ECR user guide, "Lifecycle policies")."""
    in_use = {"tagStatus": "tagged", "tagPatternList": [DEPLOYED], "countType": "imageCountMoreThan", "countNumber": 1}
    untagged = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": _UNTAGGED_DAYS,
    }
    newest = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": _KEPT}
    about = {"What is deployed stays": in_use, "Images without a tag": untagged, "All but the newest images": newest}
    for priority, (description, selection) in enumerate(about.items(), 1):
        action = {"type": "expire"}
        yield {"rulePriority": priority, "description": description, "selection": selection, "action": action}


def _for_functions() -> Json:
    """Lambda fetches an image as itself (Lambda developer guide, "Amazon ECR permissions")."""
    statement = {
        "Sid": "LambdaFetchesImages",
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": [*_FETCH],
        "Condition": {"ArnLike": {"aws:SourceArn": {"Fn::Sub": _FUNCTIONS}}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
