"""Images that builds run in: those that CodeBuild manages, and any other one.

Source: CodeBuild API, ProjectEnvironment (`imagePullCredentialsType`); CodeBuild user guide, "Private registry with AWS
Secrets Manager sample" and "Amazon ECR sample".
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import codebuild

from compiler.kinds.pipelines.access import offered, read
from compiler.kinds.pipelines.settings import Build, Stage
from compiler.program.component import Grant, Platform
from compiler.shared.ecr import PULL, SIGN_IN, repository_arns
from compiler.source.json_value import Json

_MACHINES = {"arm64": "ARM_CONTAINER", "x86_64": "LINUX_CONTAINER"}


def image_properties(platform: Platform, build: Build) -> dict[str, Json]:
    """CodeBuild fetches its own images by itself, and any other one as the role of the build."""
    custom = build.custom_image
    if not custom:
        kind = "ARM_CONTAINER" if "aarch64" in build.image else "LINUX_CONTAINER"
        return {"Image": build.image, "ImagePullCredentialsType": "CODEBUILD", "Type": kind}
    found: dict[str, Json] = {
        "Image": custom.uri,
        "ImagePullCredentialsType": "SERVICE_ROLE",
        "Type": _MACHINES[custom.architecture],
    }
    if custom.credentials:
        secret = read(platform, custom.credentials)
        found["RegistryCredential"] = codebuild.RegistryCredential(
            Credential=secret, CredentialProvider="SECRETS_MANAGER"
        )
    return found


def image_grants(platform: Platform, stage: Stage, build: Build) -> Iterator[tuple[str, Grant]]:
    """Pulling an image of Amazon ECR, and reading the password of another registry."""
    custom = build.custom_image
    if not custom:
        return
    arns = [*repository_arns((custom.uri,))]
    named = (platform.components[target.address] for target, _ in platform.spec.pointers(custom.uri))
    arns += [repository.attributes()["arn"] for repository in named]
    if arns:
        yield "SignIn", SIGN_IN
        yield f"{stage.title}Image", Grant(PULL, tuple(arns))
    if custom.credentials:
        yield from offered(platform, custom.credentials, "read")
