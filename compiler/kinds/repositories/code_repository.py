"""A CodeCommit repository for source code, and what its users may do."""

from __future__ import annotations

from troposphere import GetAtt, codecommit

from compiler.program.component import Capability, Component, Grant, Platform
from compiler.shared.keep import deletion
from compiler.shared.physical_names import physical_name
from compiler.shared.platform_key import KEY_ARN, USE, key_grant

_PULL = ("codecommit:GetRepository", "codecommit:GitPull")
_PUSH = ("codecommit:GetRepository", "codecommit:GitPull", "codecommit:GitPush")
_LONGEST_NAME = 100


def code_repository(logical_id: str, component: Component, platform: Platform, keep: str) -> codecommit.Repository:
    return codecommit.Repository(
        logical_id,
        RepositoryName=physical_name((platform.name, platform.environment, component.name), _LONGEST_NAME),
        RepositoryDescription=f"{component.name} of {platform.name} {platform.environment}",
        KmsKeyId=KEY_ARN,
        **deletion(keep),
    )


def code_access(logical_id: str, platform: Platform) -> dict[str, Capability]:
    """Verb → what it gives. Nothing fetches code before its user has a role.

    CodeCommit uses the key as whoever pulls or pushes (CodeCommit user guide, "AWS KMS and encryption").
    """
    arn, address = GetAtt(logical_id, "Arn"), {"URI": GetAtt(logical_id, "CloneUrlHttp")}
    key = key_grant(platform, "codecommit", *USE)
    return {
        "push": Capability((Grant(_PUSH, (arn,)), key), environment=address),
        "pull": Capability((Grant(_PULL, (arn,)), key), environment=address),
    }
