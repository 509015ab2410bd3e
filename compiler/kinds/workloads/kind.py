"""Workloads of Kubernetes: what pods of a service account may do on AWS, and what they reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from troposphere import AWSObject, GetAtt, Ref, eks, iam, ssm

from compiler.kinds.workloads.identity import trust
from compiler.kinds.workloads.settings import WorkloadSettings
from compiler.kinds.workloads.ways_in import ways_in
from compiler.language.times import in_seconds
from compiler.program.component import Output, Platform, Value
from compiler.program.glue import environment
from compiler.shared.json_text import with_references
from compiler.source.frozen import frozen

_WHOLE_ARNS = {"cfn-lint": {"config": {"ignore_checks": ["I3042"]}}}
"""The spec says the ARNs of what is there already as they are, partition and all."""


@frozen(kw_only=True)
class Workload(WorkloadSettings):
    """A role that pods take, with what they need to know in a parameter."""

    variable_facets: ClassVar[tuple[str, ...]] = ("environment",)

    @property
    def main_id(self) -> str:
        """Logical id of the role: `properties:` changes it whichever way pods get it."""
        return self.role_id

    @property
    def role_id(self) -> str:
        return f"{self.stem}Role"

    @property
    def _parameter_id(self) -> str:
        return f"{self.stem}Settings"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        cluster = platform.components[self.cluster].attributes()
        boundary = {"PermissionsBoundary": self.boundary} if self.boundary else {}
        yield iam.Role(
            self.role_id,
            Description=f"Pods of {self.namespace}/{self.account} in {platform.name} {platform.environment}",
            AssumeRolePolicyDocument=trust(self.identity, cluster, self.namespace, self.account),
            MaxSessionDuration=in_seconds(self.session_hours, "hours"),
            **boundary,
        )
        if self.association_id:
            yield eks.PodIdentityAssociation(
                self.association_id,
                ClusterName=cluster["name"],
                Namespace=self.namespace,
                ServiceAccount=self.account,
                RoleArn=GetAtt(self.role_id, "Arn"),
            )
        yield self._settings(platform)
        yield from ways_in(self, platform)

    def _settings(self, platform: Platform) -> ssm.Parameter:
        """No secrets are among them, only where those are."""
        used = (platform.components[edge.target] for edge in platform.edges_from(self) if edge.prefix)
        there = any(one.existing is not None for one in used)
        return ssm.Parameter(
            self._parameter_id,
            Name=f"/{platform.name}/{platform.environment}/workloads/{self.name}",
            Description=f"Environment variables of the workload {self.name}, as JSON",
            Type="String",
            Tier="Intelligent-Tiering",
            Value=with_references(environment(platform, self)),
            **({"Metadata": _WHOLE_ARNS} if there else {}),
        )

    def attributes(self) -> Mapping[str, Value]:
        return {
            "role_arn": GetAtt(self.role_id, "Arn"),
            "role_name": Ref(self.role_id),
            "settings": Ref(self._parameter_id),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        about = f"Parameter with the environment variables of the workload {self.name}"
        yield Output(f"{self.stem}Settings", Ref(self._parameter_id), about)
        if self.identity == "token":
            annotation = "for the annotation eks.amazonaws.com/role-arn"
            yield Output(f"{self.stem}RoleArn", GetAtt(self.role_id, "Arn"), f"Role of {self.name}, {annotation}")


KIND = Workload
