"""ECS services on Fargate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, ecs, servicediscovery

from compiler.kinds.services.scaling import Scale, scaling_resources
from compiler.kinds.services.target_groups import (
    Ingress,
    WayIn,
    listener_rule,
    network_rules,
    request_alarms,
    rule_id,
    target_dimensions,
    target_group,
    target_group_id,
)
from compiler.meaning.resolved import ResolvedComponent
from compiler.program import glue
from compiler.program.component import AlarmSpec, Capability, Chart, Output, Platform, Port, Value
from compiler.program.frozen import frozen
from compiler.shared.balancers import INTERNAL, internal_port
from compiler.shared.cluster import CLUSTER_ID, TaskCluster
from compiler.shared.ingress import fronts, inside_host, routes_of
from compiler.shared.metrics import query
from compiler.shared.service_names import NAMESPACE_ID, is_called, namespace
from compiler.shared.subnets import private_subnets
from compiler.shared.tasks import Task
from compiler.shared.vpc_origins import vpc_origin_id


@frozen()
class Deployment:
    """Healthy tasks during a deployment, in percent of the wanted number."""

    minimum_percent: int
    maximum_percent: int


@frozen(kw_only=True)
class Service(Task):
    """Tasks that are kept running, behind a load balancer or not."""

    port: int | None
    ingress: Ingress | None
    ingresses: Mapping[str, Ingress]
    scale: Scale
    spot: int | bool
    deployment: Deployment

    @property
    def running(self) -> tuple[str, str]:
        return self.main_id, ecs.Service.resource_type

    @property
    def ports(self) -> tuple[int, ...]:
        own = (way.port for way in self._ways_in() if not way.ingress.sidecar)
        return tuple(dict.fromkeys((self.port, *own))) if self.port else ()

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield from self.task_resources(platform)
        asked = {one.word: one for one in routes_of(self._resolved(platform))}
        for way in self._ways_in():
            yield target_group(self, way)
            yield listener_rule(platform, self, way, asked[way.word])
        yield from network_rules(platform, self, self._ways_in())
        if is_called(platform, self):
            yield self._names()
        yield self._service(platform)
        yield from scaling_resources(platform, self, self.scale, self._balancer())

    def _ways_in(self) -> tuple[WayIn, ...]:
        """The ports that take the requests of a load balancer, of the service's own container or of a sidecar."""
        every = ({"": self.ingress} if self.ingress else {}) | dict(self.ingresses)
        ports = {word: self._port_of(one) for word, one in every.items()}
        return tuple(WayIn(word, port, every[word]) for word, port in ports.items() if port)

    def _port_of(self, ingress: Ingress) -> int | None:
        return self.sidecars[ingress.sidecar].port if ingress.sidecar else ingress.port or self.port

    def _balancer(self) -> dict[str, str]:
        ids = [{"balancer": way.scheme.id, "group": target_group_id(self, way)} for way in self._ways_in()]
        return ids[0] if ids else {}

    @property
    def _names_id(self) -> str:
        return f"{self.stem}Names"

    @property
    def host_label(self) -> str:
        """First part of the service's name in the network: without underscores, which URLs do not take."""
        return self.name.replace("_", "-")

    def _names(self) -> servicediscovery.Service:
        """The addresses of the tasks that are well, as ECS tells them.

        Source: ECS developer guide, "Use service discovery to connect Amazon ECS services with DNS names".
        """
        records = [servicediscovery.DnsRecord(Type="A", TTL=10)]
        return servicediscovery.Service(
            self._names_id,
            Name=self.host_label,
            NamespaceId=Ref(NAMESPACE_ID),
            Description=f"Tasks of {self.name}",
            DnsConfig=servicediscovery.DnsConfig(DnsRecords=records, RoutingPolicy="MULTIVALUE"),
            HealthCheckCustomConfig=servicediscovery.HealthCheckCustomConfig(FailureThreshold=1),
        )

    def _resolved(self, platform: Platform) -> ResolvedComponent:
        return platform.spec.sections[self.section][self.name]

    def _service(self, platform: Platform) -> ecs.Service:
        return ecs.Service(
            self.main_id,
            Cluster=Ref(CLUSTER_ID),
            TaskDefinition=Ref(self.task_definition_id),
            CapacityProviderStrategy=self._capacity(),
            PlatformVersion="LATEST",
            NetworkConfiguration=self._network(platform),
            DeploymentConfiguration=self._deployment(),
            AvailabilityZoneRebalancing="ENABLED" if self.deployment.maximum_percent > 100 else "DISABLED",
            EnableECSManagedTags=True,
            EnableExecuteCommand=self.exec,
            PropagateTags="SERVICE",
            **self._balanced(),
            **self._registered(platform),
            # a number in the template would undo, at each deployment, what scaling has done
            **({"DesiredCount": self.scale.min} if self.scale.fixed and not self._count_is_theirs else {}),
            **self._waits(platform),
        )

    @property
    def _count_is_theirs(self) -> bool:
        """Whether others set the number of tasks, which CloudFormation leaves alone when the template has none.

        Source: CloudFormation template reference, AWS::ECS::Service, DesiredCount.
        """
        return "desired_count" in self.ignore

    def _capacity(self) -> list[ecs.CapacityProviderStrategyItem]:
        """Always a strategy and never a launch type, so that `spot` changes the service in place."""
        spot = 100 if self.spot is True else int(self.spot)
        weights = {"FARGATE": 100 - spot, "FARGATE_SPOT": spot}
        base = {"Base": 1} if 0 < spot < 100 else {}
        return [
            ecs.CapacityProviderStrategyItem(
                CapacityProvider=name, Weight=weight, **(base if name == "FARGATE" else {})
            )
            for name, weight in weights.items()
            if weight
        ]

    def _network(self, platform: Platform) -> ecs.NetworkConfiguration:
        return ecs.NetworkConfiguration(
            AwsvpcConfiguration=ecs.AwsvpcConfiguration(
                AssignPublicIp="DISABLED",
                SecurityGroups=[Ref(self.security_group_id)],
                Subnets=private_subnets(platform),
            )
        )

    def _deployment(self) -> ecs.DeploymentConfiguration:
        return ecs.DeploymentConfiguration(
            DeploymentCircuitBreaker=ecs.DeploymentCircuitBreaker(Enable=True, Rollback=True),
            MinimumHealthyPercent=self.deployment.minimum_percent,
            MaximumPercent=self.deployment.maximum_percent,
        )

    def _balanced(self) -> dict[str, object]:
        ways = self._ways_in()
        if not ways:
            return {}
        balanced = [
            ecs.LoadBalancer(
                ContainerName=way.ingress.sidecar or self.name,
                ContainerPort=way.port,
                TargetGroupArn=Ref(target_group_id(self, way)),
            )
            for way in ways
        ]
        grace = max(way.ingress.grace_seconds for way in ways)
        return {"LoadBalancers": balanced, "HealthCheckGracePeriodSeconds": grace}

    def _registered(self, platform: Platform) -> dict[str, object]:
        registries = [ecs.ServiceRegistry(RegistryArn=GetAtt(self._names_id, "Arn"))]
        return {"ServiceRegistries": registries} if is_called(platform, self) else {}

    def _waits(self, platform: Platform) -> dict[str, object]:
        """Tasks start when they may do and reach all they use; a target group must have its load balancer by then."""
        ids = [*glue.waits(platform, self), *(str(one.title) for one in glue.glue(platform, self))]
        ids += [rule_id(self, way) for way in self._ways_in()]
        ids += [str(one.title) for one in network_rules(platform, self, self._ways_in())]
        return {"DependsOn": sorted(set(ids))} if ids else {}

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        there = {way.ingress.public for way in self._ways_in()}
        front = Capability(environment={"DOMAIN": self._front(platform)})
        if False in there:
            existing = platform.components["load_balancer"].existing is not None
            group = Ref(INTERNAL.security_group_id)
            port = Port(internal_port(platform.spec), group, behind="internal-load-balancer", existing=existing)
            route = Capability(ports=(port,))
            origin = front if True in there else self._inside(platform)
            return {"route": route, "origin": origin, **self._both(platform)}
        return {"route": Capability(), "origin": front, **self._both(platform)}

    def _both(self, platform: Platform) -> Mapping[str, Capability]:
        """What a service offers whatever its ingress is."""
        groups = {way.scheme.word: Ref(target_group_id(self, way)) for way in reversed(self._ways_in())}
        return {
            "call": self._called(platform),
            "logs": Capability(log_groups=(self.log_group_id,)),
            "forward": Capability(environment=groups),
        }

    def _inside(self, platform: Platform) -> Capability:
        """For CloudFront, which comes through a VPC origin and asks by a name that the listener's rule is for."""
        host = inside_host(self._resolved(platform), platform.spec)
        about = {"DOMAIN": host or GetAtt(INTERNAL.id, "DNSName"), "VPC_ORIGIN": Ref(vpc_origin_id(platform.spec))}
        return Capability(environment=about)

    def _front(self, platform: Platform) -> str:
        """A name under which the internet-facing load balancer answers for the service; empty when there is none."""
        return next(iter(fronts(self._resolved(platform), platform.spec)), "")

    def _called(self, platform: Platform) -> Capability:
        """Of text alone, so that services may call each other without a circle of resources."""
        if not self.port:
            return Capability()
        host = f"{self.host_label}.{namespace(platform)}"
        variables = {"HOST": host, "PORT": str(self.port), "URL": f"http://{host}:{self.port}"}
        return Capability(ports=(Port(self.port, Ref(self.security_group_id)),), environment=variables)

    def attributes(self) -> Mapping[str, Value]:
        return {
            "name": GetAtt(self.main_id, "Name"),
            "log_group": Ref(self.log_group_id),
            "role_arn": GetAtt(self.role_id, "Arn"),
            "security_group": Ref(self.security_group_id),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Name", GetAtt(self.main_id, "Name"), f"Name of the ECS service {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield self._load("CpuHigh", "CPUUtilization", "CPU")
        yield self._load("MemoryHigh", "MemoryUtilization", "memory")
        counted = any(one.container_insights != "disabled" for one in platform.of(TaskCluster))
        if self.scale.fewest and counted and not self._count_is_theirs:
            yield self._too_few()
        for number, way in enumerate(self._ways_in(), 1):
            yield from request_alarms(self, way, str(number) if number > 1 else "")

    def _load(self, name: str, metric: str, word: str) -> AlarmSpec:
        return AlarmSpec(
            name=name,
            description=f"{self.name} uses more than 90 % of its {word} for 15 minutes",
            metrics=(query("AWS/ECS", metric, "Average", self._dimensions()),),
            threshold=90,
            evaluation_periods=15,
            datapoints=15,
        )

    def _too_few(self) -> AlarmSpec:
        return AlarmSpec(
            name="TasksMissing",
            description=f"{self.name} runs fewer than its {self.scale.fewest} tasks for 10 minutes",
            metrics=(query("ECS/ContainerInsights", "RunningTaskCount", "Minimum", self._dimensions()),),
            threshold=self.scale.fewest,
            comparison="LessThanThreshold",
            evaluation_periods=10,
            datapoints=10,
        )

    def _dimensions(self) -> dict[str, Value]:
        return {"ClusterName": Ref(CLUSTER_ID), "ServiceName": GetAtt(self.main_id, "Name")}

    def charts(self, platform: Platform) -> Iterable[Chart]:
        load = _flat(self._dimensions())
        metrics = ("CPUUtilization", "MemoryUtilization")
        yield Chart(f"Service {self.name}: load", tuple(("AWS/ECS", metric, *load) for metric in metrics))
        for way in self._ways_in():
            name = f"{self.name} ({way.word})" if way.word else self.name
            target = _flat(target_dimensions(self, way))
            counts = ("RequestCount", "HTTPCode_Target_5XX_Count")
            rows = tuple(("AWS/ApplicationELB", metric, *target) for metric in counts)
            yield Chart(f"Service {name}: requests", rows, "Sum")
            slow = (("AWS/ApplicationELB", "TargetResponseTime", *target),)
            yield Chart(f"Service {name}: response time", slow, "p95")


def _flat(dimensions: Mapping[str, Value]) -> tuple[Value, ...]:
    return tuple(part for pair in dimensions.items() for part in pair)


KIND = Service
