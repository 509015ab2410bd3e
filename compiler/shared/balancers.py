"""The two load balancers of a platform, as those see them that they send requests to."""

from __future__ import annotations

from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.ingress import internal_name
from compiler.source.frozen import frozen


@frozen()
class Scheme:
    """One of the two load balancers, by the logical ids of what it is made of."""

    word: str

    @property
    def id(self) -> str:
        return f"{self.word}LoadBalancer"

    @property
    def listener_id(self) -> str:
        """Its Ref is the ARN, which the VPC link of an API integrates with."""
        return f"{self.word}Listener"

    @property
    def security_group_id(self) -> str:
        return f"{self.id}SecurityGroup"


INTERNAL, PUBLIC = Scheme("Internal"), Scheme("Public")


def internal_port(spec: ResolvedSpec) -> int:
    """Port of the internal load balancer: HTTP, or HTTPS where it has a certificate."""
    return 443 if internal_name(spec) else 80
