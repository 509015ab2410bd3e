"""Systems Manager parameters: plain values, never secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, ssm

from compiler.program.component import Capability, Component, Grant, Output, Platform, Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Parameter(Component):
    """A String, or a StringList where the spec has a list."""

    value: Json
    description: str | None
    parameter_name: str | None
    tier: str

    @property
    def arn(self) -> Value:
        """The name has a slash at its start."""
        return Sub(f"arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter${{{self.main_id}}}")

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        several = isinstance(self.value, list)
        yield ssm.Parameter(
            self.main_id,
            Name=self.parameter_name or f"/{platform.name}/{platform.environment}/{self.name}",
            Description=self.description or f"{self.name} of {platform.name} {platform.environment}",
            Type="StringList" if several else "String",
            Value=",".join(self.value) if several else self.value,
            Tier=self.tier.capitalize(),
        )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        read = Grant(("ssm:GetParameter", "ssm:GetParameters"), (self.arn,))
        inject = Grant(("ssm:GetParameters",), (self.arn,))
        return {
            "read": Capability(
                grants=(read,),
                environment={"NAME": Ref(self.main_id)},
                secrets={"VALUE": self.arn},
                secret_grants=(inject,),
            )
        }

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {"id": Ref(self.main_id)}

    def attributes(self) -> Mapping[str, Value]:
        return {"name": Ref(self.main_id), "arn": self.arn, "value": GetAtt(self.main_id, "Value")}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Name", Ref(self.main_id), f"Name of the parameter {self.name}")


KIND = Parameter
