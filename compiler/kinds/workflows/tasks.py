"""Where a workflow runs jobs: cluster, launch type and network, which a job knows and its author need not say."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from troposphere import Ref

from compiler.kinds.workflows.states_calls import calls
from compiler.program.component import Platform
from compiler.shared.cluster import CLUSTER_ARN
from compiler.shared.run_task import RunTask, provider
from compiler.shared.subnets import running_subnets
from compiler.source.json_value import Json

_RUNS_ON = {"CapacityProviderStrategy", "LaunchType"}


def with_tasks(platform: Platform, definition: Mapping[str, Json]) -> Json:
    """`definition` with what its tasks that run a job do not say. Nothing that is said changes."""
    found: Any = copy.deepcopy(dict(definition))
    for call in calls(definition):
        job = platform.components[call.target]
        if isinstance(job, RunTask):
            parameters = found
            for step in call.path[:-1]:
                parameters = parameters[step]
            for name, value in _defaults(platform, job).items():
                if name not in _said(parameters):
                    parameters[name] = value
    return found


def _said(parameters: Mapping[str, Json]) -> set[str]:
    """Names of parameters; ``Cluster.$`` says Cluster, and there are two ways to say what a task runs on."""
    names = {name.removesuffix(".$") for name in parameters}
    return names | (_RUNS_ON if names & _RUNS_ON else set())


def _defaults(platform: Platform, job: RunTask) -> dict[str, Json]:
    network = {
        "AssignPublicIp": "DISABLED",
        "SecurityGroups": [Ref(job.security_group_id)],
        "Subnets": running_subnets(platform),
    }
    found: dict[str, Json] = {"Cluster": CLUSTER_ARN, "NetworkConfiguration": {"AwsvpcConfiguration": network}}
    if job.spot:
        return found | {"CapacityProviderStrategy": [{"CapacityProvider": provider(job.spot), "Weight": 1}]}
    return found | {"LaunchType": "FARGATE"}
