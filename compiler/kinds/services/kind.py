"""ECS services on Fargate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, ecs

from compiler.kinds.services.capacity import Capacity, strategy
from compiler.kinds.services.charts import load_chart, request_charts
from compiler.kinds.services.own_metrics import own_dimensions
from compiler.kinds.services.peers import Peers, peer_ports, peer_rules, peer_variables
from compiler.kinds.services.rollout import Rollout, missing_minutes, rollout
from compiler.kinds.services.scaling import Scale, desired_count, scaling_resources
from compiler.kinds.services.target_groups import (
    Ingress,
    WayIn,
    listener_rule,
    network_rules,
    request_alarms,
    rule_id,
    target_group,
    target_group_id,
)
from compiler.kinds.services.task_alarms import load_alarm, too_few_alarm
from compiler.kinds.services.task_names import task_names
from compiler.language.names import shout
from compiler.meaning.resolved import ResolvedComponent
from compiler.program import glue
from compiler.program.component import AlarmSpec, Capability, Chart, Output, Platform, Port, Value
from compiler.program.encode import alike
from compiler.shared.balancers import INTERNAL, internal_port
from compiler.shared.cluster import CLUSTER_ID, TaskCluster
from compiler.shared.from_cdn import header_value
from compiler.shared.ingress import cdn_only, fronts, inside_host, routes_of
from compiler.shared.service_names import is_called, namespace
from compiler.shared.streams import registered, stream_rules, streams_to
from compiler.shared.subnets import running_subnets
from compiler.shared.tasks import Task
from compiler.shared.vpc_origins import vpc_origin_id
from compiler.source.document import Path
from compiler.source.frozen import frozen


@frozen()
class Deployment:
    """Healthy tasks during a deployment, in percent of the wanted number."""

    minimum_percent: int | None
    maximum_percent: int | None


@frozen(kw_only=True)
class Service(Task):
    """Tasks that are kept running, behind a load balancer or not."""

    port: int | None
    ports: Mapping[str, int]
    peers: Peers | None
    ingress: Ingress | None
    ingresses: Mapping[str, Ingress]
    scale: Scale
    spot: int | bool
    capacity: Capacity | None
    deployment: Deployment

    @property
    def running(self) -> tuple[str, str]:
        return self.main_id, ecs.Service.resource_type

    @property
    def listens(self) -> Mapping[int, str]:
        own = (way.port for way in self._ways_in() if not way.ingress.sidecar)
        unnamed = dict.fromkeys((*([self.port] if self.port else []), *own), "")
        return unnamed | {number: name for name, number in self.ports.items()}

    def called(self, platform: Platform) -> bool:
        verbs = ("call", *(f"call.{name}" for name in self.ports))
        return bool(self.peers) or any(platform.edges_to(self, verb) for verb in verbs)

    def own_environment(self, platform: Platform) -> Mapping[str, Value]:
        return peer_variables(self._host(platform), self._peer_ports()) if self.peers else {}

    def own_variables(self) -> Mapping[str, Path]:
        return dict.fromkeys(peer_variables("", self._peer_ports()), ("peers",)) if self.peers else {}

    def _peer_ports(self) -> dict[str, int]:
        return peer_ports(self.peers, self.port, self.ports) if self.peers else {}

    def _host(self, platform: Platform) -> str:
        """The service's name in the network. Of text alone, so that services may call each other without a circle."""
        return f"{self.host_label}.{namespace(platform)}"

    def further_ports(self, platform: Platform, sidecar: str | None = None) -> Iterable[tuple[int, str]]:
        """Where network load balancers send connections to."""
        own = (one for one in streams_to(platform, self) if one.sidecar == sidecar)
        return ((one.port, transport) for one in own for transport in one.transports)

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield from self.task_resources(platform)
        asked = {one.word: one for one in routes_of(self._resolved(platform))}
        for way in self._ways_in():
            yield target_group(self, way)
            yield listener_rule(platform, self, way, asked[way.word])
        yield from network_rules(platform, self, self._ways_in())
        yield from stream_rules(self, streams_to(platform, self))
        yield from peer_rules(self, self._peer_ports())
        if is_called(platform, self):
            yield task_names(self._names_id, self.name, self.host_label)
        yield self._service(platform)
        yield from scaling_resources(platform, self, self.scale, self._balancer())

    def _ways_in(self) -> tuple[WayIn, ...]:
        """The ports that take the requests of a load balancer, of the service's own container or of a sidecar."""
        every = ({"": self.ingress} if self.ingress else {}) | dict(self.ingresses)
        ports = {word: self._port_of(one) for word, one in every.items()}
        return tuple(WayIn(word, port, every[word]) for word, port in ports.items() if port)

    def _port_of(self, ingress: Ingress) -> int | None:
        port = self.ports[ingress.port] if isinstance(ingress.port, str) else ingress.port or self.port
        return self.sidecars[ingress.sidecar].port if ingress.sidecar else port

    def _balancer(self) -> dict[str, str]:
        return next(({"balancer": way.scheme.id, "group": target_group_id(self, way)} for way in self._ways_in()), {})

    @property
    def _names_id(self) -> str:
        return f"{self.stem}Names"

    @property
    def host_label(self) -> str:
        """First part of the service's name in the network: without underscores, which URLs do not take."""
        return self.name.replace("_", "-")

    def _resolved(self, platform: Platform) -> ResolvedComponent:
        return platform.spec.sections[self.section][self.name]

    def _service(self, platform: Platform) -> ecs.Service:
        return ecs.Service(
            self.main_id,
            Cluster=Ref(CLUSTER_ID),
            TaskDefinition=Ref(self.task_definition_id),
            CapacityProviderStrategy=strategy(self.capacity, self.spot),
            PlatformVersion="LATEST",
            NetworkConfiguration=self._network(platform),
            DeploymentConfiguration=_deployment(self._rollout.minimum_percent, self._rollout.maximum_percent),
            AvailabilityZoneRebalancing="ENABLED" if self._rollout.maximum_percent > 100 else "DISABLED",
            EnableECSManagedTags=True,
            EnableExecuteCommand=self.exec,
            PropagateTags="SERVICE",
            **self._balanced(platform),
            **self._registered(platform),
            **desired_count(self.scale, self.ignore),
            **self._waits(platform),
        )

    def _network(self, platform: Platform) -> ecs.NetworkConfiguration:
        return ecs.NetworkConfiguration(
            AwsvpcConfiguration=ecs.AwsvpcConfiguration(
                AssignPublicIp="DISABLED",
                SecurityGroups=[Ref(self.security_group_id)],
                Subnets=running_subnets(platform),
            )
        )

    @property
    def _rollout(self) -> Rollout:
        wanted = self.deployment.minimum_percent, self.deployment.maximum_percent
        return rollout(self.scale.min, wanted, self._has_quorum)

    @property
    def _has_quorum(self) -> bool:
        return self.peers is not None and self.peers.quorum

    def _balanced(self, platform: Platform) -> dict[str, object]:
        ways, streams = self._ways_in(), streams_to(platform, self)
        if not (ways or streams):
            return {}
        balanced = [
            ecs.LoadBalancer(
                ContainerName=way.ingress.sidecar or self.name,
                ContainerPort=way.port,
                TargetGroupArn=Ref(target_group_id(self, way)),
            )
            for way in ways
        ]
        balanced += [registered(one, self.name) for one in streams]
        grace = max((*(way.ingress.grace_seconds for way in ways), *(one.grace_seconds for one in streams)))
        return {"LoadBalancers": balanced, "HealthCheckGracePeriodSeconds": grace}

    def _registered(self, platform: Platform) -> dict[str, object]:
        registries = [ecs.ServiceRegistry(RegistryArn=GetAtt(self._names_id, "Arn"))]
        return {"ServiceRegistries": registries} if is_called(platform, self) else {}

    def _waits(self, platform: Platform) -> dict[str, object]:
        """Tasks start when they may do and reach all they use; a target group must have its load balancer by then."""
        ways, streams = self._ways_in(), streams_to(platform, self)
        made = [*glue.glue(platform, self), *network_rules(platform, self, ways), *stream_rules(self, streams)]
        ids = [*glue.waits(platform, self), *(str(one.title) for one in (*made, *peer_rules(self, self._peer_ports())))]
        ids += [*(rule_id(self, way) for way in ways), *(one.listener_id for one in streams)]
        return {"DependsOn": sorted(set(ids))} if ids else {}

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        there = {way.ingress.public for way in self._ways_in()}
        front = Capability(environment=self._fronted(platform))
        if False in there:
            existing = platform.components["load_balancer"].unchanged
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
            **{f"call.{name}": self._called_at(platform, name) for name in self.ports},
            "logs": Capability(log_groups=(self.log_group_id,)),
            "stream": Capability(),
            "forward": Capability(environment=groups),
        }

    def _inside(self, platform: Platform) -> Capability:
        """For CloudFront, which comes through a VPC origin and asks by a name that the listener's rule is for."""
        host = inside_host(self._resolved(platform), platform.spec)
        about = {"DOMAIN": host or GetAtt(INTERNAL.id, "DNSName"), "VPC_ORIGIN": Ref(vpc_origin_id(platform.spec))}
        return Capability(environment=about)

    def _fronted(self, platform: Platform) -> dict[str, Value]:
        """For CloudFront, which shows a load balancer of cdns alone that it is one."""
        header: dict[str, Value] = {"FROM_CDN": header_value()} if cdn_only(platform.spec) else {}
        return {"DOMAIN": self._front(platform), **header}

    def _front(self, platform: Platform) -> str:
        """A name under which the internet-facing load balancer answers for the service; empty when there is none."""
        return next(iter(fronts(self._resolved(platform), platform.spec)), "")

    def _called(self, platform: Platform) -> Capability:
        if not self.port:
            return Capability()
        host = self._host(platform)
        variables = {"HOST": host, "PORT": str(self.port), "URL": f"http://{host}:{self.port}"}
        return Capability(ports=(Port(self.port, Ref(self.security_group_id)),), environment=variables)

    def _called_at(self, platform: Platform, name: str) -> Capability:
        """One of several ports, whose protocol is not known."""
        host, number = self._host(platform), self.ports[name]
        word = shout(name)
        variables = {"HOST": host, f"{word}_PORT": str(number), f"{word}_ADDRESS": f"{host}:{number}"}
        return Capability(ports=(Port(number, Ref(self.security_group_id)),), environment=variables)

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
        yield load_alarm(self, "CpuHigh", "CPUUtilization", "CPU")
        yield load_alarm(self, "MemoryHigh", "MemoryUtilization", "memory")
        counted = any(one.container_insights != "disabled" for one in platform.of(TaskCluster))
        if self.scale.fewest and counted and "desired_count" not in self.ignore:
            yield too_few_alarm(self, self.scale.fewest, missing_minutes(self.scale.min, self._has_quorum))
        for number, way in enumerate(self._ways_in(), 1):
            yield from request_alarms(self, way, str(number) if number > 1 else "")

    def charts(self, platform: Platform) -> Iterable[Chart]:
        yield load_chart(self, own_dimensions(self))
        for way in self._ways_in():
            yield from request_charts(self, way)


@alike
def _deployment(least: int, most: int) -> ecs.DeploymentConfiguration:
    breaker = ecs.DeploymentCircuitBreaker(Enable=True, Rollback=True)
    return ecs.DeploymentConfiguration(
        DeploymentCircuitBreaker=breaker, MinimumHealthyPercent=least, MaximumPercent=most
    )


KIND = Service
