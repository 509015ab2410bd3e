"""Pulling of images from Amazon ECR, of any account and region.

Source: ECR user guide, "Identity-based policy examples".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from troposphere import Join, Ref

from compiler.program.component import Grant, Value

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
SIGN_IN = Grant(("ecr:GetAuthorizationToken",), ("*",))
"""It takes no resource (service authorization reference). ECR uses a repository's key through grants of its own."""
_IMAGE = re.compile(r"([^./]+)\.dkr\.ecr\.([^./]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")


def repository_arns(images: Iterable[str]) -> tuple[Value, ...]:
    """The repositories of the images that are in ECR, each once; other registries know nothing of IAM."""
    found = dict.fromkeys(match.groups() for match in map(_IMAGE.match, images) if match)
    return tuple(
        Join(":", ["arn", Ref("AWS::Partition"), "ecr", region, account, f"repository/{repository}"])
        for account, region, repository in found
    )
