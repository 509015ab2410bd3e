"""What services, jobs and sidecars have alike: image, command, variables, health check, order of start."""

from __future__ import annotations

from compiler.source.json_value import Json
from deployer.migration.draft import Draft, slug
from deployer.migration.part import Part
from deployer.migration.times import seconds
from deployer.migration.workloads.images import image_of
from deployer.migration.workloads.variables import secrets, variables

_AS_BEFORE = {"user": "root", "read_only_root": False}
"""Copilot leaves the user to the image, and lets the container write everywhere."""
_USUAL_CHECK = {"interval_seconds": 10, "retries": 2, "timeout_seconds": 5, "start_seconds": 0}
"""Defaults of `healthcheck`, by the documentation of Copilot's manifests."""


def container(part: Part, draft: Draft, name: str, uses: dict[str, Json]) -> dict[str, Json]:
    """The settings of the main container; `part` is the manifest."""
    image = part.part("image")
    settings: dict[str, Json] = {"image": image_of(image, name, draft, uses), **_AS_BEFORE}
    told = "the container runs as root, and may write everywhere, since nothing in a manifest says what it needs"
    help_text = "set `user` to what the image runs as, and remove `read_only_root` if it only writes to /tmp"
    draft.changed(part.place("image"), told, help_text)
    settings |= {"entrypoint": part.words("entrypoint"), "command": part.words("command")}
    settings["health_check"] = health_check(image.part("healthcheck"), draft)
    settings["start_after"] = start_after(image)
    settings["environment"] = variables(part, draft, name)
    secrets(part, draft, name, uses)
    _not_said(part, draft)
    return settings


def start_after(part: Part) -> dict[str, Json] | None:
    """Containers that this one waits for; both have the four conditions of ECS."""
    return {slug(name): part.text("depends_on", name) for name in part.names("depends_on")} or None


def health_check(part: Part, draft: Draft) -> dict[str, Json] | None:
    """The command that says whether the container is well; Copilot's defaults are written out."""
    command = part.texts("command")
    if not command:
        return None
    line: Json = command[1:] if command[0] == "CMD" else command[-1] if command[0] == "CMD-SHELL" else command
    found: dict[str, Json] = {"command": line, **_USUAL_CHECK}
    for key, name in (
        ("interval", "interval_seconds"),
        ("timeout", "timeout_seconds"),
        ("start_period", "start_seconds"),
    ):
        length = seconds(part.text(key))
        if length is not None:
            found[name] = int(length)
    retries = part.number("retries")
    return found if retries is None else {**found, "retries": retries}


def sidecars(part: Part, draft: Draft, name: str, uses: dict[str, Json]) -> dict[str, Json] | None:
    """`sidecars` of the manifest by their names."""
    found = {slug(one): _sidecar(part.part("sidecars", one), draft, name, uses) for one in part.names("sidecars")}
    return found or None


def _sidecar(part: Part, draft: Draft, name: str, uses: dict[str, Json]) -> dict[str, Json]:
    own = slug(f"{name}-{part.path[-1]}")
    if isinstance(part.look("image"), str):
        image = str(part.take("image"))
    else:
        image = image_of(part.part("image"), own, draft, uses)
    port = part.text("port")
    found: dict[str, Json] = {"image": image, **_AS_BEFORE}
    found |= {"port": int(port.split("/")[0]) if port and port.split("/")[0].isdigit() else None}
    found |= {"essential": part.flag("essential"), "environment": variables(part, draft, name) or None}
    found |= {"entrypoint": part.words("entrypoint"), "command": part.words("command")}
    found |= {"health_check": health_check(part.part("healthcheck"), draft), "start_after": start_after(part)}
    if part.names("secrets"):
        secrets(part, draft, name, uses)
        found["inherit_environment"] = True
    found |= _volumes(part, draft)
    _not_said(part, draft)
    if part.look("credentialsParameter") is not None:
        _credentials(part, draft, "credentialsParameter")
    return {key: value for key, value in found.items() if value is not None}


def _volumes(part: Part, draft: Draft) -> dict[str, Json]:
    """Empty volumes of the task; the file system of the task is mounted at the same folder."""
    volumes: dict[str, Json] = {}
    for row in part.rows("mount_points"):
        source, path = row.text("source_volume"), row.text("path")
        row.flag("read_only")
        if source and path:
            volumes[slug(source)] = path
    return {"volumes": volumes} if volumes else {}


def _not_said(part: Part, draft: Draft) -> None:
    if part.look("env_file") is not None:
        told = f"variables of the file '{part.text('env_file')}' are not read"
        help_text = "write them into `environment`, and what is secret into a component of `secrets`"
        draft.lost(part.place("env_file"), told, help_text)
    for image in (part, part.part("image")):
        if image.look("labels") is not None:
            image.take("labels")
            draft.lost(image.place("labels"), "Docker labels are left out", "set them in the Dockerfile (LABEL)")
    if isinstance(part.look("image"), dict) and part.look("image", "credentials") is not None:
        _credentials(part, draft, "image", "credentials")


def _credentials(part: Part, draft: Draft, *keys: str) -> None:
    part.take(*keys)
    told = "credentials of a private registry are left out"
    help_text = "copy the image into a repository of the platform, or pull it through a cache of ECR"
    draft.lost(part.place(*keys), told, help_text)
