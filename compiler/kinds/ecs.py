"""The ECS cluster of a platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, ecs, servicediscovery

from compiler.program.component import Capability, Output, Platform, Value
from compiler.shared.cluster import CLUSTER_ID, EXEC_LOGS_ID, TaskCluster
from compiler.shared.logs import Logs, log_group
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.security_groups import VPC_ID
from compiler.shared.service_names import NAMESPACE_ID, is_called, namespace
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Cluster(TaskCluster):
    """A Fargate cluster; sessions of ECS Exec are encrypted and recorded."""

    logs: Logs

    @property
    def main_id(self) -> str:
        return CLUSTER_ID

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield log_group(EXEC_LOGS_ID, self, self.logs, platform)
        yield ecs.Cluster(
            CLUSTER_ID,
            CapacityProviders=["FARGATE", "FARGATE_SPOT"],
            DefaultCapacityProviderStrategy=[ecs.CapacityProviderStrategyItem(CapacityProvider="FARGATE", Weight=1)],
            ClusterSettings=[ecs.ClusterSetting(Name="containerInsights", Value=self.container_insights)],
            Configuration=ecs.ClusterConfiguration(ExecuteCommandConfiguration=_execute_command()),
        )
        if any(is_called(platform, one) for one in platform.components.values()):
            about = f"Services of {platform.name} {platform.environment} by name"
            yield servicediscovery.PrivateDnsNamespace(
                NAMESPACE_ID, Name=namespace(platform), Vpc=Ref(VPC_ID), Description=about
            )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {"logs": Capability(log_groups=(EXEC_LOGS_ID,))}

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {"id": Ref(CLUSTER_ID), "log_group": Ref(EXEC_LOGS_ID)}

    def attributes(self) -> Mapping[str, Value]:
        return {"name": Ref(CLUSTER_ID), "arn": GetAtt(CLUSTER_ID, "Arn")}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}ClusterName", Ref(CLUSTER_ID), "Name of the ECS cluster")


def _execute_command() -> ecs.ExecuteCommandConfiguration:
    return ecs.ExecuteCommandConfiguration(
        KmsKeyId=KEY_ARN,
        Logging="OVERRIDE",
        LogConfiguration=ecs.ExecuteCommandLogConfiguration(
            CloudWatchLogGroupName=Ref(EXEC_LOGS_ID),
            CloudWatchEncryptionEnabled=True,
        ),
    )


KIND = Cluster
