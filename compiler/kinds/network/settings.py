"""What the settings of a network hold: where flow logs go, and which other networks it is connected with."""

from __future__ import annotations

from compiler.source.frozen import frozen


@frozen()
class FlowLogsTo:
    """The bucket of the flow log, and the form of its objects."""

    bucket: str
    format: str
    hourly: bool
    hive: bool
    fields: tuple[str, ...] | None

    @property
    def own(self) -> bool:
        """Whether the bucket is one of the platform."""
        return not self.bucket.startswith("arn:")


@frozen()
class Destination:
    """Where members of outgoing groups may go: a prefix list or a range."""

    list: str | None
    cidr: str | None
    ports: tuple[int, ...]


@frozen()
class Egress:
    """What may leave the network."""

    https_anywhere: bool
    to: tuple[Destination, ...]
    domains: tuple[str, ...] | None


@frozen()
class EndpointPolicy:
    """Whose principals get through the endpoints, and to whose resources."""

    within: str
    """``account``, or the id of an organisation."""
    also: tuple[str, ...]


@frozen()
class Peering:
    """A connection with another VPC: made here, or there."""

    vpc: str | None
    connection: str | None
    account: str | None
    region: str | None
    role: str | None
    cidrs: tuple[str, ...]
    tiers: tuple[str, ...]


@frozen()
class TransitGateway:
    """An attachment to a transit gateway."""

    id: str
    cidrs: tuple[str, ...]
    tiers: tuple[str, ...]
    dns: bool
    security_groups: bool
    appliance: bool
