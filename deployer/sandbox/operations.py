"""The resources that one stack operation touches in the sandbox, nested stacks included: at most as many as in AWS.

A resource beyond the limit fails with CloudFormation's own words. A deployment is then rolled back, which touches
what it has to; a removal goes on to fail.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.source.json_value import Json

REFUSED = "Limit on the number of resources in a single stack operation exceeded"


@dataclass(slots=True)
class Operations:
    """Counts what the running operation of each root touches."""

    records: Json
    """Stack name → record of ministack."""
    most: int
    _left: dict[str, int] = field(default_factory=dict)
    """Root → how many resources its operation may still touch; one that is not in it is not counted."""
    updated: set[tuple[str, str]] = field(default_factory=set)
    """Stack and logical id of what is being updated: where it is made anew for that, it counts once."""

    def begin(self, stack: str) -> None:
        """An operation of a root begins, or is continued in a nested stack."""
        if not self.records.get(stack, {}).get("_parent_stack_name"):
            self._left[stack] = self.most

    def roll_back(self, stack: str) -> None:
        """From here on the operation only undoes what it did."""
        self._left.pop(self._root(stack), None)

    def touch(self, stack: str) -> None:
        """Raises `ValueError` for a resource that is one too many."""
        root = self._root(stack)
        if root in self._left:
            self._left[root] -= 1
            if self._left[root] < 0:
                raise ValueError(REFUSED)

    def _root(self, stack: str) -> str:
        while (parent := self.records.get(stack, {}).get("_parent_stack_name")) in self.records:
            stack = parent
        return stack


def limit_operations(operations: Operations, modules: Sequence[ModuleType]) -> None:
    """Put what counts around what ministack does, in each module that has it."""
    around: dict[str, Callable[[Callable[..., Json]], Callable[..., Json]]] = {
        "_deploy_stack_async": lambda run: _beginning(operations, run),
        "_delete_stack_async": lambda run: _beginning(operations, run),
        "_roll_back_operation": lambda run: _undoing(operations, run),
        "_provision_resource": lambda make: _creating(operations, make),
        "_update_resource": lambda change: _updating(operations, change),
        "_delete_resource": lambda remove: _deleting(operations, remove),
    }
    for name, wrap in around.items():
        holders = [module for module in modules if hasattr(module, name)]
        wrapped = wrap(getattr(holders[0], name))
        for module in holders:
            setattr(module, name, wrapped)


def _beginning(operations: Operations, run: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def begun(stack: str, *arguments: Json, **more: Json) -> None:
        operations.begin(stack)
        await run(stack, *arguments, **more)

    return begun


def _undoing(operations: Operations, run: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def undone(stack: str, *arguments: Json, **more: Json) -> None:
        operations.roll_back(stack)
        await run(stack, *arguments, **more)

    return undone


def _creating(operations: Operations, make: Callable[..., Json]) -> Callable[..., Json]:
    def create(resource_type: str, logical_id: str, properties: Json, stack: str) -> Json:
        try:
            if (stack, logical_id) not in operations.updated:
                operations.touch(stack)
            return make(resource_type, logical_id, properties, stack)
        except Exception:
            operations.roll_back(stack)
            raise

    return create


def _updating(operations: Operations, change: Callable[..., Json]) -> Callable[..., Json]:
    def update(resource_type: str, physical_id: str, old: Json, new: Json, stack: str, *more: Json) -> Json:
        which = (stack, str(more[0] if more else ""))
        operations.updated.add(which)
        try:
            if old != new:
                operations.touch(stack)
            return change(resource_type, physical_id, old, new, stack, *more)
        except Exception:
            operations.roll_back(stack)
            raise
        finally:
            operations.updated.discard(which)

    return update


def _deleting(operations: Operations, remove: Callable[..., Json]) -> Callable[..., Json]:
    def delete(
        resource_type: str, physical_id: str, properties: Json, stack: str = "", logical_id: str | None = None
    ) -> Json:
        operations.touch(stack)
        return remove(resource_type, physical_id, properties, stack, logical_id)

    return delete
