"""Checks of workloads: that their pods can get the role, and that a service account has one."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    cluster = spec.offering(component.settings["cluster"], "run")
    if cluster is None:
        return
    if cluster.settings["existing"] is None:
        yield from _reached(component, cluster)
    for other in _neighbours(component, cluster, spec):
        message = f"{other.address} has the same service account, {'/'.join(_pods(component))}, and a pod has one role"
        yield Fault(
            "duplicate-value", message, (), "give one of the two another 'service_account', or put them together"
        )


def _reached(component: ResolvedComponent, cluster: ResolvedComponent) -> Iterator[Fault]:
    identity, fargate = component.settings["identity"], cluster.settings["fargate"]
    namespace = component.settings["namespace"]
    if identity == "pod":
        alone = not cluster.settings["nodes"] and not cluster.settings["auto"]
        if alone or any(
            namespace in one["namespaces"] and not one["namespaces"][namespace] for one in fargate.values()
        ):
            message = f"pods of the namespace {namespace} run on Fargate, which has no Pod Identity"
            yield Fault("no-pod-identity", message, ("identity",), "set 'identity: token'")
    elif cluster.settings["oidc_provider"] is False or not (cluster.settings["oidc_provider"] or fargate):
        message = f"IAM does not trust the tokens of {cluster.address}"
        yield Fault("no-pod-identity", message, ("identity",), f"set 'oidc_provider: true' in {cluster.address}")


def _neighbours(
    component: ResolvedComponent, cluster: ResolvedComponent, spec: ResolvedSpec
) -> Iterator[ResolvedComponent]:
    """Earlier workloads for the same pods."""
    for other in spec.components(component.section):
        if other is component:
            return
        if _pods(other) == _pods(component) and spec.offering(other.settings["cluster"], "run") is cluster:
            yield other


def _pods(component: ResolvedComponent) -> tuple[str, str]:
    data = component.settings
    return data["namespace"], data["service_account"] or component.name.replace("_", "-")
