"""Make the repositories of an environment's images before anything is pushed to them."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.deployed import find_stack, read_before
from deployer.errors import DeployError, refused
from deployer.faults import explained
from deployer.images.registry import missing
from deployer.images.stack import repositories_stack, repositories_stack_name
from deployer.session import Aws
from deployer.setup.own_stack import make_own_stack
from reviewer.template_set import ROOT


def ensure_repositories(aws: Aws, root: Compiled, wanted: frozenset[str]) -> None:
    """Make those of the `wanted` repositories that are missing; whoever may not is told who may."""
    gone = missing(aws, sorted(wanted))
    if not gone:
        return
    try:
        make_repositories(aws, root)
    except DeployError as fault:
        if fault.diagnostics[0].code != "access-denied":
            raise
        message = f"there is no repository '{gone[0]}' for an image that is built, and you may not make it"
        raise refused(message, "let somebody run `bootstrap` who may: it makes it", "access-denied") from fault


@explained("making the repositories of images")
def make_repositories(aws: Aws, root: Compiled) -> str:
    """Make or update the stack of the repositories: ``made``, ``updated`` or ``unchanged``."""
    return make_own_stack(aws, repositories_stack(root, _present(aws, root)))


def _present(aws: Aws, root: Compiled) -> Mapping[str, Json]:
    """Resources of the stack as it is, which stay."""
    stack = find_stack(aws, repositories_stack_name(root))
    templates = read_before(aws, stack).templates
    found: Mapping[str, Json] = templates.get(ROOT, {}).get("Resources", {})
    return found
