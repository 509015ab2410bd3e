"""Compare a spec with what is deployed, creating and uploading nothing: `stackwright diff --against deployed`."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from compiler.stacks.compiled import Compiled
from deployer.deployed import find_stack, read_before
from deployer.faults import explained
from deployer.images.images import image_addresses
from deployer.kept.stored import with_stored
from deployer.kept.values import kept_values
from deployer.publish import package_all
from deployer.session import Aws
from reviewer.change import Review
from reviewer.comparison import compared
from reviewer.earlier import SAME
from reviewer.sides import Before


def reviews_of_deployed(
    roots: Sequence[Compiled], spec_dir: Path, open_region: Callable[[str], AbstractContextManager[Aws]]
) -> tuple[Review, ...]:
    """A review of each root against its stack; one that is not deployed would be created.

    Raises `DeployError` when AWS does not respond, or an artefact is missing.
    """
    found: list[Review] = []
    for root in roots:
        with open_region(root.region) as aws:
            found.append(_review(aws, root, spec_dir))
    return tuple(found)


@explained("reading what is deployed")
def _review(aws: Aws, root: Compiled, spec_dir: Path) -> Review:
    stack = find_stack(aws, root.stack_name)
    before = read_before(aws, stack)
    keys = {name: packed.key for name, packed in package_all(root, spec_dir).items()}
    content = {**keys, **image_addresses(aws, root, spec_dir)}
    kept = {one.parameter: one.value for one in kept_values(aws, root, stack if before.templates else None, ())}
    parameters = with_stored(aws, root, _parameters(root, before, {**content, **kept}), _below(root))
    review = compared(root, before, parameters)
    return replace(review, account=aws.account)


def _below(root: Compiled) -> Container[str]:
    """Root parameters whose values platforms below export."""
    return root.document.imported if root.document else ()


def _parameters(root: Compiled, before: Before, content: Mapping[str, str]) -> Mapping[str, str]:
    """Values of the root's parameters: those of code and images by `content`, the rest as deployed or by default.

    What platforms below export is taken as deployed: a plan reads what it is now.
    """
    values = {name: str(parameter.get("Default", SAME)) for name, parameter in root.parameters.items()}
    declared = root.parameters.items()
    open_ended = {name for name, about in declared if "Default" not in about or name in _below(root)}
    deployed = {name: value for name, value in before.parameters.items() if name in open_ended}
    return root.sent({**values, **deployed, **content})
