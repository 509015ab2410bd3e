"""Deploy-time steps in the sandbox: Python functions outside the network run, and all others are only recorded.

There is no server behind a database here, and no container engine; what a step would do there it can't do here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from compiler.source.frozen import frozen
from reviewer.template_set import STEP_TYPE

if TYPE_CHECKING:
    from compiler.source.json_value import Json


@frozen(eq=True)
class DeploySteps:
    """ministack's handler of custom resources, for the steps that can run."""

    provisioners: ModuleType
    functions: ModuleType

    def handler(self) -> dict[str, Json]:
        return {"create": self.create, "update": self.update, "update_with_logical_id": True, "delete": self.delete}

    def create(self, logical_id: str, properties: Json, stack_name: str) -> tuple[str, Json]:
        if not self._runs(properties):
            return logical_id, {}
        made: tuple[str, Json] = self.provisioners._custom_resource_create(
            logical_id, properties, stack_name, STEP_TYPE
        )
        return made

    def update(self, physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str) -> tuple[str, Json]:
        if not self._runs(new):
            return physical_id, {}
        updated: tuple[str, Json] = self.provisioners._custom_resource_update(
            physical_id, old, new, stack_name, logical_id=logical_id, resource_type=STEP_TYPE
        )
        return updated

    def delete(self, physical_id: str, properties: Json) -> None:
        """A step has nothing to undo."""

    def lambda_function(self, emulated: Mapping[str, Json]) -> dict[str, Json]:
        """ministack's handler of functions, which keeps the network that it else forgets."""

        def create(logical_id: str, properties: Json, stack_name: str) -> tuple[str, Json]:
            made: tuple[str, Json] = emulated["create"](logical_id, properties, stack_name)
            self._keep_network(made[0], properties)
            return made

        def update(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str) -> tuple[str, Json]:
            named = (logical_id,) if emulated.get("update_with_logical_id") else ()
            updated: tuple[str, Json] = emulated["update"](physical_id, old, new, stack_name, *named)
            self._keep_network(updated[0], new)
            return updated

        return {**emulated, "create": create, "update": update, "update_with_logical_id": True}

    def _keep_network(self, name: str, properties: Json) -> None:
        _, config, _ = self.functions._get_func_record_for_ref(name)
        if config:
            config["VpcConfig"] = dict(properties.get("VpcConfig") or {})

    def _runs(self, properties: Json) -> bool:
        _, config, _ = self.functions._get_func_record_for_ref(properties.get("Function", ""))
        if not config:
            return False
        inside = (config.get("VpcConfig") or {}).get("SubnetIds")
        return str(config.get("Runtime", "")).startswith("python") and not inside
