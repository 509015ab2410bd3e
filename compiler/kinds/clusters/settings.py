"""The settings of a cluster, and what its parts are called."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import Sub

from compiler.language.names import pascal
from compiler.program.component import Platform, Value
from compiler.shared.physical_names import physical_name
from compiler.shared.subnets import TagsSubnets
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_LONGEST_NAME = 100


@frozen()
class Taint:
    """One of the taints of a node group."""

    effect: str
    value: str


@frozen()
class Nodes:
    """One managed node group."""

    instances: tuple[str, ...]
    spot: bool
    min: int
    max: int
    desired: int | None
    image: str
    storage: int
    labels: Mapping[str, str]
    taints: Mapping[str, Taint]
    unavailable_percent: int
    repair: bool


@frozen()
class Profile:
    """One Fargate profile."""

    namespaces: Mapping[str, Json]


@frozen()
class AddOn:
    """One add-on as the spec has it."""

    version: str | None
    settings: Json
    service_account: str | None
    policies: tuple[str, ...]


@frozen()
class Access:
    """One access entry."""

    principal: str
    can: str | None
    namespaces: tuple[str, ...]
    groups: tuple[str, ...]


@frozen(kw_only=True)
class ClusterSettings(TagsSubnets):
    """A cluster, as its parts see it."""

    version: str
    support: str
    cluster_name: str | None
    public: Json
    key: str | None
    control_plane_logs: tuple[str, ...]
    log_days: int
    service_cidr: str | None
    zonal_shift: bool
    protect: bool
    auto: bool
    nodes: Mapping[str, Nodes]
    fargate: Mapping[str, Profile]
    addons: Mapping[str, AddOn]
    load_balancers: bool
    logs_to: str | None
    oidc_provider: bool | None
    access: Mapping[str, Access]

    def part(self, *words: str) -> str:
        """Logical id of a part of the cluster."""
        return self.main_id + "".join(word if word[:1].isupper() else pascal(word) for word in words)

    def physical(self, platform: Platform) -> str:
        """Its name, which AWS makes the name of its log group of: so the name is ours too."""
        return self.cluster_name or physical_name((platform.name, platform.environment, self.name), _LONGEST_NAME)

    def arn(self, platform: Platform, resource: str = "cluster") -> Value:
        """ARN of the cluster, or of what belongs to it, without a reference to the cluster itself."""
        place = "arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}"
        return Sub(f"{place}:{resource}/{self.physical(platform)}{'' if resource == 'cluster' else '/*'}")

    @property
    def trusts_tokens(self) -> bool:
        """Whether IAM trusts its tokens: pods on Fargate get a role in no other way."""
        return bool(self.fargate) if self.oidc_provider is None else self.oidc_provider


def aws_policy(name: str) -> Value:
    """ARN of a policy that AWS manages."""
    return Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{name}")
