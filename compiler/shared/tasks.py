"""What runs as a Fargate task: task definition with its containers, two roles, a log group, a security group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Parameter, Ref, ecs, iam

from compiler.language.names import pascal
from compiler.program import glue
from compiler.program.built_image import BuiltImage
from compiler.program.component import Grant, Platform, User, Value
from compiler.program.encode import alike
from compiler.program.kept import KeptValue
from compiler.shared.built_images import built_image, image_parameter, repositories_of
from compiler.shared.cluster import exec_grants
from compiler.shared.containers import HealthCheck, Sidecar, confined, log_configuration, mappings, variables, waits_for
from compiler.shared.ecr import PULL, SIGN_IN, own_pulls, repository_arns
from compiler.shared.image_source import by_parameter, is_built, pulled_from, stored
from compiler.shared.logs import Logs, log_group
from compiler.shared.roles import policy, role, trust
from compiler.shared.security_groups import outgoing_group
from compiler.shared.stored_images import stored_parameter
from compiler.shared.tracing import Tracing, trace_grants
from compiler.shared.volumes import Mount, mount_points, task_volumes
from compiler.source.frozen import frozen
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Task(User):
    """A component that runs as Fargate tasks."""

    variable_facets = ("environment", "secrets")

    image: Json
    """Address of an image, or a map of what it is built from."""
    cpu: int
    memory: int
    architecture: str
    storage_gb: int | None
    environment: Mapping[str, str]
    command: tuple[str, ...] | None
    entrypoint: tuple[str, ...] | None
    user: str
    read_only_root: bool
    writable: tuple[str, ...]
    writable_mb: int
    health_check: HealthCheck | None
    stop_seconds: int
    open_files: int | None
    mounts: Mapping[str, Mount]
    volumes: Mapping[str, str]
    sidecars: Mapping[str, Sidecar]
    start_after: Mapping[str, str]
    exec: bool
    tracing: Tracing | None
    logs: Logs
    ignore: tuple[str, ...]

    @property
    def role_id(self) -> str:
        return f"{self.stem}TaskRole"

    @property
    def execution_role_id(self) -> str:
        return f"{self.stem}ExecutionRole"

    @property
    def security_group_id(self) -> str:
        return f"{self.stem}SecurityGroup"

    @property
    def task_definition_id(self) -> str:
        return f"{self.stem}TaskDefinition"

    @property
    def log_group_id(self) -> str:
        return f"{self.stem}LogGroup"

    @property
    def image_id(self) -> str:
        """Name of the root parameter that holds the image."""
        return f"{self.stem}Image"

    @property
    def listens(self) -> Mapping[int, str]:
        """Ports that the container listens on, each with its name where it has one."""
        return {}

    def called(self, platform: Platform) -> bool:
        """Whether others send requests to the tasks by a name in the network."""
        return bool(platform.edges_to(self, "call"))

    def own_environment(self, platform: Platform) -> Mapping[str, Value]:
        """Variables that the container has beside those of its uses."""
        return {}

    def further_ports(self, platform: Platform, sidecar: str | None = None) -> Iterable[tuple[int, str]]:
        """What a container listens on beside that, with its transport: the component's own one, or a sidecar."""
        return ()

    def parameters(self) -> Iterable[Parameter]:
        yield from (image_parameter(name, self) for name, _, _ in self._built())
        yield from (stored_parameter(name, self, stored(image)) for name, image in self._images() if stored(image))
        if isinstance(self.image, str) and OPEN not in self.image:
            about = f"Container image of {self.name}: a pipeline may give another tag or digest"
            yield Parameter(self.image_id, Type="String", Default=self.image, Description=about, MinLength=1)

    def built_images(self, platform: Platform) -> Iterable[BuiltImage]:
        return (built_image(platform, self, (name, image), container) for name, image, container in self._built())

    def _built(self) -> Iterator[tuple[str, Mapping[str, Json], str]]:
        """Root parameter, what the image is built from, and the container if it is a sidecar."""
        names = ("", *sorted(self.sidecars))
        of_all = zip(self._images(), names, strict=True)
        yield from ((parameter, image, name) for (parameter, image), name in of_all if is_built(image))

    def _images(self) -> Iterator[tuple[str, Json]]:
        """Root parameter, if there is one, and image of each container."""
        yield self.image_id, self.image
        yield from ((self._sidecar_image_id(name), one.image) for name, one in sorted(self.sidecars.items()))

    def kept_values(self) -> Iterable[KeptValue]:
        if "image" in self.ignore:
            running, kind = self.running
            yield KeptValue(self.image_id, self.path, "image", running, kind, self.name)

    @property
    def running(self) -> tuple[str, str]:
        """Logical id and type of what says which task definition runs."""
        return self.task_definition_id, ecs.TaskDefinition.resource_type

    def _sidecar_image_id(self, name: str) -> str:
        return f"{self.stem}{pascal(name)}Image"

    def task_resources(self, platform: Platform) -> Iterator[AWSObject]:
        """All that a task is, without what starts it."""
        yield log_group(self.log_group_id, self, self.logs, platform)
        yield role(self.role_id, _TRUST, [*self._own_policies()])
        yield self._execution_role(platform)
        yield outgoing_group(platform, self.security_group_id, f"Tasks of {self.name}")
        yield self._task_definition(platform)

    def _own_policies(self) -> Iterator[iam.Policy]:
        """What the task's role takes beside what the component uses."""
        if self.exec:
            yield policy("exec", exec_grants())
        if self.tracing:
            yield policy("traces", trace_grants())

    def _execution_role(self, platform: Platform) -> iam.Role:
        """What the ECS agent may do before the container runs. The task itself never has this role."""
        log = Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (GetAtt(self.log_group_id, "Arn"),))
        policies = [policy("logs", [("Log", log)])]
        pull = self._pull_grants(platform)
        if pull:
            policies.append(policy("image", pull))
        secrets = glue.secret_grants(platform, self)
        if secrets:
            policies.append(policy("secrets", secrets))
        return role(self.execution_role_id, _TRUST, policies)

    def _task_definition(self, platform: Platform) -> ecs.TaskDefinition:
        storage = {"EphemeralStorage": ecs.EphemeralStorage(SizeInGiB=self.storage_gb)} if self.storage_gb else {}
        return ecs.TaskDefinition(
            self.task_definition_id,
            Family=f"{platform.name}-{platform.environment}-{self.section}-{self.name}",
            RequiresCompatibilities=["FARGATE"],
            NetworkMode="awsvpc",
            Cpu=str(self.cpu),
            Memory=str(self.memory),
            RuntimePlatform=_linux_on(self.architecture),
            TaskRoleArn=GetAtt(self.role_id, "Arn"),
            ExecutionRoleArn=GetAtt(self.execution_role_id, "Arn"),
            ContainerDefinitions=[
                self._container(platform),
                *(self._sidecar(platform, name, one) for name, one in sorted(self.sidecars.items())),
                *([self.tracing.container(self.log_group_id, self.name)] if self.tracing else []),
            ],
            **storage,
            **task_volumes(platform, self.mounts, self._shared_volumes),
        )

    def _pull_grants(self, platform: Platform) -> list[tuple[str, Grant]]:
        """The images follow from where they are named; what `uses` gives already is not given twice."""
        images = [pulled_from(one) for one in (self.image, *(one.image for one in self._beside))]
        used = {edge.target for edge in platform.edges_from(self) if edge.verb == "pull"}
        own = [grant for grant in own_pulls(platform, images, used) if grant is not SIGN_IN]
        built = repositories_of(platform, (one.repository for one in self.built_images(platform)))
        arns = (*repository_arns(images), *built, *(arn for grant in own for arn in grant.resources))
        return [("Registry", SIGN_IN), ("Repository", Grant(PULL, arns))] if arns else []

    @property
    def _beside(self) -> tuple[Sidecar | Tracing, ...]:
        return (*self.sidecars.values(), *([self.tracing] if self.tracing else []))

    @property
    def _shared_volumes(self) -> frozenset[str]:
        return frozenset((*self.volumes, *(name for one in self.sidecars.values() for name in one.volumes)))

    def _container(self, platform: Platform) -> ecs.ContainerDefinition:
        """The spec's own variables win over those that its uses give."""
        found = confined(self)
        listening = [*((port, "tcp") for port in self.listens), *self.further_ports(platform)]
        if listening:
            found["PortMappings"] = mappings(listening, self.listens)
        if self.open_files:
            limit = {"SoftLimit": self.open_files, "HardLimit": self.open_files}
            found["Ulimits"] = [ecs.Ulimit(Name="nofile", **limit)]
        return ecs.ContainerDefinition(
            Name=self.name,
            Image=Ref(self.image_id) if by_parameter(self.image) else self.image,
            Essential=True,
            LogConfiguration=log_configuration(self.log_group_id, self.name),
            **variables({**self._given(platform), **self.environment}, glue.secrets(platform, self)),
            **mount_points(self.mounts, self.volumes),
            **waits_for(self, self.name),
            **found,
        )

    def _given(self, platform: Platform) -> Mapping[str, Value]:
        named = {"OTEL_SERVICE_NAME": self.name} if self.tracing else {}
        return {**named, **self.own_environment(platform), **glue.environment(platform, self)}

    def _sidecar(self, platform: Platform, name: str, one: Sidecar) -> ecs.ContainerDefinition:
        found = confined(one)
        listening = [*([(one.port, "tcp")] if one.port else []), *self.further_ports(platform, name)]
        size = {"PortMappings": mappings(listening, {}), "Cpu": one.cpu, "Memory": one.memory}
        found |= {key: value for key, value in size.items() if value}
        given = glue.environment(platform, self) if one.inherit_environment else {}
        secrets = glue.secrets(platform, self) if one.inherit_environment else {}
        return ecs.ContainerDefinition(
            Name=name,
            Image=one.image if isinstance(one.image, str) else Ref(self._sidecar_image_id(name)),
            Essential=one.essential,
            LogConfiguration=log_configuration(self.log_group_id, self.name),
            **variables({**given, **one.environment}, secrets),
            **mount_points(self.mounts if one.mounts else {}, one.volumes),
            **waits_for(one, self.name),
            **found,
        )


@alike
def _linux_on(architecture: str) -> ecs.RuntimePlatform:
    return ecs.RuntimePlatform(CpuArchitecture=architecture.upper(), OperatingSystemFamily="LINUX")


_TRUST = trust("ecs-tasks.amazonaws.com")
