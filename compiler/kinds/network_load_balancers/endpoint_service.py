"""What others reach by PrivateLink: the endpoint service before a network load balancer.

Sources: PrivateLink guide, "Create a service powered by AWS PrivateLink" and "Manage DNS names for VPC endpoint
services"; template reference, AWS::EC2::VPCEndpointService.
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, Ref, Sub, ec2

from compiler.program.component import Component, Output, Value
from compiler.source.frozen import frozen


@frozen()
class EndpointService:
    """Who may make endpoints, and what they call the service."""

    acceptance: bool
    principals: tuple[str, ...]
    private_name: str | None
    filter: bool
    regions: tuple[str, ...]


def service_id(balancer: Component) -> str:
    return f"{balancer.stem}EndpointService"


def service_name(balancer: Component) -> Value:
    """What an endpoint is made for."""
    return Sub(f"com.amazonaws.vpce.${{AWS::Region}}.${{{service_id(balancer)}}}")


def endpoint_service(balancer: Component, said: EndpointService, dual_stack: bool) -> Iterator[AWSObject]:
    named = {"PrivateDnsName": said.private_name} if said.private_name else {}
    elsewhere = {"SupportedRegions": sorted(said.regions)} if said.regions else {}
    yield ec2.VPCEndpointService(
        service_id(balancer),
        NetworkLoadBalancerArns=[Ref(balancer.main_id)],
        AcceptanceRequired=said.acceptance,
        SupportedIpAddressTypes=["ipv4", *(["ipv6"] if dual_stack else [])],
        **named,
        **elsewhere,
    )
    if said.principals:
        yield ec2.VPCEndpointServicePermissions(
            f"{service_id(balancer)}Permissions",
            ServiceId=Ref(service_id(balancer)),
            AllowedPrincipals=sorted(said.principals),
        )


def service_outputs(balancer: Component, said: EndpointService) -> Iterator[Output]:
    """The name, and the TXT record that proves the domain of a private name to AWS."""
    yield Output(f"{balancer.stem}ServiceName", service_name(balancer), f"Endpoint service of {balancer.name}")
    if said.private_name:
        proof = {key: GetAtt(service_id(balancer), f"PrivateDnsNameConfiguration.{key}") for key in ("Name", "Value")}
        about = f"of the TXT record in the public zone that proves {said.private_name} is yours"
        yield Output(f"{balancer.stem}ProofName", proof["Name"], f"Name {about}, before that zone's domain")
        yield Output(f"{balancer.stem}ProofValue", proof["Value"], f"Value {about}")
