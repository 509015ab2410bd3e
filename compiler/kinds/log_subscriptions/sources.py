"""Which log groups a subscription is of."""

from __future__ import annotations

from compiler.kinds.log_subscriptions.settings import LogSubscriptionSettings
from compiler.program.component import Component, Platform
from compiler.shared.log_targets import StreamSink
from compiler.shared.logs import LogGroup, named_group, own_group, subscribed

_READS = ("feed", "read")
"""What is done with a stream for each event in it."""


def sources(subscription: LogSubscriptionSettings, platform: Platform) -> tuple[Component, ...]:
    """The components of `of`; if neither it nor `groups` is set, all whose own logs would not loop."""
    if subscription.of is not None:
        return tuple(platform.components[address] for address in subscription.of)
    if subscription.groups:
        return ()
    circle = _circle(subscription, platform)
    return tuple(one for one in platform.built if one.address not in circle and subscribed(platform, one))


def _circle(subscription: LogSubscriptionSettings, platform: Platform) -> set[str]:
    if not isinstance(subscription.sink(platform), StreamSink):
        return {subscription.to}
    readers = {edge.source for edge in platform.edges if edge.target == subscription.to and edge.verb in _READS}
    return {subscription.to, *readers}


def groups(subscription: LogSubscriptionSettings, platform: Platform) -> tuple[LogGroup, ...]:
    """The log groups, in an order that the spec's order does not change."""
    found = (group for one in sources(subscription, platform) for group in subscribed(platform, one))
    return (*map(own_group, sorted(found)), *map(named_group, sorted(subscription.groups)))
