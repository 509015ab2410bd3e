"""Docker, Podman or Buildx: building an image, signing in to its registry, and pushing it.

Sources: Docker CLI reference (`docker buildx build`, `docker login`), Podman's manual pages (`podman-build`,
`podman-login`), Lambda developer guide ("Deploy Python Lambda functions with container images": it takes no image with
attestations of its provenance).
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from compiler.program.built_image import BuiltImage
from compiler.source.frozen import frozen
from deployer.console import tell
from deployer.errors import refused

_NAMES = ("docker", "podman", "buildx", "docker-buildx")
_LAST_LINES = 20
_PATIENCE = 10
"""Seconds in which a builder may end by itself after an interruption."""
_PLAIN = "--provenance=false"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
"""What moves the cursor or colours a terminal, which is told to nobody."""


@frozen(eq=True)
class SignIn:
    """What a registry takes from who pushes."""

    registry: str
    password: str = field(repr=False)


@frozen(eq=True)
class Builder:
    """A program that builds images, and how it is called for that."""

    name: str
    start: tuple[str, ...]
    pushes: bool = False
    """Whether building and pushing are one call."""

    def build(self, image: BuiltImage, folder: Path, addresses: Sequence[str]) -> list[str]:
        """The command; nothing in it is secret."""
        args = [part for name, value in sorted(image.args.items()) for part in ("--build-arg", f"{name}={value}")]
        target = ["--target", image.target] if image.target else []
        tags = [part for address in addresses for part in ("--tag", address)]
        about = ["--platform", image.platform, "--file", str(folder / image.file), *target, *args, *_cache(image)]
        return [*self.start, *about, *tags, str(folder)]


def _cache(image: BuiltImage) -> list[str]:
    if isinstance(image.cache, tuple):
        return [part for one in image.cache for part in ("--cache-from", one)]
    return [] if image.cache else ["--no-cache"]


def find_builder() -> Builder:
    """The first that is there. Raises `DeployError` when none is."""
    for name in _NAMES:
        program = shutil.which(name)
        if program:
            return _builder(name, program)
    message = "an image has to be built, and there is no docker, podman or buildx"
    hint = "install one of them, or give an image that was pushed before with --parameter NAME=IMAGE"
    raise refused(message, hint, "no-builder")


def _builder(name: str, program: str) -> Builder:
    if name == "podman":
        return Builder(name, (program, "build"))
    if name != "docker":
        return Builder("buildx", (program, "build", "--push", _PLAIN), pushes=True)
    with_buildx = subprocess.run([program, "buildx", "version"], capture_output=True, check=False).returncode == 0
    return Builder(name, (program, "buildx", "build", "--load", _PLAIN) if with_buildx else (program, "build"))


def sign_in(builder: Builder, account: SignIn, folder: Path) -> Mapping[str, str]:
    """Sign in to the registry; what the environment of the builder has more from then on.

    The password goes by standard input, and is on no command line. Buildx alone has no command for it: it reads a file,
    which is in `folder` and goes with it.
    """
    if builder.pushes:
        return _config(account, folder)
    call = [builder.start[0], "login", "--username", "AWS", "--password-stdin", account.registry]
    run(call, f"{builder.name} could not sign in to {account.registry}", given=account.password)
    return {}


def _config(account: SignIn, folder: Path) -> Mapping[str, str]:
    kept = os.environ.get("DOCKER_CONFIG") or str(Path.home() / ".docker")
    token = base64.b64encode(f"AWS:{account.password}".encode()).decode()
    file = folder / "config.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps({"auths": {account.registry: {"auth": token}}}), encoding="utf-8")
    builders = os.environ.get("BUILDX_CONFIG") or str(Path(kept) / "buildx")
    return {"DOCKER_CONFIG": str(folder), "BUILDX_CONFIG": builders}


def run(
    command: Sequence[str], failing: str, *, given: str = "", more: Mapping[str, str] | None = None, component: str = ""
) -> None:
    """Run a command to its end; `given` is its standard input. Raises `DeployError` with its last lines."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(more or {})},
        )
    except OSError as fault:
        raise refused(f"{failing}: {fault.strerror}", "", "build-failed", component) from fault
    try:
        lines = _followed(process, given, component)
    finally:
        _end(process)
    if process.returncode:
        told = "\n".join(("", *lines)).rstrip()
        message = f"{failing}: {Path(command[0]).name} ended with status {process.returncode}{told}"
        raise refused(message, "correct that, and run the command again", "build-failed", component)


def _followed(process: subprocess.Popen[bytes], given: str, component: str) -> Sequence[str]:
    """The last lines, each of which is told when it comes, where it is of a component."""
    assert process.stdin and process.stdout
    try:
        with process.stdin as entry:
            entry.write(given.encode())
    except BrokenPipeError:
        pass  # it has ended before it read that, and says why
    lines: deque[str] = deque(maxlen=_LAST_LINES)
    for line in process.stdout:
        lines.append(_CONTROL.sub("", line.decode(errors="replace")).rstrip())
        if component and lines[-1]:
            tell(f"{component}: {lines[-1]}")
    process.wait()
    return tuple(lines)


def _end(process: subprocess.Popen[bytes]) -> None:
    """No builder outlives an interruption; what is half pushed has no tag."""
    if process.stdout:
        process.stdout.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
