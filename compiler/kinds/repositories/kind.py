"""Repositories: ECR for container images, CodeCommit for source code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from awacs.aws import Action, Allow, ArnLike, Condition, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, Sub, ecr

from compiler.kinds.repositories.code_repository import code_access, code_repository
from compiler.program.component import Capability, Chart, Component, Grant, Output, Platform, Value
from compiler.program.exported import is_exported
from compiler.shared.ecr import PULL, SIGN_IN
from compiler.shared.image_source import pulled_from
from compiler.shared.image_user import ImageUser
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.source.frozen import frozen
from compiler.source.interpolation import CLOSE, OPEN
from compiler.source.json_value import Json

_FETCH = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
"""Source: ECR user guide, "IAM permissions for pushing an image"."""


@frozen(kw_only=True)
class Repository(Component):
    """A repository that deletes its old images, or one of code."""

    content: str
    keep_images: int
    untagged_days: int
    mutable_tags: tuple[str, ...]
    keep: str

    @property
    def main_id(self) -> str:
        return f"{self.stem}Code" if self._of_code else self.stem

    @property
    def _of_code(self) -> bool:
        return self.content == "code"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        if self._of_code:
            yield code_repository(self.main_id, self, platform, self.keep)
        else:
            yield self._of_images(platform)

    def _of_images(self, platform: Platform) -> ecr.Repository:
        return ecr.Repository(
            self.main_id,
            EncryptionConfiguration=ecr.EncryptionConfiguration(EncryptionType="KMS", KmsKey=KEY_ARN),
            ImageScanningConfiguration=ecr.ImageScanningConfiguration(ScanOnPush=True),
            LifecyclePolicy=ecr.LifecyclePolicy(LifecyclePolicyText=self._lifecycle()),
            # without it CloudFormation can't delete a repository that has images
            EmptyOnDelete=self.keep == "delete",
            **self._tags(),
            **self._policy(platform),
            **deletion(self.keep),
        )

    def _tags(self) -> dict[str, Json]:
        if not self.mutable_tags:
            return {"ImageTagMutability": "IMMUTABLE"}
        filters = [
            ecr.ImageTagMutabilityExclusionFilter(
                ImageTagMutabilityExclusionFilterType="WILDCARD", ImageTagMutabilityExclusionFilterValue=tag
            )
            for tag in self.mutable_tags
        ]
        return {"ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "ImageTagMutabilityExclusionFilters": filters}

    def _policy(self, platform: Platform) -> dict[str, Json]:
        """A function's image is fetched by Lambda itself. Any function of the account: one of the platform's own comes
        after the repository. Source: Lambda developer guide, "Amazon ECR permissions"."""
        images = [pulled_from(one.image) for one in platform.of(ImageUser)]
        own = any(f"{OPEN}{self.address}.uri{CLOSE}" in image for image in images)
        if not own and not is_exported(platform, self):
            return {}
        functions = Sub("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*")
        fetch = Statement(
            Sid="LambdaFetchesImages",
            Effect=Allow,
            Principal=Principal("Service", "lambda.amazonaws.com"),
            Action=[Action(*one.split(":")) for one in _FETCH],
            Condition=Condition(ArnLike({"aws:SourceArn": functions})),
        )
        return {"RepositoryPolicyText": PolicyDocument(Version="2012-10-17", Statement=[fetch]).JSONrepr()}

    def _lifecycle(self) -> str:
        """A rule for any tag must come last (ECR user guide, lifecycle policy properties)."""
        untagged = {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": self.untagged_days,
        }
        newest = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": self.keep_images}
        rules = [_expiry(1, "Images without a tag", untagged), _expiry(2, "All but the newest images", newest)]
        return json.dumps({"rules": rules}, separators=(",", ":"))

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        if self._of_code:
            return {**code_access(self.main_id, platform), "recover": Capability()}
        arn = GetAtt(self.main_id, "Arn")
        uri: Mapping[str, Value] = {"URI": GetAtt(self.main_id, "RepositoryUri")}
        pull = (SIGN_IN, Grant(PULL, (arn,)))
        return {
            "push": Capability((SIGN_IN, Grant(_PUSH, (arn,))), environment=uri),
            # a service's image is fetched by the agent, before the task has a role
            "pull": Capability(pull, environment=uri, secret_grants=pull),
            "recover": Capability(),
        }

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {"id": Ref(self.main_id)}

    def attributes(self) -> Mapping[str, Value]:
        name = GetAtt(self.main_id, "Name") if self._of_code else Ref(self.main_id)
        return {"uri": self._uri, "arn": GetAtt(self.main_id, "Arn"), "name": name}

    @property
    def _uri(self) -> Value:
        return GetAtt(self.main_id, "CloneUrlHttp" if self._of_code else "RepositoryUri")

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Uri", self._uri, f"Address of the repository {self.name}")

    def charts(self, platform: Platform) -> Iterable[Chart]:
        if self._of_code:
            return
        pulls = ("AWS/ECR", "RepositoryPullCount", "RepositoryName", Ref(self.main_id))
        yield Chart(f"Repository {self.name}: pulls", (pulls,), "Sum")


def _expiry(priority: int, about: str, selection: Mapping[str, Json]) -> Json:
    return {"rulePriority": priority, "description": about, "selection": selection, "action": {"type": "expire"}}


KIND = Repository
