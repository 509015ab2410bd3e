"""ECS services on Fargate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, ecs, servicediscovery

from compiler.kinds.services.scaling import Scale, scaling_resources
from compiler.kinds.services.target_groups import (
    Ingress,
    listener_rule,
    network_rules,
    rule_id,
    target_group,
    target_group_id,
)
from compiler.program import glue
from compiler.program.component import AlarmSpec, Capability, Chart, Output, Platform, Port, Value
from compiler.program.frozen import frozen
from compiler.shared.balancers import INTERNAL, internal_port
from compiler.shared.cluster import CLUSTER_ID, TaskCluster
from compiler.shared.ingress import Route, fronts, inside_host, routes
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
    scale: Scale
    spot: int | bool
    deployment: Deployment

    @property
    def ports(self) -> tuple[int, ...]:
        return (self.port,) if self.port else ()

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield from self.task_resources(platform)
        for port, way_in in self._ways_in():
            yield target_group(self, way_in, port)
            yield listener_rule(self, way_in, self._route(platform))
            yield from network_rules(platform, self, way_in, port)
        if is_called(platform, self):
            yield self._names()
        yield self._service(platform)
        yield from scaling_resources(platform, self, self.scale, self._balancer())

    def _ways_in(self) -> tuple[tuple[int, Ingress], ...]:
        """The port that takes the requests of a load balancer, of the service's own container or of a sidecar."""
        if not self.ingress:
            return ()
        port = self.sidecars[self.ingress.sidecar].port if self.ingress.sidecar else self.port
        return ((port, self.ingress),) if port else ()

    def _balancer(self) -> dict[str, str]:
        ids = [{"balancer": one.scheme.id, "group": target_group_id(self, one)} for _, one in self._ways_in()]
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

    def _route(self, platform: Platform) -> Route:
        return next(one for one in routes(platform.spec) if one.service == self.name)

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
            **({"DesiredCount": self.scale.min} if self.scale.fixed else {}),
            **self._waits(platform),
        )

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
        found: dict[str, object] = {}
        for port, way_in in self._ways_in():
            target = Ref(target_group_id(self, way_in))
            container = way_in.sidecar or self.name
            found["LoadBalancers"] = [
                ecs.LoadBalancer(ContainerName=container, ContainerPort=port, TargetGroupArn=target)
            ]
            found["HealthCheckGracePeriodSeconds"] = way_in.grace_seconds
        return found

    def _registered(self, platform: Platform) -> dict[str, object]:
        registries = [ecs.ServiceRegistry(RegistryArn=GetAtt(self._names_id, "Arn"))]
        return {"ServiceRegistries": registries} if is_called(platform, self) else {}

    def _waits(self, platform: Platform) -> dict[str, object]:
        """Tasks start when they may do and reach all they use; a target group must have its load balancer by then."""
        ids = [*glue.waits(platform, self), *(str(one.title) for one in glue.glue(platform, self))]
        for port, way_in in self._ways_in():
            rules = network_rules(platform, self, way_in, port)
            ids += [rule_id(self, way_in), *(str(one.title) for one in rules)]
        return {"DependsOn": sorted(set(ids))} if ids else {}

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        if self.ingress and not self.ingress.public:
            existing = platform.components["load_balancer"].existing is not None
            group = Ref(INTERNAL.security_group_id)
            port = Port(internal_port(platform.spec), group, behind="internal-load-balancer", existing=existing)
            route = Capability(ports=(port,))
            return {"route": route, "origin": self._inside(platform), **self._both(platform)}
        origin = Capability(environment={"DOMAIN": self._front(platform)})
        return {"route": Capability(), "origin": origin, **self._both(platform)}

    def _both(self, platform: Platform) -> Mapping[str, Capability]:
        """What a service offers whatever its ingress is."""
        groups = {one.scheme.word: Ref(target_group_id(self, one)) for _, one in self._ways_in()}
        return {
            "call": self._called(platform),
            "logs": Capability(log_groups=(self.log_group_id,)),
            "forward": Capability(environment=groups),
        }

    def _inside(self, platform: Platform) -> Capability:
        """For CloudFront, which comes through a VPC origin and asks by a name that the listener's rule is for."""
        host = inside_host(platform.spec.sections[self.section][self.name], platform.spec)
        about = {"DOMAIN": host or GetAtt(INTERNAL.id, "DNSName"), "VPC_ORIGIN": Ref(vpc_origin_id(platform.spec))}
        return Capability(environment=about)

    def _front(self, platform: Platform) -> str:
        """A name under which the internet-facing load balancer answers for the service; empty when there is none."""
        return next(iter(fronts(platform.spec.sections[self.section][self.name], platform.spec)), "")

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
        if self.scale.fewest and any(one.container_insights != "disabled" for one in platform.of(TaskCluster)):
            yield self._too_few()
        for _, way_in in self._ways_in():
            yield from self._request_alarms(way_in)

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

    def _request_alarms(self, way_in: Ingress) -> Iterable[AlarmSpec]:
        dimensions = self._target_dimensions(way_in)
        yield AlarmSpec(
            name="TargetsUnhealthy",
            description=f"Tasks of {self.name} fail the load balancer's health check",
            metrics=(query("AWS/ApplicationELB", "UnHealthyHostCount", "Maximum", dimensions),),
            threshold=0,
            evaluation_periods=5,
            datapoints=5,
        )
        yield AlarmSpec(
            name="Errors",
            description=f"{self.name} answers with 5xx more than 10 times a minute",
            metrics=(query("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", dimensions),),
            threshold=10,
        )

    def _dimensions(self) -> dict[str, Value]:
        return {"ClusterName": Ref(CLUSTER_ID), "ServiceName": GetAtt(self.main_id, "Name")}

    def _target_dimensions(self, way_in: Ingress) -> dict[str, Value]:
        return {
            "TargetGroup": GetAtt(target_group_id(self, way_in), "TargetGroupFullName"),
            "LoadBalancer": GetAtt(way_in.scheme.id, "LoadBalancerFullName"),
        }

    def charts(self, platform: Platform) -> Iterable[Chart]:
        load = _flat(self._dimensions())
        metrics = ("CPUUtilization", "MemoryUtilization")
        yield Chart(f"Service {self.name}: load", tuple(("AWS/ECS", metric, *load) for metric in metrics))
        for _, way_in in self._ways_in():
            target = _flat(self._target_dimensions(way_in))
            counts = ("RequestCount", "HTTPCode_Target_5XX_Count")
            rows = tuple(("AWS/ApplicationELB", metric, *target) for metric in counts)
            yield Chart(f"Service {self.name}: requests", rows, "Sum")
            slow = (("AWS/ApplicationELB", "TargetResponseTime", *target),)
            yield Chart(f"Service {self.name}: response time", slow, "p95")


def _flat(dimensions: Mapping[str, Value]) -> tuple[Value, ...]:
    return tuple(part for pair in dimensions.items() for part in pair)


KIND = Service
