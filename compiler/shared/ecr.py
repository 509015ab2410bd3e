"""Pulling of images from Amazon ECR, of any account and region.

Source: ECR user guide, "Identity-based policy examples".
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from troposphere import Join, Ref

from compiler.program.component import Grant, Platform, Value

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


def own_pulls(platform: Platform, images: Iterable[str], besides: Container[str] = ()) -> tuple[Grant, ...]:
    """Pulling from the platform's repositories that images are in, each once; not those at the addresses `besides`."""
    targets = (target for image in images for target, attribute in platform.spec.pointers(image) if attribute == "uri")
    found = {target.address for target in targets if "pull" in target.kind.get("x-verbs", {})}
    wanted = (address for address in sorted(found) if address not in besides)
    return tuple(grant for address in wanted for grant in platform.offered(platform.components[address], "pull").grants)


def pull_grants(platform: Platform, image: str) -> tuple[Grant, ...]:
    """Pulling from the image's own repository in Amazon ECR, of the platform or of any account."""
    own = own_pulls(platform, (image,))
    if own:
        return own
    arns = repository_arns((image,))
    return (SIGN_IN, Grant(PULL, arns)) if arns else ()
