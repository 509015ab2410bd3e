"""ministack's tables of resource types, completed with recorded types, attributes and replacing properties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from deployer.sandbox import recorded_types as recorded
from deployer.sandbox.identifiers import refuse_taken

if TYPE_CHECKING:
    from compiler.source.json_value import Json

RECORDED_WHEN: Mapping[str, Callable[[Mapping[str, Json]], bool]] = {
    "AWS::CloudWatch::Alarm": lambda properties: bool(properties.get("Metrics")),
    "AWS::ElastiCache::ReplicationGroup": lambda properties: str(properties.get("NumNodeGroups")) == "2",
}
"""Type → which of its resources ministack refuses, so that they are only recorded: alarms on metric math, and caches
with two shards, which AWS has (CloudFormation template reference, AWS::ElastiCache::ReplicationGroup: 1 to 90 shards).
"""

Handler = dict[str, "Json"]
"""ministack's entry for a type: ``create``, ``update``, ``delete``, … → function, and flags."""


class Handlers(dict[str, Handler]):
    """ministack's handlers by type, each completed or recorded when a template first names it."""

    def __init__(self, emulated: Mapping[str, Handler], cloudformation: ModuleType) -> None:
        super().__init__()
        self._emulated = emulated
        self._cloudformation = cloudformation

    def __contains__(self, resource_type: object) -> bool:
        return resource_type in self._emulated or resource_type in recorded.schema_files()

    def __missing__(self, resource_type: str) -> Handler:
        known = resource_type in recorded.schema_files()
        if resource_type in self._emulated and (not known or resource_type.startswith("AWS::CloudFormation::")):
            handler = self._emulated[resource_type]
        elif resource_type in self._emulated:
            handler = self._completed(resource_type, self._emulated[resource_type])
            if resource_type in RECORDED_WHEN:
                handler = _either(RECORDED_WHEN[resource_type], self._recorded(resource_type), handler)
        elif known:
            handler = self._recorded(resource_type)
        else:
            raise KeyError(resource_type)
        self[resource_type] = handler
        return handler

    def get(self, resource_type: str, default: Json = None) -> Json:
        known = resource_type in self
        return self[resource_type] if known else default

    def _identity(self, resource_type: str, logical_id: str, stack_name: str) -> recorded.Identity:
        name = self._cloudformation._physical_name(stack_name, logical_id, max_len=63)
        region, account = self._cloudformation.get_region(), self._cloudformation.get_account_id()
        return recorded.Identity(resource_type, name, region, account)

    def _recorded(self, resource_type: str) -> Handler:
        """A type that is nothing but its record in the stack."""

        def create(logical_id: str, properties: Json, stack_name: str) -> tuple[str, Json]:
            identity = self._identity(resource_type, logical_id, stack_name)
            return recorded.reference(identity, properties), recorded.attributes(identity, properties)

        def update(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str) -> tuple[str, Json]:
            identity = self._identity(resource_type, logical_id, stack_name)
            if not recorded.replaces(resource_type, old, new):
                return physical_id, recorded.attributes(identity, new)
            created: tuple[str, Json] = self._cloudformation._seeded_create(create, logical_id, new, stack_name)
            return created

        def delete(physical_id: str, properties: Json) -> None:
            """Nothing stands behind the record, so nothing is left to remove."""

        adopt = self._adopting(resource_type)
        return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete, "import": adopt}

    def _adopting(self, resource_type: str) -> Callable[[Mapping[str, str]], tuple[str, Json]]:
        """The import of a type that ministack does not import: nobody asks whether the resource is there."""

        def adopt(identifier: Mapping[str, str]) -> tuple[str, Json]:
            physical_id = "|".join(identifier.values())
            region, account = self._cloudformation.get_region(), self._cloudformation.get_account_id()
            identity = recorded.Identity(resource_type, [*identifier.values()][-1], region, account)
            return physical_id, recorded.attributes(identity, identifier) | dict(identifier)

        return adopt

    def _completed(self, resource_type: str, handler: Handler) -> Handler:
        """An emulated type, with those attributes of its schema that ministack does not answer."""

        def completed(made: tuple[str, Json], logical_id: str, properties: Json, stack_name: str) -> tuple[str, Json]:
            identity = self._identity(resource_type, logical_id, stack_name)
            return made[0], recorded.attributes(identity, properties) | (made[1] or {})

        def create(logical_id: str, properties: Json, stack_name: str) -> tuple[str, Json]:
            refuse_taken(resource_type, properties)
            return completed(handler["create"](logical_id, properties, stack_name), logical_id, properties, stack_name)

        def update(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str) -> tuple[str, Json]:
            named = (logical_id,) if handler.get("update_with_logical_id") else ()
            updated = handler["update"](physical_id, old, new, stack_name, *named)
            return completed(updated, logical_id, new, stack_name)

        def adopt(identifier: Mapping[str, str]) -> tuple[str, Json]:
            known = self._adopting(resource_type)(identifier)
            own = handler["import"](identifier) if "import" in handler else known
            return own[0], known[1] | (own[1] or {})

        whole = handler | {"create": create, "import": adopt}
        return whole | {"update": update, "update_with_logical_id": True} if "update" in handler else whole


def _either(refused: Callable[[Mapping[str, Json]], bool], recording: Handler, emulating: Handler) -> Handler:
    """Record a resource that ministack refuses; emulate any other of the type."""

    def create(logical_id: str, properties: Json, stack_name: str) -> Json:
        chosen = recording if refused(properties) else emulating
        return chosen["create"](logical_id, properties, stack_name)

    def update(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str) -> Json:
        if refused(old) and refused(new):
            return recording["update"](physical_id, old, new, stack_name, logical_id)
        if not refused(old) and not refused(new):
            named = (logical_id,) if emulating.get("update_with_logical_id") else ()
            return emulating["update"](physical_id, old, new, stack_name, *named)
        delete(physical_id, old)
        return create(logical_id, new, stack_name)

    def delete(physical_id: str, properties: Json) -> Json:
        return (recording if refused(properties) else emulating)["delete"](physical_id, properties)

    return emulating | {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


class Replacing(dict[str, tuple[str, ...]]):
    """ministack's table of replacing properties, completed from the schema for types that it does not list."""

    def __init__(self, listed: Mapping[str, tuple[str, ...]], always: bool) -> None:
        super().__init__(listed)
        self._always = always

    def get(self, resource_type: str, default: Json = None) -> Json:
        if resource_type not in self and resource_type in recorded.schema_files():
            always, depends = recorded.replacing(resource_type)
            self[resource_type] = always if self._always else depends
        return super().get(resource_type, default)
