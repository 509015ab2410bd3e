"""Containers of a task: what the component's own one and its sidecars have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from troposphere import Ref, ecs

from compiler.program.component import Value
from compiler.program.encode import alike
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class HealthCheck:
    """A command that the container runs to find out whether it is well."""

    command: Json
    interval_seconds: int
    timeout_seconds: int
    retries: int
    start_seconds: int


class Container(Protocol):
    """Settings that every container of a task has."""

    @property
    def command(self) -> tuple[str, ...] | None: ...
    @property
    def entrypoint(self) -> tuple[str, ...] | None: ...
    @property
    def user(self) -> str: ...
    @property
    def read_only_root(self) -> bool: ...
    @property
    def writable(self) -> tuple[str, ...]: ...
    @property
    def writable_mb(self) -> int: ...
    @property
    def health_check(self) -> HealthCheck | None: ...
    @property
    def stop_seconds(self) -> int: ...
    @property
    def start_after(self) -> Mapping[str, str]: ...


@frozen()
class Sidecar:
    """A container that runs beside the component's own one in each task."""

    image: Json
    port: int | None
    cpu: int | None
    memory: int | None
    essential: bool
    environment: Mapping[str, str]
    inherit_environment: bool
    command: tuple[str, ...] | None
    entrypoint: tuple[str, ...] | None
    user: str
    read_only_root: bool
    writable: tuple[str, ...]
    writable_mb: int
    health_check: HealthCheck | None
    stop_seconds: int
    mounts: bool
    volumes: Mapping[str, str]
    start_after: Mapping[str, str]


def confined(one: Container) -> dict[str, Json]:
    """What keeps a container small, and what it runs."""
    found: dict[str, Json] = {
        "User": one.user,
        "ReadonlyRootFilesystem": one.read_only_root,
        "StopTimeout": one.stop_seconds,
        "LinuxParameters": _linux(one.writable if one.read_only_root else (), one.writable_mb),
    }
    if one.command:
        found["Command"] = list(one.command)
    if one.entrypoint:
        found["EntryPoint"] = list(one.entrypoint)
    if one.health_check:
        found["HealthCheck"] = _health_check(one.health_check)
    return found


@alike
def _linux(folders: tuple[str, ...], size: int) -> ecs.LinuxParameters:
    """Folders in memory, because a Fargate volume belongs to root: a task that is not root can't write into it."""
    mounts = [
        ecs.Tmpfs(ContainerPath=path, Size=size, MountOptions=["mode=1777", "nodev", "nosuid"]) for path in folders
    ]
    return ecs.LinuxParameters(InitProcessEnabled=True, **({"Tmpfs": mounts} if mounts else {}))


def _health_check(settings: HealthCheck) -> ecs.HealthCheck:
    command = settings.command
    return ecs.HealthCheck(
        Command=["CMD-SHELL", command] if isinstance(command, str) else ["CMD", *command],
        Interval=settings.interval_seconds,
        Timeout=settings.timeout_seconds,
        Retries=settings.retries,
        StartPeriod=settings.start_seconds,
    )


def log_configuration(log_group_id: str, prefix: str) -> ecs.LogConfiguration:
    """Streams of the group are named prefix/container/task."""
    options = {
        "awslogs-group": Ref(log_group_id),
        "awslogs-region": Ref("AWS::Region"),
        "awslogs-stream-prefix": prefix,
        # a log service that is slow must not stop the container
        "mode": "non-blocking",
        "max-buffer-size": "25m",
    }
    return ecs.LogConfiguration(LogDriver="awslogs", Options=options)


def variables(plain: Mapping[str, Value], secrets: Mapping[str, Value]) -> dict[str, Json]:
    """Environment of a container; a plain variable wins over a secret of its name."""
    secret = {name: value for name, value in secrets.items() if name not in plain}
    found: dict[str, Json] = {}
    if plain:
        found["Environment"] = [_variable(name, value) for name, value in sorted(plain.items())]
    if secret:
        found["Secrets"] = [ecs.Secret(Name=name, ValueFrom=value) for name, value in sorted(secret.items())]
    return found


@alike
def _variable(name: str, value: Value) -> ecs.Environment:
    return ecs.Environment(Name=name, Value=value)


def mappings(ports: Iterable[tuple[int, str]], names: Mapping[int, str]) -> list[ecs.PortMapping]:
    """The ports that a container listens on, each with its transport; the one of TCP has its name."""
    return [
        _mapping(port, transport, names.get(port, "") if transport == "tcp" else "")
        for port, transport in dict.fromkeys(ports)
    ]


@alike
def _mapping(port: int, transport: str, name: str) -> ecs.PortMapping:
    named = {"Name": name} if name else {}
    return ecs.PortMapping(ContainerPort=port, Protocol=transport, **named)


def waits_for(one: Container, main: str) -> dict[str, Json]:
    """The containers that must be as far as is said before this one starts; `main` is what ``main`` is called."""
    found = [
        ecs.ContainerDependency(ContainerName=main if name == "main" else name, Condition=state.upper())
        for name, state in sorted(one.start_after.items())
    ]
    return {"DependsOn": found} if found else {}
