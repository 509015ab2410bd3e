"""The image of a container: one that exists, or a repository for one that Copilot built."""

from __future__ import annotations

from compiler.source.json_value import Json
from deployer.migration.draft import Draft, plain
from deployer.migration.part import Part

_FIRST = "1"
"""The tag that a repository has to have before the first deployment."""


def image_of(image: Part, name: str, draft: Draft, uses: dict[str, Json]) -> str:
    """What `image` names; `name` is the component whose container it is, and gets the repository."""
    location = image.text("location")
    if location:
        _told_of_the_tag(image, location, draft)
        return plain(location)
    build = image.take("build")
    if build is None:
        told = "the manifest names no image, so the one of a repository stands here"
        draft.changed(image.place(), told, "set `image` to what the service runs")
    else:
        help_text = f"build the image with {_command(build)}, and push it as tag {_FIRST} before the first deployment"
        told = "Copilot built this image; the spec names one in a repository of the platform"
        draft.changed(image.place("build"), told, help_text)
    draft.put("repositories", name, {}, image.place())
    uses[f"repositories.{name}"] = "pull"
    return f"${{repositories.{name}.uri}}:{_FIRST}"


def _told_of_the_tag(image: Part, location: str, draft: Draft) -> None:
    last = location.rsplit("/", 1)[-1]
    if "@" not in last and (":" not in last or last.endswith(":latest")):
        help_text = "give the tag or digest of one build: lint refuses what may be another image tomorrow"
        draft.changed(image.place("location"), f"the image '{location}' has no tag of its own", help_text)


def _command(build: Json) -> str:
    """The call of docker that Copilot made, by the documentation of `image.build`."""
    given: dict[str, Json] = build if isinstance(build, dict) else {"dockerfile": build}
    file, context = given.get("dockerfile"), given.get("context")
    folder = str(file).rpartition("/")[0] if file else "."
    words = ["docker build", *([f"--file {file}"] if file else [])]
    words += [f"--target {given['target']}"] if given.get("target") else []
    arguments = given.get("args")
    pairs = sorted(arguments.items()) if isinstance(arguments, dict) else []
    words += [f"--build-arg {key}={value}" for key, value in pairs]
    return f"`{' '.join([*words, str(context or folder or '.')])}`"
