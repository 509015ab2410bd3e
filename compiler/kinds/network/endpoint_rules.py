"""Checks of endpoint policies: endpoints that stay open, and resources of the spec that would be out of reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from compiler.kinds.network.policed_endpoints import WITH_POLICIES, service_of
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedSpec
from compiler.source.json_value import Json


def check_policy(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    said = data["endpoint_policy"]
    if said is None:
        return
    yield from _open(data["endpoints"])
    if not data["endpoints"]:
        yield Fault("unused-policy", "there is no endpoint that it limits", ("endpoint_policy",), "set 'endpoints'")
    closed = {service_of(one) for one in data["endpoints"] if one in WITH_POLICIES}
    yield from _unused(said["also"], closed)
    if said["within"] == "account":
        yield from _foreign(said["also"], closed, spec)


def _open(endpoints: list[str]) -> Iterator[Fault]:
    for index, service in enumerate(endpoints):
        if service not in WITH_POLICIES:
            message = f"the endpoint '{service}' gets no policy: it is not known that AWS takes one that fits"
            yield warning("open-endpoint", message, ("endpoints", index), "it lets everybody's credentials through")


def _unused(also: list[str], closed: set[str]) -> Iterator[Fault]:
    for index, arn in enumerate(also):
        service = arn.split(":")[2]
        if service not in closed:
            message = f"no endpoint leads to '{service}'"
            yield Fault("unused-policy", message, ("endpoint_policy", "also", index), "remove it, or add the endpoint")


def _foreign(also: list[str], closed: set[str], spec: ResolvedSpec) -> Iterator[Fault]:
    """Existing resources by the ARN of another account: their services' endpoints would refuse every call."""
    for one in spec.components() if spec.account else ():
        existing = one.settings.get("existing")
        arn = str(existing.get("id") if isinstance(existing, Mapping) else existing)
        _, _, service, _, account, *_ = (*arn.split(":"), *[""] * 5)
        foreign = account.isdigit() and account != spec.account
        if foreign and service in closed and not any(fnmatchcase(arn, pattern) for pattern in also):
            message = f"{one.address} is in the account {account}, which the endpoint of {service} leads to no more"
            yield Fault("closed-endpoint", message, ("endpoint_policy",), f"add '{arn}' to 'also'")
