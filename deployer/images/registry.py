"""What is asked of Amazon ECR, and told to it: repositories, tags, the token of a builder, the image in use.

Sources: Amazon ECR API reference; its user guide, "Private registry authentication" and "Retagging an image".
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from botocore.exceptions import ClientError

from compiler.source.json_value import Json
from deployer.faults import error_code, explained, read
from deployer.images.builder import SignIn
from deployer.session import Aws

DEPLOYED = "deployed"
"""The one tag that moves: to the image that was deployed last, which no rule of the lifecycle deletes."""
_NO_TAG = frozenset({"ImageNotFoundException", "RepositoryNotFoundException"})


def registry(aws: Aws) -> str:
    """The host of the account's private registry in the region."""
    suffix = "amazonaws.com.cn" if aws.s3.meta.partition == "aws-cn" else "amazonaws.com"
    return f"{aws.account}.dkr.ecr.{aws.region}.{suffix}"


@explained("looking for the repositories of images")
def missing(aws: Aws, names: Iterable[str]) -> list[str]:
    """Those of the repositories that are not there."""
    return [name for name in names if not _is_there(aws, name)]


def _is_there(aws: Aws, name: str) -> bool:
    try:
        read(lambda: _ecr(aws).describe_repositories(repositoryNames=[name]))
    except ClientError as fault:
        if error_code(fault) == "RepositoryNotFoundException":
            return False
        raise
    return True


@explained("looking for images that were pushed")
def pushed(aws: Aws, repository: str, tag: str) -> bool:
    """Whether the repository has an image of the tag."""
    where: dict[str, Json] = {"repositoryName": repository, "imageIds": [{"imageTag": tag}]}
    try:
        found = read(lambda: _ecr(aws).describe_images(**where))["imageDetails"]
    except ClientError as fault:
        if error_code(fault) in _NO_TAG:
            return False
        raise
    return bool(found)


def in_registry(aws: Aws, address: str) -> bool:
    """Whether the image of an address in the account's own registry is still there."""
    repository, _, tag = address.partition("/")[2].rpartition(":")
    return pushed(aws, repository, tag)


@explained("signing in to the registry")
def account_of(aws: Aws) -> SignIn:
    """The token of whoever deploys, which is good for twelve hours."""
    (given,) = read(_ecr(aws).get_authorization_token)["authorizationData"]
    _, _, password = base64.b64decode(given["authorizationToken"]).decode().partition(":")
    return SignIn(registry(aws), password)


def mark(aws: Aws, addresses: Iterable[str]) -> tuple[str, ...]:
    """Move the tag `DEPLOYED` to images of these addresses; a note for each where that is refused."""
    return tuple(note for address in addresses for note in _mark(aws, address))


def _mark(aws: Aws, address: str) -> Sequence[str]:
    repository, _, tag = address.partition("/")[2].rpartition(":")
    try:
        found = _ecr(aws).batch_get_image(repositoryName=repository, imageIds=[{"imageTag": tag}])["images"]
        for image in found[:1]:
            about = {"imageManifest": image["imageManifest"], "imageManifestMediaType": image["imageManifestMediaType"]}
            _ecr(aws).put_image(repositoryName=repository, imageTag=DEPLOYED, **about)
    except ClientError as fault:
        if error_code(fault) == "ImageAlreadyExistsException":
            return ()
        return (f"the image {address} could not get the tag '{DEPLOYED}', which keeps it: {error_code(fault)}",)
    return () if found else (f"the image {address} is not in its repository any more",)


def _ecr(aws: Aws) -> Json:
    return aws.client("ecr", aws.region)
