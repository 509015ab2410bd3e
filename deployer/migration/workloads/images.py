"""The image of a container: one that exists, one that is built, or a repository for what is not known."""

from __future__ import annotations

import posixpath

from compiler.source.json_value import Json
from deployer.migration.draft import Draft, plain
from deployer.migration.part import Part

_FIRST = "1"
"""The tag that a repository has to have before the first deployment."""
_USUAL = "Dockerfile"


def image_of(image: Part, name: str, draft: Draft, uses: dict[str, Json]) -> Json:
    """What `image` names, or is built from; without either `name`, the component, gets a repository."""
    location = image.text("location")
    if location:
        _told_of_the_tag(image, location, draft)
        return plain(location)
    built = _built(image, draft) if image.look("build") is not None else None
    if built:
        told = "the image is built by the deployment, whose machine has to have docker, podman or buildx"
        draft.changed(image.place("build"), told, "see docs/images.md; `plan` names the image that would run")
        return built
    told = "the manifest names no image that the spec can, so the one of a repository stands here"
    draft.changed(image.place(), told, f"set `image` to what runs, or push it as tag {_FIRST} before the deployment")
    draft.put("repositories", name, {}, image.place())
    uses[f"repositories.{name}"] = "pull"
    return f"${{repositories.{name}.uri}}:{_FIRST}"


def _told_of_the_tag(image: Part, location: str, draft: Draft) -> None:
    last = location.rsplit("/", 1)[-1]
    if "@" not in last and (":" not in last or last.endswith(":latest")):
        help_text = "give the tag or digest of one build: lint refuses what may be another image tomorrow"
        draft.changed(image.place("location"), f"the image '{location}' has no tag of its own", help_text)


def _built(image: Part, draft: Draft) -> dict[str, Json] | None:
    """`image.build` in both of its forms; None for a Dockerfile that is not in the folder that is built.

    Source: Copilot documentation, "image.build": the folder is that of the Dockerfile where no `context` is set.
    """
    short = image.look("build") if isinstance(image.look("build"), str) else None
    build = image.part("build")
    file = posixpath.normpath(image.text("build") or "" if short else build.text("dockerfile") or "")
    context = None if short else build.text("context")
    folder = posixpath.normpath(context or posixpath.dirname(file) or ".")
    inner = posixpath.relpath(file, folder) if file != "." else _USUAL
    if inner.split("/")[0] == "..":
        told = f"the Dockerfile '{file}' is not in the folder that is built, '{folder}'"
        draft.lost(image.place("build"), told, "build a folder around both")
        return None
    settings: dict[str, Json] = {"build": _relative(posixpath.normpath(posixpath.join(draft.root, folder)))}
    settings |= {} if inner == _USUAL else {"file": inner}
    return settings if short else settings | _more(build)


def _more(build: Part) -> dict[str, Json]:
    found: dict[str, Json] = {"args": {key: plain(build.text("args", key) or "") for key in build.names("args")}}
    found |= {"target": build.text("target"), "cache": build.texts("cache_from")}
    return {key: value for key, value in found.items() if value}


def _relative(folder: str) -> str:
    return folder if folder.startswith(("..", "/")) else f"./{folder}" if folder != "." else "."
