"""Amazon EKS clusters with their nodes, Fargate profiles, add-ons and access entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref

from compiler.kinds.clusters import metrics
from compiler.kinds.clusters.access import entries
from compiler.kinds.clusters.addons import add_ons, before_nodes
from compiler.kinds.clusters.autoscaler import scaling
from compiler.kinds.clusters.control_plane import control_plane, log_group_id
from compiler.kinds.clusters.fargate import profile_ids, profiles
from compiler.kinds.clusters.load_balancers import controller, tags
from compiler.kinds.clusters.nodes import group_ids, node_groups
from compiler.kinds.clusters.pod_logs import pod_groups, pod_logs
from compiler.kinds.clusters.settings import ClusterSettings
from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, Port, Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_HTTPS = 443


@frozen(kw_only=True)
class Cluster(ClusterSettings):
    """One cluster."""

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield from control_plane(self, platform)
        yield from pod_logs(self, platform)
        yield from node_groups(self, platform, before_nodes(self))
        yield from profiles(self, platform)
        yield from add_ons(self, platform, [*group_ids(self), *profile_ids(self)])
        if self.load_balancers and not self.auto:
            yield from controller(self, platform)
        yield from entries(self)

    def subnet_tags(self, tier: str) -> Mapping[str, str]:
        return tags(tier) if self.load_balancers else {}

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        find = Grant(("eks:DescribeCluster",), (GetAtt(self.main_id, "Arn"),))
        connect = Capability(
            grants=(find,),
            ports=(Port(_HTTPS, GetAtt(self.main_id, "ClusterSecurityGroupId")),),
            environment={"NAME": Ref(self.main_id), "ENDPOINT": GetAtt(self.main_id, "Endpoint")},
        )
        logs = Capability(log_groups=(log_group_id(self), *pod_groups(self)))
        return {"connect": connect, "scale": scaling(self), "run": Capability(), "logs": logs}

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        words = ("endpoint", "security_group", "oidc_issuer", "certificate_authority")
        found = self.attributes()
        return {"id": found["name"], **{word: found[word] for word in words}}

    def attributes(self) -> Mapping[str, Value]:
        return {
            "name": Ref(self.main_id),
            "arn": GetAtt(self.main_id, "Arn"),
            "endpoint": GetAtt(self.main_id, "Endpoint"),
            "certificate_authority": GetAtt(self.main_id, "CertificateAuthorityData"),
            "oidc_issuer": GetAtt(self.main_id, "OpenIdConnectIssuerUrl"),
            "security_group": GetAtt(self.main_id, "ClusterSecurityGroupId"),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        about = f"Name of the cluster {self.name}, for aws eks update-kubeconfig"
        yield Output(f"{self.stem}Name", Ref(self.main_id), about)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        return metrics.alarms(self)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        return metrics.charts(self)


KIND = Cluster
