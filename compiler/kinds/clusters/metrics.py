"""Alarms and charts of a cluster, by the metrics that EKS counts for free, and by those of Container Insights.

Source: Amazon EKS user guide, "Monitor cluster data with Amazon CloudWatch"; CloudWatch user guide, "Amazon EKS and
Kubernetes Container Insights metrics".
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import Ref

from compiler.kinds.clusters.rules import INSIGHTS
from compiler.kinds.clusters.settings import ClusterSettings
from compiler.program.component import AlarmSpec, Chart
from compiler.shared.metrics import five_minutes, lasting, query

_FREE, _COUNTED = "AWS/EKS", "ContainerInsights"
_DIMENSION = "ClusterName"


def alarms(cluster: ClusterSettings) -> Iterator[AlarmSpec]:
    about = {_DIMENSION: Ref(cluster.main_id)}
    yield AlarmSpec(
        name="PodsUnschedulable",
        description=f"Pods of the cluster {cluster.name} have found no node for 15 minutes",
        metrics=(query(_FREE, "scheduler_pending_pods_UNSCHEDULABLE", "Sum", about),),
        threshold=0,
        evaluation_periods=15,
        datapoints=15,
    )
    yield AlarmSpec(
        name="ApiErrors",
        description=f"The API server of {cluster.name} answered over 10 requests a minute with an error of its own",
        metrics=(query(_FREE, "apiserver_request_total_5XX", "Sum", about),),
        threshold=10,
        evaluation_periods=10,
        datapoints=5,
    )
    if INSIGHTS in cluster.addons:
        yield from _counted(cluster)


def _counted(cluster: ClusterSettings) -> Iterator[AlarmSpec]:
    """Alarms of what the CloudWatch agent counts."""
    about = {_DIMENSION: Ref(cluster.main_id)}
    yield AlarmSpec(
        name="NodeFailed",
        description=f"A node of the cluster {cluster.name} has failed for 5 minutes",
        metrics=(query(_COUNTED, "cluster_failed_node_count", "Maximum", about),),
        threshold=0,
        evaluation_periods=5,
        datapoints=5,
    )
    busy = five_minutes(_COUNTED, "node_cpu_utilization", "Average", about)
    yield lasting("NodeCpuHigh", f"The nodes of {cluster.name} use more than 80 % of their processors", busy, 80)
    full = five_minutes(_COUNTED, "node_filesystem_utilization", "Maximum", about)
    yield lasting("NodeDiskHigh", f"The disk of a node of {cluster.name} is more than 80 % full", full, 80)
    yield AlarmSpec(
        name="PodsCrashing",
        description=f"A container in {cluster.name} has crashed again and again for 10 minutes",
        metrics=(query(_COUNTED, "pod_container_status_waiting_reason_crash_loop_back_off", "Maximum", about),),
        threshold=0,
        evaluation_periods=10,
        datapoints=10,
    )


def charts(cluster: ClusterSettings) -> Iterator[Chart]:
    name = Ref(cluster.main_id)
    counted = ("apiserver_request_total", "apiserver_request_total_4XX", "apiserver_request_total_5XX")
    rows = tuple((_FREE, metric, _DIMENSION, name) for metric in (*counted, "scheduler_pending_pods"))
    yield Chart(f"Cluster {cluster.name}", rows, "Sum")
    if INSIGHTS in cluster.addons:
        metrics = ("node_cpu_utilization", "node_memory_utilization", "node_filesystem_utilization")
        used = tuple((_COUNTED, metric, _DIMENSION, name) for metric in metrics)
        yield Chart(f"Cluster {cluster.name}: nodes %", used)
