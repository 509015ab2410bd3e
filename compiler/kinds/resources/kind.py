"""Raw CloudFormation resources, with what they offer declared beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from troposphere import AWSObject, GenericHelperFn, GetAtt, Ref

from compiler.language.resource_types import attributes
from compiler.program.component import Capability, Component, Grant, Platform, Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_PARTS = ("DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy", "Metadata", "DependsOn")
_LOG_GROUP = "AWS::Logs::LogGroup"


@frozen()
class _Written:
    """A resource whose body stands in the spec: what the program asks of an AWSObject, without a type's properties."""

    title: str
    body: Mapping[str, Json]

    def to_dict(self) -> dict[str, Json]:
        return dict(self.body)


@frozen()
class Verb:
    """What one verb gives to whoever uses the resource."""

    actions: tuple[str, ...]
    resources: tuple[Json, ...] | None
    environment: Mapping[str, Json]


@frozen(kw_only=True)
class RawResource(Component):
    """One resource; the capital names are CloudFormation's own."""

    Type: str
    Properties: Mapping[str, Json]
    DependsOn: tuple[str, ...]
    DeletionPolicy: str | None
    UpdateReplacePolicy: str | None
    CreationPolicy: Mapping[str, Json] | None
    UpdatePolicy: Mapping[str, Json] | None
    Metadata: Mapping[str, Json] | None
    logical_id: str | None
    layer: str
    verbs: Mapping[str, Verb]

    @property
    def main_id(self) -> str:
        return self.logical_id or self.stem

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        body: dict[str, Json] = {"Type": self.Type}
        body |= {"Properties": dict(self.Properties)} if self.Properties else {}
        said = {part: getattr(self, part) for part in _PARTS}
        said["DependsOn"] = list(self.DependsOn)
        yield _Written(self.main_id, body | {part: value for part, value in said.items() if value})

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        own = {name: self._capability(verb) for name, verb in self.verbs.items()}
        groups = (self.main_id,) if self.Type == _LOG_GROUP else ()
        return {**own, "logs": replace(own.get("logs", Capability()), log_groups=groups)}

    def _capability(self, verb: Verb) -> Capability:
        resources = (self._arn,) if verb.resources is None else tuple(_value(one) for one in verb.resources)
        grants = (Grant(verb.actions, resources),) if verb.actions else ()
        return Capability(grants, environment={name: _value(one) for name, one in verb.environment.items()})

    @property
    def _arn(self) -> Value:
        return GetAtt(self.main_id, "Arn")

    def attributes(self) -> Mapping[str, Value]:
        of_type = {name: GetAtt(self.main_id, name) for name in attributes(self.Type)}
        return {"ref": Ref(self.main_id), **of_type}


def _value(said: Json) -> Value:
    """Text, or an intrinsic as the spec writes it."""
    return said if isinstance(said, str) else GenericHelperFn(said)


KIND = RawResource
