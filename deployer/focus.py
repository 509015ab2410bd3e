"""The stack of a tree on which an operation runs, or ran last: an import is of a nested stack alone."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.deployed import Stack, find_stack, nested_stacks
from deployer.session import Aws
from deployer.states import at_work
from reviewer.template_set import ROOT


def in_focus(aws: Aws, root: Stack) -> tuple[str, Stack]:
    """Key and stack: a nested one that is worked on alone, or was since the root was changed; else the root."""
    if at_work(root.status) or root.status in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE"):
        return ROOT, root
    own = [one for one in _nested(aws, root) if at_work(one[1].status) or _imported(one[1], root)]
    return max(own, key=lambda one: (at_work(one[1].status), one[1].changed), default=(ROOT, root))


def _nested(aws: Aws, root: Stack) -> Iterator[tuple[str, Stack]]:
    for key, stack_id in nested_stacks(aws, root.id).items():
        stack = find_stack(aws, stack_id)
        if stack:
            yield key, stack


def _imported(nested: Stack, root: Stack) -> bool:
    return nested.status.startswith("IMPORT_") and nested.changed > root.changed
