"""W9709: an image that changes without a change of the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.document import Path
from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import pattern

_PATHS: Mapping[str, tuple[Path, ...]] = {
    "AWS::AppRunner::Service": (("SourceConfiguration", "ImageRepository", "ImageIdentifier"),),
    "AWS::Batch::JobDefinition": (("ContainerProperties", "Image"),),
    "AWS::CodeBuild::Project": (("Environment", "Image"),),
    "AWS::Lambda::Function": (("Code", "ImageUri"),),
    "AWS::SageMaker::Model": (("PrimaryContainer", "Image"),),
}
_LISTS: Mapping[str, tuple[str, str]] = {
    "AWS::ECS::TaskDefinition": ("ContainerDefinitions", "Image"),
    "AWS::SageMaker::Model": ("Containers", "Image"),
}


class ImageTag(OwnRule):
    id = "W9709"
    shortdesc = "Images of one build"
    description = (
        "What an image without a tag, or with the tag 'latest', runs changes with every push: two tasks of one "
        "deployment differ, and a rollback rolls nothing back."
    )
    source_url = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html"
    tags = (
        "ecs",
        "lambda",
        "codebuild",
        "sagemaker",
        "images",
    )
    types = tuple(dict.fromkeys((*_PATHS, *_LISTS)))
    fix = "give the tag or digest of one build"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        paths = list(_PATHS.get(resource.type, ()))
        if resource.type in _LISTS:
            around, name = _LISTS[resource.type]
            paths += [(*path, name) for path, _ in resource.each(around)]
        for path in paths:
            what = _wrong(pattern(resource.get(*path)) or "")
            if what:
                yield ("Properties", *path), what


def _wrong(image: str) -> str:
    """The tag stands behind the last slash. A name that is computed to its end may have one."""
    last = image.rpartition("/")[2]
    if not last or "@" in image or (last.endswith("}") and ":" not in last.rpartition("${")[0]):
        return ""
    tag = last.rpartition("}")[2].rpartition(":")
    if tag[2] == "latest" and tag[1]:
        return "the image has the tag 'latest'"
    return "" if ":" in last else "the image has no tag, which means 'latest'"
