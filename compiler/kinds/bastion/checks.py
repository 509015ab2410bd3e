"""Checks of the bastion: a way to Systems Manager."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.ways_out import leads_out

_FOR_SESSIONS = ("ssm", "ssmmessages")
"""What the agent must reach (Systems Manager user guide, VPC endpoints)."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    network = spec.at("network").settings
    missing = [one for one in _FOR_SESSIONS if one not in network["endpoints"]]
    if missing and not leads_out(network):
        message = f"without NAT it does not reach {', '.join(missing)}, so that no session can be opened"
        help_text = f"add to network.endpoints: {', '.join(missing)}; or set 'nat: single'"
        yield Fault("no-egress", message, (), help_text)
