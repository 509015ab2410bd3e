"""Images that are built by the deployment: what is built, and the repository that takes it.

Each image has a repository of its own in the environment's account and region, in a stack that is made before the
platform's: `compiler.program.built_image` says which, and `deployer.images` makes it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from troposphere import Parameter, Sub

from compiler.program.built_image import BuiltImage
from compiler.program.component import Component, Platform, Value
from compiler.shared.image_source import built_platform
from compiler.source.json_value import Json


def image_parameter(name: str, component: Component) -> Parameter:
    """The root parameter of an image that is built: only its hash is known before, and no address."""
    return Parameter(
        name, Type="String", Description=f"Container image that is built for {component.path}", MinLength=1
    )


def built_image(
    platform: Platform, component: Component, wanted: tuple[str, Mapping[str, Json]], container: str = ""
) -> BuiltImage:
    """`wanted` is the root parameter and the settings; `container` a name beside the component's own container."""
    parameter, image = wanted
    return BuiltImage(
        parameter=parameter,
        component=component.path,
        repository=repository_name(platform, component, container),
        context=posixpath.normpath(image["build"]),
        file=posixpath.normpath(image["file"]),
        args=dict(sorted(image["args"].items())),
        target=image["target"],
        platform=built_platform(image, str(getattr(component, "architecture"))),  # noqa: B009
        cache=image["cache"] if isinstance(image["cache"], bool) else tuple(image["cache"]),
    )


def repository_name(platform: Platform, component: Component, container: str = "") -> str:
    """``shop/dev/services/web``: slashes are in no name of a component, so that two never meet."""
    names = (platform.name, platform.environment, component.section, component.name, container)
    return "/".join(filter(None, names))


def repositories_of(platform: Platform, names: Iterator[str]) -> tuple[Value, ...]:
    """ARNs of repositories in the environment's account and region."""
    arn = "arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository"
    return tuple(Sub(f"{arn}/{name}") for name in names)
