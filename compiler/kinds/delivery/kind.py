"""Roles for pipelines, the providers of their tokens, and the role of CloudFormation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, iam

from compiler.kinds.delivery.permissions import permissions
from compiler.kinds.delivery.settings import DeliveryRole, Providers, host_of
from compiler.kinds.delivery.trust import audience, trust_policy, usual_audience
from compiler.language.names import pascal
from compiler.language.times import in_seconds
from compiler.program.component import Component, Output, Platform, Value
from compiler.shared.keep import deletion
from compiler.shared.roles import policy
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Delivery(Component):
    """Everything with which a pipeline deploys this environment."""

    providers: Providers
    roles: Mapping[str, DeliveryRole]
    service_role: Json
    bucket: str | None

    @property
    def main_id(self) -> str:
        """The first role of the spec."""
        return self._role_id(next(iter(self.roles)))

    @property
    def service_role_id(self) -> str:
        """Without the ending of the roles, so that a role may have any name."""
        return f"{self.stem}Execution"

    @property
    def service_role_arn(self) -> Value | None:
        made = isinstance(self.service_role, Mapping)
        return GetAtt(self.service_role_id, "Arn") if made else self.service_role

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        for name, provider in self.providers.said.items():
            if isinstance(provider, Mapping):
                yield self._provider(name, provider)
        if isinstance(self.service_role, Mapping):
            yield self._execution(platform, self.service_role)
        for name, role in self.roles.items():
            yield self._role(name, role, platform)

    def _role_id(self, name: str) -> str:
        return f"{self.stem}{pascal(name)}Role"

    def _provider_id(self, name: str) -> str:
        return f"{self.stem}{pascal(name)}Provider"

    def _provider(self, name: str, provider: Json) -> iam.OIDCProvider:
        """Without a thumbprint: IAM knows the usual authorities, and reads the thumbprint of any other host itself.

        Source: IAM user guide, "Obtain the thumbprint for an OpenID Connect identity provider".
        """
        host = host_of(provider)
        audiences = {audience(role, host) for role in self.roles.values() if role.provider == name}
        return iam.OIDCProvider(
            self._provider_id(name),
            Url=f"https://{host}",
            ClientIdList=sorted({*audiences, usual_audience(name, host)} - {""}),
        )

    def _provider_arn(self, name: str) -> Value:
        provider = self.providers.said[name]
        return provider if isinstance(provider, str) else Ref(self._provider_id(name))

    def _role(self, name: str, role: DeliveryRole, platform: Platform) -> iam.Role:
        grants = [*permissions(role, platform, self.bucket, self.service_role_arn)]
        host = host_of(self.providers.said[role.provider])
        return iam.Role(
            self._role_id(name),
            Description=f"{role.may.capitalize()} {platform.name} {platform.environment} from {role.repository}"[:1000],
            AssumeRolePolicyDocument=trust_policy(role, host, self._provider_arn(role.provider)),
            MaxSessionDuration=in_seconds(role.session_hours, "hours"),
            Policies=[policy(role.may, grants)],
            **({"PermissionsBoundary": role.boundary} if role.boundary else {}),
        )

    def _execution(self, platform: Platform, said: Json) -> iam.Role:
        """Stays when its stack is deleted: CloudFormation needs it until the last resource is gone."""
        return iam.Role(
            self.service_role_id,
            Description=f"CloudFormation for {platform.name} {platform.environment}: {said['reason']}",
            AssumeRolePolicyDocument=_trust(),
            ManagedPolicyArns=list(said["policies"]),
            **({"PermissionsBoundary": said["boundary"]} if said["boundary"] else {}),
            **deletion("retain"),
        )

    def outputs(self, platform: Platform) -> Iterable[Output]:
        for name in self.roles:
            arn = GetAtt(self._role_id(name), "Arn")
            yield Output(f"{self._role_id(name)}Arn", arn, f"Role that the pipeline {name} takes")
        yield from self._execution_output()

    def _execution_output(self) -> Iterator[Output]:
        if self.service_role_arn is not None:
            yield Output(f"{self.service_role_id}Arn", self.service_role_arn, "Role with which CloudFormation deploys")


def _trust() -> PolicyDocument:
    """As in the CloudFormation user guide, "CloudFormation service role", which names no condition; iam:PassRole holds
    the role to this account.
    """
    service = Principal("Service", "cloudformation.amazonaws.com")
    allow = Statement(Effect=Allow, Principal=service, Action=[Action("sts", "AssumeRole")])
    return PolicyDocument(Version="2012-10-17", Statement=[allow])


KIND = Delivery
