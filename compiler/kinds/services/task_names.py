"""The name of a service in the network."""

from __future__ import annotations

from troposphere import Ref, servicediscovery

from compiler.shared.service_names import NAMESPACE_ID


def task_names(logical_id: str, name: str, label: str) -> servicediscovery.Service:
    """The addresses of the tasks that are well, as ECS tells them.

    Source: ECS developer guide, "Use service discovery to connect Amazon ECS services with DNS names".
    """
    records = [servicediscovery.DnsRecord(Type="A", TTL=10)]
    return servicediscovery.Service(
        logical_id,
        Name=label,
        NamespaceId=Ref(NAMESPACE_ID),
        Description=f"Tasks of {name}",
        DnsConfig=servicediscovery.DnsConfig(DnsRecords=records, RoutingPolicy="MULTIVALUE"),
        HealthCheckCustomConfig=servicediscovery.HealthCheckCustomConfig(FailureThreshold=1),
    )
