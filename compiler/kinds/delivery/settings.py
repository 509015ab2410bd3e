"""The settings of the section."""

from __future__ import annotations

from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Providers:
    """Each an ARN, a map with the URL of one to make, or None."""

    github: Json
    gitlab: Json
    bitbucket: Json

    @property
    def said(self) -> dict[str, Json]:
        every = {"github": self.github, "gitlab": self.gitlab, "bitbucket": self.bitbucket}
        return {name: one for name, one in every.items() if one is not None}


@frozen()
class DeliveryRole:
    """One role, and whose tokens may take it."""

    provider: str
    repository: str
    branch: str | None
    tag: str | None
    environment: str | None
    pull_requests: bool
    audience: str | None
    may: str
    session_hours: int | str
    boundary: str | None


def host_of(provider: Json) -> str:
    """The URL of a provider without its scheme, as its ARN ends with it too."""
    if isinstance(provider, str):
        return provider.split(":oidc-provider/", 1)[1]
    return str(provider["url"]).removeprefix("https://").rstrip("/")
