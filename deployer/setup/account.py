"""`bootstrap` from its beginning to its end: policies first, since the role is made of them, then what is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from compiler.pipeline import platform_of
from compiler.source.diagnostics import Diagnostic
from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.environment import Open
from deployer.errors import DeployError
from deployer.images.stack import repositories_stack
from deployer.setup.bootstrap import Account, make_buckets, make_image_stacks, make_role, named
from deployer.setup.policies import Policies, policies
from deployer.setup.stacks import bucket_stack, execution_stack

Gate = Callable[[Sequence[Compiled]], object]
"""Raises what ends everything when templates have findings."""
_MADE_HERE = "${ExecutionRole}"
"""Stands for the ARN of a role that is yet to be made."""


@frozen(eq=True)
class Wish:
    """What somebody wants set up."""

    spec: str
    roots: Sequence[Compiled]
    role: str
    """ARN of a role that CloudFormation takes; empty: none, or one that is made."""
    make_role: bool
    policies_only: bool


def set_up(wish: Wish, open_region: Open, gate: Gate) -> Account:
    """Make what is wanted, from templates that `gate` has let through. Raises `DeployError` when AWS refuses."""
    platform = platform_of(wish.spec, wish.roots[0].environment)
    wanted = policies(platform, wish.roots, wish.role or (_MADE_HERE if wish.make_role else None))
    main = next(root for root in wish.roots if root.region == platform.region)
    stacks = [bucket_stack(root) for root in wish.roots]
    roles = [_execution_stack(main, wanted)] if wish.make_role else []
    if wish.policies_only:
        return Account((), wish.role, named(wanted, main.region, open_region))
    gate([*stacks, *roles, *(repositories_stack(root, {}) for root in wish.roots if root.images)])
    buckets = tuple(make_buckets(stacks, open_region))
    repositories = tuple(make_image_stacks(wish.roots, open_region))
    role, notes = make_role(roles[0], open_region) if roles else (wish.role, ())
    found = named(wanted, main.region, open_region, {"ExecutionRole": role})
    return Account(buckets, role, found, notes, repositories)


def _execution_stack(main: Compiled, wanted: Policies) -> Compiled:
    if wanted.unknown:
        raise DeployError([_unknown(name) for name in wanted.unknown])
    try:
        return execution_stack(main, wanted)
    except ValueError as fault:
        message = f"the role of CloudFormation would need {fault}"
        raise DeployError(
            [Diagnostic("role-too-large", message, suggestion="make a role by hand, and give --role")]
        ) from fault


def _unknown(resource_type: str) -> Diagnostic:
    message = f"the permissions that CloudFormation needs for {resource_type} are not known"
    return Diagnostic("permissions-unknown", message, suggestion="make a role by hand, and give --role")
