"""ElastiCache replication groups with their users, subnet, parameter and security groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from troposphere import AWSObject, GetAtt, Ref, Sub, elasticache, secretsmanager

from compiler.kinds.caches.engines import family, takes_tokens
from compiler.program.component import AlarmSpec, Capability, Chart, Component, Grant, Output, Platform, Port, Value
from compiler.program.frozen import frozen
from compiler.shared.keep import deletion
from compiler.shared.physical_names import physical_name
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.secrets import by_secret, generated_password
from compiler.shared.security_groups import security_group
from compiler.shared.subnets import isolated_subnets
from compiler.source.json_value import Json

_LONGEST_ID = 40
_USER_ENGINE = "redis"
"""Users and groups of this engine serve Valkey too, and stay in place when a cache moves from Redis OSS to Valkey."""
_NOBODY = "off -@all"
_PASSWORD_LENGTH = 64


@frozen(kw_only=True)
class Cache(Component):
    """One replication group. Its default user can't do anything; applications have a user of their own."""

    engine: str
    version: str
    node: str
    nodes: int
    shards: int
    auth: str
    access: str
    port: int
    eviction: str
    engine_parameters: Mapping[str, str | int | float]
    snapshot_days: int
    snapshot_window: str | None
    maintenance_window: str | None
    auto_minor_upgrade: bool
    keep: str

    @property
    def group_id(self) -> str:
        """Logical id of the security group in front of the cache."""
        return f"{self.main_id}SecurityGroup"

    @property
    def _secret_id(self) -> str:
        return f"{self.main_id}Secret"

    @property
    def _clustered(self) -> bool:
        return self.shards > 1

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield security_group(self.group_id, f"Cache {self.name}")
        yield elasticache.SubnetGroup(
            f"{self.main_id}Subnets",
            Description=f"Isolated subnets of {self.name}",
            SubnetIds=isolated_subnets(platform),
        )
        yield elasticache.ParameterGroup(
            f"{self.main_id}Parameters",
            Description=f"Parameters of {self.name}",
            CacheParameterGroupFamily=family(self.engine, self.version),
            Properties=self._parameters(),
        )
        yield from self._sign_in(platform)
        yield self._group()

    def _parameters(self) -> dict[str, str]:
        own = {name: str(value) for name, value in self.engine_parameters.items()}
        cluster = {"cluster-enabled": "yes"} if self._clustered else {}
        return {**own, "maxmemory-policy": self.eviction, **cluster}

    def _sign_in(self, platform: Platform) -> Iterator[AWSObject]:
        """A user group must have a user named default; ours is off, and its password serves only as its lock."""
        yield self._secret()
        password = Sub(f"{{{{resolve:secretsmanager:${{{self._secret_id}}}:SecretString:password}}}}")
        by_password = elasticache.AuthenticationMode(Type="password", Passwords=[password])
        by_token = elasticache.AuthenticationMode(Type="iam")
        yield elasticache.User(
            f"{self.main_id}DefaultUser",
            Engine=_USER_ENGINE,
            UserId=self._id(platform, "default"),
            UserName="default",
            AccessString=_NOBODY,
            AuthenticationMode=by_password,
        )
        yield elasticache.User(
            f"{self.main_id}User",
            Engine=_USER_ENGINE,
            UserId=self._id(platform, "app"),
            UserName=self._user_name(platform),
            AccessString=f"on {self.access}",
            AuthenticationMode=by_token if self.auth == "iam" else by_password,
        )
        yield elasticache.UserGroup(
            f"{self.main_id}Users",
            Engine=_USER_ENGINE,
            UserGroupId=self._id(platform, "users"),
            UserIds=[Ref(f"{self.main_id}DefaultUser"), Ref(f"{self.main_id}User")],
        )

    def _id(self, platform: Platform, part: str) -> str:
        """Ids of users are unique in an account and region; for IAM the user's name is its id."""
        return physical_name((platform.name, platform.environment, self.name, part), _LONGEST_ID)

    def _user_name(self, platform: Platform) -> str:
        return self._id(platform, "app") if self.existing is None else str(self.existing["user"])

    def _secret(self) -> secretsmanager.Secret:
        return secretsmanager.Secret(
            self._secret_id,
            Description=f"Password of the cache {self.name}",
            KmsKeyId=KEY_ARN,
            GenerateSecretString=generated_password("{}", _PASSWORD_LENGTH),
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
        )

    def _group(self) -> elasticache.ReplicationGroup:
        return elasticache.ReplicationGroup(
            self.main_id,
            ReplicationGroupDescription=f"Cache {self.name}",
            Engine=self.engine,
            EngineVersion=self.version,
            CacheNodeType=self.node,
            Port=self.port,
            CacheParameterGroupName=Ref(f"{self.main_id}Parameters"),
            CacheSubnetGroupName=Ref(f"{self.main_id}Subnets"),
            SecurityGroupIds=[Ref(self.group_id)],
            UserGroupIds=[Ref(f"{self.main_id}Users")],
            AtRestEncryptionEnabled=True,
            KmsKeyId=KEY_ARN,
            TransitEncryptionEnabled=True,
            AutoMinorVersionUpgrade=self.auto_minor_upgrade,
            **self._encryption_mode(),
            **self._size(),
            **self._snapshots(),
            **deletion(self.keep, "Snapshot"),
        )

    def _size(self) -> Mapping[str, Json]:
        """Cluster mode needs failover even without replicas; zones need a replica (ElastiCache user guide)."""
        spread = {"AutomaticFailoverEnabled": self._clustered or self.nodes > 1, "MultiAZEnabled": self.nodes > 1}
        if self._clustered:
            return {**spread, "NumNodeGroups": self.shards, "ReplicasPerNodeGroup": self.nodes - 1}
        return {**spread, "NumCacheClusters": self.nodes}

    def _encryption_mode(self) -> Mapping[str, Json]:
        """Before Redis OSS 7 there is no mode: encryption in transit is always required."""
        return {"TransitEncryptionMode": "required"} if takes_tokens(self.engine, self.version) else {}

    def _snapshots(self) -> Mapping[str, Json]:
        windows = {"SnapshotWindow": self.snapshot_window, "PreferredMaintenanceWindow": self.maintenance_window}
        said = {name: value for name, value in windows.items() if value}
        return {"SnapshotRetentionLimit": self.snapshot_days, **said}

    @property
    def _host(self) -> Value:
        return GetAtt(self.main_id, "ConfigurationEndPoint.Address" if self._clustered else "PrimaryEndPoint.Address")

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        port = Port(self.port, Ref(self.group_id))
        if self.auth == "iam" and self.existing is None:
            token = Grant(("elasticache:Connect",), (self._arn("replicationgroup"), self._arn("user")))
            variables = {**self._environment(platform), "NAME": Ref(self.main_id)}
            return {"connect": Capability((token,), (port,), variables)}
        keys = {"PASSWORD": Sub(f"${{{self._secret_id}}}:password::")}
        sign_in = by_secret(Ref(self._secret_id), keys, platform)
        variables = {**self._environment(platform), **sign_in.environment}
        return {"connect": replace(sign_in, ports=(port,), environment=variables)}

    def _arn(self, kind: str) -> Value:
        logical_id = self.main_id if kind == "replicationgroup" else f"{self.main_id}User"
        place = "arn:${AWS::Partition}:elasticache:${AWS::Region}:${AWS::AccountId}"
        return Sub(f"{place}:{kind}:${{{logical_id}}}")

    def _environment(self, platform: Platform) -> Mapping[str, Value]:
        found: dict[str, Value] = {
            "HOST": self._host,
            "PORT": str(self.port),
            "TLS": "true",
            "USERNAME": self._user_name(platform),
        }
        if self._clustered:
            return {**found, "CLUSTER": "true"}
        reader = {"READER_HOST": GetAtt(self.main_id, "ReaderEndPoint.Address")} if self.nodes > 1 else {}
        return {**found, **reader}

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        reading = not self._clustered and self.nodes > 1
        reader = {"reader": GetAtt(self.main_id, "ReaderEndPoint.Address")} if reading else {}
        return {
            "host": self._host,
            **reader,
            "user": self._user_name(platform),
            "secret": Ref(self._secret_id),
            "key": KEY_ARN,
            "security_group": Ref(self.group_id),
        }

    def attributes(self) -> Mapping[str, Value]:
        return {
            "endpoint": self._host,
            "port": str(self.port),
            "username": Ref(f"{self.main_id}User"),
            "id": Ref(self.main_id),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Endpoint", self._host, f"Host name of the cache {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        """One of each kind a shard: CloudWatch takes ten metrics in an alarm, and a shard has at most six nodes."""
        for shard in range(1, self.shards + 1):
            number = str(shard) if self._clustered else ""
            yield AlarmSpec(
                name=f"EvictionsIncreasing{number}",
                description=f"The cache {self.name} evicts more keys in each of three periods of five minutes",
                metrics=self._over_nodes(shard, "Evictions", "Sum", "DIFF(SUM({}))"),
                threshold=0,
                evaluation_periods=3,
                datapoints=3,
            )
            yield AlarmSpec(
                name=f"CpuHigh{number}",
                description=f"The engine of a node of the cache {self.name} is above 90 % CPU for 15 minutes",
                metrics=self._over_nodes(shard, "EngineCPUUtilization", "Average", "MAX({})"),
                threshold=90,
                evaluation_periods=3,
                datapoints=3,
            )
            yield AlarmSpec(
                name=f"MemoryHigh{number}",
                description=f"A node of the cache {self.name} uses over 90 % of its memory for 15 minutes",
                metrics=self._over_nodes(shard, "DatabaseMemoryUsagePercentage", "Maximum", "MAX({})"),
                threshold=90,
                evaluation_periods=3,
                datapoints=3,
            )

    def _over_nodes(self, shard: int, metric: str, statistic: str, expression: str) -> tuple[Mapping[str, Json], ...]:
        """A metric of each node of a shard, and the one value that `expression` makes of all of them."""
        ids = [f"node{number}" for number in range(1, self.nodes + 1)]
        single: list[Mapping[str, Json]] = [
            {
                "Id": name,
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/ElastiCache",
                        "MetricName": metric,
                        "Dimensions": [{"Name": "CacheClusterId", "Value": node}],
                    },
                    "Period": 300,
                    "Stat": statistic,
                },
                "ReturnData": False,
            }
            for name, node in zip(ids, self._node_ids(shard), strict=True)
        ]
        whole = {"Id": "value", "Expression": expression.format(f"[{','.join(ids)}]"), "ReturnData": True}
        return (*single, whole)

    def _node_ids(self, shard: int) -> list[Value]:
        """AWS names the nodes after the group: ``<id>-001``, and with shards ``<id>-0001-001``."""
        part = f"-{shard:04}" if self._clustered else ""
        return [Sub(f"${{{self.main_id}}}{part}-{node:03}") for node in range(1, self.nodes + 1)]

    def charts(self, platform: Platform) -> Iterable[Chart]:
        shown = {
            "hit rate %": "CacheHitRate",
            "memory %": "DatabaseMemoryUsagePercentage",
            "engine CPU %": "EngineCPUUtilization",
            "evictions": "Evictions",
            "connections": "CurrConnections",
        }
        nodes = [node for shard in range(1, self.shards + 1) for node in self._node_ids(shard)]
        for title, metric in shown.items():
            rows = tuple(("AWS/ElastiCache", metric, "CacheClusterId", node) for node in nodes)
            yield Chart(f"Cache {self.name}: {title}", rows, "Sum" if metric == "Evictions" else "Average")


KIND = Cache
