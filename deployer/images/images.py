"""Build and push the images of a root before it is planned: those alone whose content is not in the registry yet.

compiled ── read_context ──────────► files, digest ──► address, known before anything is built
         ── ensure_repositories ───► stack of the repositories
         ── pushed ────────────────► what is there ── build, push ──► the rest
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from compiler.program.built_image import BuiltImage
from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.console import tell
from deployer.errors import DeployError
from deployer.faults import explained
from deployer.images.builder import Builder, find_builder, run, sign_in
from deployer.images.context import Context, read_context
from deployer.images.registry import account_of, pushed, registry
from deployer.images.repositories import ensure_repositories
from deployer.publish import Choice, Image
from deployer.session import SANDBOX, Aws

_THERE = "pushed before"
_IN_SANDBOX = "not built: the sandbox runs no containers"


@frozen(eq=True)
class _Wanted:
    """An image and what it is built from."""

    image: BuiltImage
    context: Context
    address: str


def with_images(aws: Aws, compiled: Compiled, spec_dir: Path, choice: Choice) -> Choice:
    """The choice with the addresses of all images that are built, each pushed by then.

    An image that a parameter gives is not built. Raises `DeployError` when there is nothing to build from, no builder,
    or it fails.
    """
    wanted = () if choice.back else tuple(_wanted(aws, compiled, spec_dir, choice.parameters))
    if not wanted:
        return choice
    ensure_repositories(aws, compiled, frozenset(one.image.repository for one in wanted))
    done = {one.address: _THERE for one in wanted if pushed(aws, one.image.repository, one.context.tag)}
    rest = [one for one in wanted if one.address not in done]
    done |= _stand_ins(aws, rest) if aws.endpoint == SANDBOX else _made(aws, rest) if rest else {}
    images = {one.image.parameter: Image(one.image.component, one.address, done[one.address]) for one in wanted}
    return replace(choice, images=images)


def image_addresses(aws: Aws, compiled: Compiled, spec_dir: Path) -> Mapping[str, str]:
    """Root parameter → address that the image has or would have; nothing is built or asked."""
    return {one.image.parameter: one.address for one in _wanted(aws, compiled, spec_dir, {})}


def _wanted(aws: Aws, compiled: Compiled, spec_dir: Path, given: Mapping[str, str]) -> Iterator[_Wanted]:
    for image in compiled.images:
        if image.parameter not in given:
            context = read_context(image, spec_dir)
            yield _Wanted(image, context, f"{registry(aws)}/{image.repository}:{context.tag}")


def _made(aws: Aws, wanted: Sequence[_Wanted]) -> Mapping[str, str]:
    """Address → what was done: what is built from the same, for several components, is built once."""
    builder = find_builder()
    same: dict[str, list[_Wanted]] = {}
    for one in wanted:
        same.setdefault(one.context.digest, []).append(one)
    with TemporaryDirectory() as folder:
        more = sign_in(builder, account_of(aws), Path(folder))
        for each in same.values():
            _build(builder, each, more)
            _push(aws, builder, each)
    return {one.address: f"built and pushed with {builder.name}" for one in wanted}


def _build(builder: Builder, same: Sequence[_Wanted], more: Mapping[str, str]) -> None:
    image, addresses = same[0].image, [one.address for one in same]
    with TemporaryDirectory() as folder:
        place = Path(folder).resolve() / "context"
        place.mkdir()
        same[0].context.copy_to(place)
        tell(f"{image.component}: building {image.context} with {builder.name}")
        failing = f"the image of {image.component} could not be built from '{image.context}'"
        run(builder.build(image, place, addresses), failing, more=more, component=image.component)


def _push(aws: Aws, builder: Builder, same: Sequence[_Wanted]) -> None:
    """Somebody who pushes the same at this moment may be faster: tags do not move, and theirs is as good."""
    for one in () if builder.pushes else same:
        tell(f"{one.image.component}: pushing {one.address}")
        try:
            failing = f"the image of {one.image.component} could not be pushed to {one.address}"
            run([builder.start[0], "push", one.address], failing, component=one.image.component)
        except DeployError:
            if not pushed(aws, one.image.repository, one.context.tag):
                raise


@explained("standing in for images")
def _stand_ins(aws: Aws, wanted: Sequence[_Wanted]) -> Mapping[str, str]:
    """In the sandbox a tag without layers takes an image's place."""
    ecr = aws.client("ecr", aws.region)
    for one in wanted:
        manifest = json.dumps({"schemaVersion": 2, "config": {"digest": f"sha256:{one.context.digest}"}, "layers": []})
        ecr.put_image(repositoryName=one.image.repository, imageTag=one.context.tag, imageManifest=manifest)
    return dict.fromkeys((one.address for one in wanted), _IN_SANDBOX)
