"""The network that resources make, as frozen values: subnets with their routes, groups with their rules, interfaces."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.reach.ports import Ports
from compiler.source.frozen import frozen

ANYWHERE = "0.0.0.0/0"
ANYWHERE_IPV6 = "::/0"


@frozen(eq=True)
class Rule:
    """TCP ports that a security group opens to or from a peer: a group, a range or a prefix list."""

    peer: str
    ports: Ports


@frozen(eq=True)
class AclRule:
    """An entry of a network ACL; of all that fit, the one with the lowest number decides."""

    number: int
    allows: bool
    egress: bool
    range: str
    ports: Ports


@frozen(eq=True)
class Subnet:
    """A subnet with what its route table does with addresses outside of the VPC."""

    vpc: str
    cidr: str
    table: str
    """Its route table; empty: the main one of the VPC, which has no route but the local one."""
    way_out: str
    """Target of the default route; empty where there is none, or it is not there."""
    by_gateway: tuple[str, ...]
    """Ranges to which an attached internet gateway leads."""
    acl: tuple[AclRule, ...] | None
    """Entries of its network ACL; None: the one of the VPC, which lets everything through."""
    way_out_ipv6: str = ""
    """Target of the default route of IPv6."""

    @property
    def public(self) -> bool:
        """Whether an internet gateway leads everywhere."""
        return ANYWHERE in self.by_gateway


@frozen(eq=True)
class Endpoint:
    """A VPC endpoint of an AWS service, by its short name such as ``ecr.api``."""

    service: str
    tables: tuple[str, ...]
    """Route tables that lead to it; of an interface endpoint none."""
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    """In front of it; of a gateway endpoint none."""
    named: bool
    """Whether the usual name of the service leads to it inside of the VPC."""

    @property
    def gateway(self) -> bool:
        return bool(self.tables)


@frozen(eq=True)
class Interface:
    """A network interface, or several alike, that a resource has in the subnets."""

    resource: str
    component: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    listens: Ports
    """Where it takes connections; every port where the template does not say."""
    public: bool = False
    """Whether it has a public address too."""
    calls: bool = False
    """Whether code runs behind it that calls AWS through it."""


@frozen(eq=True)
class Balanced:
    """Requests to a listener of a load balancer that end at a port of another interface."""

    balancer: str
    listener: str
    port: int
    target: str
    """Resource with the interface of the targets."""
    target_port: int


@frozen(eq=True)
class Topology:
    """All of it."""

    subnets: Mapping[str, Subnet]
    ingress: Mapping[str, tuple[Rule, ...]]
    egress: Mapping[str, tuple[Rule, ...]]
    nat: Mapping[str, str]
    """NAT gateway → its subnet."""
    endpoints: tuple[Endpoint, ...]
    interfaces: tuple[Interface, ...]
    balanced: tuple[Balanced, ...]
    hosts: Mapping[str, str]
    """Name in a private zone of the VPC → resource whose interfaces it leads to."""

    def of(self, component: str) -> tuple[Interface, ...]:
        """The interfaces of a component."""
        return tuple(one for one in self.interfaces if one.component == component)

    def at(self, resource: str) -> Interface:
        return next(one for one in self.interfaces if one.resource == resource)
