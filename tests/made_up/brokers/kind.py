"""Amazon MQ brokers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, amazonmq

from compiler.program.component import AlarmSpec, Capability, Component, Grant, Platform, Port, Value
from compiler.shared.logs import Logs, log_group
from compiler.shared.metrics import query
from compiler.shared.security_groups import security_group
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class Broker(Component):
    """One broker with its log group and security group."""

    user: str
    port: int
    balanced: bool
    failures: str | None
    domain: str | None
    logs: Logs

    @property
    def group_id(self) -> str:
        return f"{self.main_id}SecurityGroup"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield security_group(self.group_id, f"Broker {self.name}")
        yield log_group(f"{self.main_id}LogGroup", self, self.logs, platform)
        yield amazonmq.Broker(
            self.main_id,
            BrokerName=f"{platform.name}-{platform.environment}-{self.name}",
            EngineType="RABBITMQ",
            EngineVersion="3.13",
            HostInstanceType="mq.m5.large",
            DeploymentMode="SINGLE_INSTANCE",
            PubliclyAccessible=False,
            SubnetIds=[Ref("PrivateSubnet1")],
            SecurityGroups=[Ref(self.group_id)],
            Users=[amazonmq.User(Username=self.user, Password="{{resolve:secretsmanager:broker}}")],
        )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        describe = Grant(("mq:DescribeBroker",), (GetAtt(self.main_id, "Arn"),))
        variables: Mapping[str, Value] = {"HOST": self.attributes()["host"], "PORT": str(self.port)}
        port = Port(self.port, Ref(self.group_id))
        logs = Capability(log_groups=(f"{self.main_id}LogGroup",))
        return {"connect": Capability((describe,), ports=(port,), environment=variables), "logs": logs}

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": GetAtt(self.main_id, "Arn"), "host": Ref(self.main_id)}

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        measured = query("AWS/AmazonMQ", "SystemCpuUtilization", "Average", {"Broker": Ref(self.main_id)})
        yield AlarmSpec(
            name="CpuHigh", description=f"The broker {self.name} is busy", metrics=(measured,), threshold=90
        )


KIND = Broker
