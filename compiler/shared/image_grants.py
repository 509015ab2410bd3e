"""What building and pushing images takes of whoever plans or applies: the environment's own repositories alone.

Sources: ECR user guide, "IAM permissions for pushing an image"; Service Authorization Reference, Amazon ECR.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import Sub

from compiler.program.component import Grant, Platform, Value
from compiler.shared.ecr import SIGN_IN

_LOOK = ("ecr:DescribeImages", "ecr:DescribeRepositories")
_PUSH = (
    *("ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:GetDownloadUrlForLayer"),
    *("ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"),
)
_RETAG = ("ecr:BatchGetImage",)
"""With `_PUSH`: the image that was deployed gets a tag more (ECR user guide, "Retagging an image")."""


def image_grants(platform: Platform, regions: Sequence[str]) -> Iterator[tuple[str, Grant]]:
    """Nothing for an environment that builds none."""
    if not any(True for component in platform.built for _ in component.built_images(platform)):
        return
    yield from push_grants(f"{platform.name}/{platform.environment}", regions)


def push_grants(environment: str, regions: Sequence[str]) -> Iterator[tuple[str, Grant]]:
    """Building for an environment, such as ``shop/prod``, and marking what was deployed."""
    yield "ImageRegistry", SIGN_IN
    yield "Images", Grant((*_LOOK, *_PUSH, *_RETAG), _repositories(environment, regions))


def mark_grants(environment: str, regions: Sequence[str]) -> Iterator[tuple[str, Grant]]:
    """Marking alone, of which no layer is pushed."""
    yield "Images", Grant((*_RETAG, "ecr:PutImage"), _repositories(environment, regions))


def _repositories(environment: str, regions: Sequence[str]) -> tuple[Value, ...]:
    arn, end = "arn:${AWS::Partition}:ecr", f"${{AWS::AccountId}}:repository/{environment}/*"
    return tuple(Sub(f"{arn}:{region}:{end}") for region in regions)
