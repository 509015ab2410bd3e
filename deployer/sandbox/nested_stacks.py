"""Nested stacks in the sandbox as AWS treats them: a failed one leaves nothing, a deleted one keeps what it retains."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from compiler.source.frozen import frozen
from reviewer.template_set import STACK_TYPE

if TYPE_CHECKING:
    from compiler.source.json_value import Json


@frozen(eq=True)
class NestedStacks:
    """ministack's handler of nested stacks, which deletes them as it deletes a root: its own delete ignores policies
    and failures, and it leaves the resources of one that fails to be created.
    """

    emulated: Mapping[str, Json]
    provisioners: ModuleType
    stacks: ModuleType
    records: Json
    """Stack name → record."""

    def handler(self) -> dict[str, Json]:
        return {**self.emulated, "create": self.create, "delete": self.delete}

    def create(self, logical_id: str, properties: Json, parent: str) -> tuple[str, Json]:
        before = set(self.records)
        try:
            created: tuple[str, Json] = self.emulated["create"](logical_id, properties, parent)
            return created
        except Exception:
            for name in set(self.records) - before:
                if self.records[name].get("_parent_stack_name") == parent:
                    self._roll_back(self.records[parent], logical_id, self.records[name])
            raise

    def delete(self, physical_id: str, properties: Json) -> None:
        """Raises `ValueError` when a resource of the nested stack cannot be deleted."""
        child = self.records.get(self.provisioners._nested_stack_lookup_name(physical_id))
        if child is None or child["StackStatus"] == "DELETE_COMPLETE":
            return
        # ministack calls handlers of nested stacks on a thread of their own, where no event loop runs.
        asyncio.run(self.stacks._delete_stack_async(child["StackName"], child["StackId"]))
        if child["StackStatus"] == "DELETE_FAILED":
            reason = child["StackStatusReason"]
            raise ValueError(f"Embedded stack {child['StackId']} was not successfully deleted: {reason}")

    def _roll_back(self, parent: Json, logical_id: str, child: Json) -> None:
        self._announce(parent, logical_id, child)
        if self._keeps_failures(parent):
            return
        for definition in child["_template"].get("Resources", {}).values():
            if definition.get("DeletionPolicy") == "RetainExceptOnCreate":
                definition["DeletionPolicy"] = "Delete"
        self.delete(child["StackId"], {})

    def _announce(self, parent: Json, logical_id: str, child: Json) -> None:
        """The parent's event with the id of a nested stack; from AWS it comes before the failure, too."""
        event = (logical_id, STACK_TYPE, "CREATE_IN_PROGRESS", "Resource creation Initiated", child["StackId"])
        self.stacks._add_event(parent["StackId"], parent["StackName"], *event)

    def _keeps_failures(self, record: Json) -> bool:
        """Whether the root was created to stay as it is when it fails; ministack assumes it of every child."""
        while record.get("_parent_stack_name") in self.records:
            record = self.records[record["_parent_stack_name"]]
        return bool(record.get("DisableRollback"))
