"""Names by which services call each other inside the network."""

from __future__ import annotations

from compiler.program.component import Component, Platform
from compiler.shared.cluster import TaskCluster
from compiler.shared.tasks import Task

NAMESPACE_ID = "EcsNamespace"


def namespace(platform: Platform) -> str:
    """The domain that the names of services end with. Known without AWS, so that two services may call each other."""
    said = next((one.namespace for one in platform.of(TaskCluster)), None)
    return said or f"{platform.name}-{platform.environment}.internal"


def is_called(platform: Platform, component: Component) -> bool:
    """Whether the component is kept running as tasks that others send requests to by its name."""
    return isinstance(component, Task) and component.called(platform)
