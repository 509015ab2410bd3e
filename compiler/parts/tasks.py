"""What runs as a Fargate task: task definition with one container, its two roles, its log group, its security group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt, Join, Parameter, Ref, ecs, iam

from compiler import glue
from compiler.component import Grant, Platform, User
from compiler.interpolation import OPEN
from compiler.json_value import Json
from compiler.kinds.ecs import exec_grants
from compiler.parts.logs import Logs, log_group
from compiler.parts.roles import policy, role, trust
from compiler.parts.security_groups import security_group

_ECR = re.compile(r"^([^./]+)\.dkr\.ecr\.([^./]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")
_ECR_ACTIONS = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HealthCheck:
    """A command that the container runs to find out whether it is well."""

    command: Json
    interval_seconds: int
    timeout_seconds: int
    retries: int
    start_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Task(User):
    """A component that runs as Fargate tasks."""

    image: str
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
    exec: bool
    logs: Logs

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
    def ports(self) -> tuple[int, ...]:
        """What the container listens on."""
        return ()

    def parameters(self) -> Iterable[Parameter]:
        if OPEN not in self.image:
            about = f"Container image of {self.name}: a pipeline may give another tag or digest"
            yield Parameter(self.image_id, Type="String", Default=self.image, Description=about, MinLength=1)

    def task_resources(self, platform: Platform) -> Iterator[AWSObject]:
        """All that a task is, without what starts it."""
        yield log_group(self.log_group_id, self, self.logs, platform)
        yield role(self.role_id, _TRUST, [policy("exec", exec_grants())] if self.exec else [])
        yield self._execution_role(platform)
        yield security_group(self.security_group_id, f"Tasks of {self.name}", https_out=True)
        yield self._task_definition(platform)

    def _execution_role(self, platform: Platform) -> iam.Role:
        """What the ECS agent may do before the container runs. The task itself never has this role."""
        log = Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (GetAtt(self.log_group_id, "Arn"),))
        policies = [policy("logs", [("Log", log)])]
        pull = _pull_grants(self.image)
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
            Family=f"{platform.name}-{platform.environment}-{self.name}",
            RequiresCompatibilities=["FARGATE"],
            NetworkMode="awsvpc",
            Cpu=str(self.cpu),
            Memory=str(self.memory),
            RuntimePlatform=ecs.RuntimePlatform(
                CpuArchitecture=self.architecture.upper(), OperatingSystemFamily="LINUX"
            ),
            TaskRoleArn=GetAtt(self.role_id, "Arn"),
            ExecutionRoleArn=GetAtt(self.execution_role_id, "Arn"),
            ContainerDefinitions=[self._container(platform)],
            **storage,
        )

    def _container(self, platform: Platform) -> ecs.ContainerDefinition:
        return ecs.ContainerDefinition(
            Name=self.name,
            Image=Ref(self.image_id) if OPEN not in self.image else self.image,
            Essential=True,
            User=self.user,
            ReadonlyRootFilesystem=self.read_only_root,
            StopTimeout=self.stop_seconds,
            LinuxParameters=ecs.LinuxParameters(InitProcessEnabled=True, **self._writable_folders()),
            LogConfiguration=self._log_configuration(),
            **self._variables(platform),
            **self._optional(),
        )

    def _writable_folders(self) -> dict[str, Json]:
        """In memory, because a Fargate volume belongs to root: a task that is not root can't write into it."""
        folders = self.writable if self.read_only_root else ()
        mounts = [
            ecs.Tmpfs(ContainerPath=path, Size=self.writable_mb, MountOptions=["mode=1777", "nodev", "nosuid"])
            for path in folders
        ]
        return {"Tmpfs": mounts} if mounts else {}

    def _log_configuration(self) -> ecs.LogConfiguration:
        options = {
            "awslogs-group": Ref(self.log_group_id),
            "awslogs-region": Ref("AWS::Region"),
            "awslogs-stream-prefix": self.name,
            # a log service that is slow must not stop the container
            "mode": "non-blocking",
            "max-buffer-size": "25m",
        }
        return ecs.LogConfiguration(LogDriver="awslogs", Options=options)

    def _variables(self, platform: Platform) -> dict[str, Json]:
        """The spec's own variables win over those that its uses give."""
        plain = {**glue.environment(platform, self), **self.environment}
        secret = {name: value for name, value in glue.secrets(platform, self).items() if name not in plain}
        found: dict[str, Json] = {}
        if plain:
            found["Environment"] = [ecs.Environment(Name=name, Value=value) for name, value in sorted(plain.items())]
        if secret:
            found["Secrets"] = [ecs.Secret(Name=name, ValueFrom=value) for name, value in sorted(secret.items())]
        return found

    def _optional(self) -> dict[str, Json]:
        found: dict[str, Json] = {}
        if self.ports:
            found["PortMappings"] = [ecs.PortMapping(ContainerPort=port, Protocol="tcp") for port in self.ports]
        if self.command:
            found["Command"] = list(self.command)
        if self.entrypoint:
            found["EntryPoint"] = list(self.entrypoint)
        if self.health_check:
            found["HealthCheck"] = _health_check(self.health_check)
        return found


_TRUST = trust("ecs-tasks.amazonaws.com")


def _health_check(settings: HealthCheck) -> ecs.HealthCheck:
    command = settings.command
    return ecs.HealthCheck(
        Command=["CMD-SHELL", command] if isinstance(command, str) else ["CMD", *command],
        Interval=settings.interval_seconds,
        Timeout=settings.timeout_seconds,
        Retries=settings.retries,
        StartPeriod=settings.start_seconds,
    )


def _pull_grants(image: str) -> list[tuple[str, Grant]]:
    """Reading of the image's own ECR repository; other registries know nothing of IAM.

    GetAuthorizationToken takes no resource. Source: ECR user guide, "Identity-based policy examples".
    """
    found = _ECR.match(image)
    if not found:
        return []
    account, region, repository = found.groups()
    arn = Join(":", ["arn", Ref("AWS::Partition"), "ecr", region, account, f"repository/{repository}"])
    return [("Registry", Grant(("ecr:GetAuthorizationToken",), ("*",))), ("Repository", Grant(_ECR_ACTIONS, (arn,)))]
