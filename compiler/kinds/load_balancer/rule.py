"""The settings of the load balancer's own rules."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.shared.requests import Requests
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Answer:
    """What a load balancer answers by itself."""

    status: int
    type: str
    body: str


@frozen()
class Redirect:
    """Where a client is sent; None for what is kept of the request."""

    host: str | None
    path: str | None
    query: str | None
    https: bool
    permanent: bool


@frozen()
class Share:
    """One of those among which requests are divided."""

    to: str
    weight: int


@frozen()
class Rule(Requests):
    """Requests, and one thing that is done with them."""

    answer: Answer | None
    redirect: Redirect | None
    to: str | None
    split: tuple[Share, ...] | None
    sticky_seconds: int | None

    @property
    def targets(self) -> tuple[str, ...]:
        """Addresses of the components that take the requests."""
        return tuple(one.to for one in self.split or ()) or ((self.to,) if self.to else ())


@frozen()
class Maintenance:
    """The page that stands for everything."""

    body: str
    type: str


_BODY = "Down for maintenance. Please come back later."


def page(said: Json) -> Maintenance | None:
    """The setting ``maintenance``; None where requests get through."""
    if isinstance(said, Mapping):
        return Maintenance(said["body"], said["type"])
    return Maintenance(_BODY, "text/plain") if said else None
