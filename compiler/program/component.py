"""Base classes of all kinds: a component, its permissions, ports, alarms and outputs, and the platform around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypeAlias, TypeVar, cast

from troposphere import AWSHelperFn, AWSObject, GetAtt, Parameter, Ref

from compiler.language.address import name_of
from compiler.language.names import pascal
from compiler.language.schema import Schema
from compiler.meaning.edges import Edge
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec, resolved_spec
from compiler.program.artifact import Artifact
from compiler.program.built_image import BuiltImage
from compiler.program.kept import KeptValue
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import imported
from compiler.source.json_value import Json

Value: TypeAlias = str | AWSHelperFn
"""Text of a template: a literal, or a Ref, GetAtt or Sub."""

KEY_ID = "PlatformKey"
"""Logical id of the KMS key that encrypts the platform's resources."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One IAM statement of an identity policy: explicit actions on exact resources."""

    actions: tuple[str, ...]
    """``service:Action``, without wildcards."""
    resources: tuple[Value, ...]
    conditions: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """IAM condition operator → key → value, e.g. ``{"StringEquals": {"kms:ViaService": "…"}}``."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port behind a security group."""

    number: int
    security_group: Value
    behind: str = ""
    """Name of the resource that has the security group, if it is not the target itself: a shared load balancer."""
    existing: bool = False
    """Whether the security group is managed elsewhere, so that no rule is added to it."""
    transport: str = "tcp"
    """``udp`` where connections are of that."""

    @property
    def word(self) -> str:
        """What logical ids of its rules have: two transports may have the same number."""
        return f"{self.number}{'' if self.transport == 'tcp' else pascal(self.transport)}"


@dataclass(frozen=True, slots=True)
class Capability:
    """What a verb of `uses` gives the component that uses another: permissions, ports, variables, secrets."""

    grants: tuple[Grant, ...] = ()
    ports: tuple[Port, ...] = ()
    environment: Mapping[str, Value] = field(default_factory=dict)
    """Suffix of the variable → value: ``{"HOST": …}`` becomes ``MAIN_HOST``."""
    secrets: Mapping[str, Value] = field(default_factory=dict)
    """Suffix → what ECS takes as ValueFrom (``arn:json-key::``)."""
    secret_grants: tuple[Grant, ...] = ()
    """Permissions of the ECS agent, which injects `secrets`."""
    after: tuple[str, ...] = ()
    """Logical ids that must exist before the user starts, beyond those that the values above name."""
    partitioned: bool = False
    """Whether what is sent is spread by a partition key."""
    log_groups: tuple[str, ...] = ()
    """Logical ids of the log groups that are read."""


@frozen(eq=True)
class AlarmSpec:
    """A default alarm of a component. `metrics` is CloudWatch's MetricDataQuery list as plain JSON."""

    name: str
    """PascalCase suffix of the logical id: ``CpuHigh``."""
    description: str
    metrics: tuple[Mapping[str, Json], ...]
    threshold: float
    comparison: str = "GreaterThanThreshold"
    evaluation_periods: int = 1
    datapoints: int = 1
    missing: str = "notBreaching"
    band: float | None = None
    """Width of an anomaly band in standard deviations; the metric is then held against the band, not the threshold."""


@frozen(eq=True)
class Chart:
    """A graph for the dashboard: CloudWatch's ``metrics`` array (namespace, name, dimension, value … each a row)."""

    title: str
    metrics: tuple[tuple[Value | Mapping[str, Json], ...], ...]
    statistic: str = "Average"


@frozen(eq=True)
class Output:
    """An output of the whole platform, shown by ``stackwright outputs``."""

    name: str
    """PascalCase and unique: starts with the component's stem."""
    value: Value
    description: str


@frozen(kw_only=True)
class Component:
    """One component with all its settings. Subclasses add a field for each property of their schema."""

    section: ClassVar[str] = ""
    """Set by the registry: the module's name."""
    noun: ClassVar[str | None] = None
    """Set by the registry: the schema's ``x-logical-id``; None where the section is one component."""

    name: str
    """Unique in its section."""
    path: str
    """``queues.processing`` as the spec has it now; a singleton's path is its section."""
    only: tuple[str, ...] | None
    properties: Mapping[str, Json] | None
    existing: Json
    """The setting `existing`: attributes of an imported resource, for which nothing is built."""

    @property
    def address(self) -> str:
        """How edges and references name the component: its path, with the old name if it was renamed."""
        return self.section if self.noun is None else f"{self.section}.{self.name}"

    @property
    def stem(self) -> str:
        """The start of all its logical ids: name and noun, so that components of two sections may share a name."""
        return pascal(self.name) + (self.noun or "")

    @property
    def imported(self) -> bool:
        """Whether another platform exports it: it is not built here, but its security groups take rules of here."""
        return self.existing is not None and imported(self.existing)

    @property
    def unchanged(self) -> bool:
        """Whether it is managed elsewhere, so that nothing is added to its security groups."""
        return self.existing is not None and not self.imported

    @property
    def main_id(self) -> str:
        """Logical id of the main resource, which ``properties:`` patches."""
        return self.stem

    @property
    def role_id(self) -> str | None:
        """Logical id of the role that acts for the component, where there is one."""
        return None

    @property
    def security_group_id(self) -> str | None:
        """Logical id of the component's security group when it sends traffic in the network."""
        return None

    @property
    def first_id(self) -> str | None:
        """Logical id of what must have run before others of its stack that use the same data are created or updated."""
        return None

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        """The component's resources, with plain Ref and GetAtt on any logical id of the platform.

        Never fails: wrong settings are refused before, by the schema, the checks of the kind and `refused`.
        """
        raise NotImplementedError

    def answering_ids(self, platform: Platform) -> Iterable[str]:
        """Logical ids of what must be there before the component does what its users want of it."""
        return (self.main_id,)

    def refused(self, platform: Platform) -> Iterable[Fault]:
        """Faults that show only when all components are there, such as a log group that another one does not have."""
        return ()

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        """Verb → capability, for exactly the verbs of the schema's ``x-verbs`` and ``x-offers``."""
        return {}

    def way_out(self, services: Sequence[str]) -> str:
        """What to set so that the component's subnets lead to these APIs of AWS, or without any to the internet."""
        return ""

    def closed_by(self) -> str:
        """Why what lies in the component's subnets may not reach the internet, as a message begins with it."""
        return "without NAT"

    def for_user(self, platform: Platform, user: Component, verbs: tuple[str, ...]) -> Iterable[AWSObject]:
        """Resources that each user of this component needs for its verbs, in the user's stack.

        For a service that keeps its own list of who may do what beside IAM. Logical ids start with the user's stem.
        """
        return ()

    def attributes(self) -> Mapping[str, Value]:
        """Attributes for ``${name.attribute}``: exactly the names of the schema's ``x-attributes``."""
        return {}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        return ()

    def parameters(self) -> Iterable[Parameter]:
        """Parameters of the root template: only what changes without the spec."""
        return ()

    def artifacts(self) -> Iterable[Artifact]:
        return ()

    def built_images(self, platform: Platform) -> Iterable[BuiltImage]:
        """Container images that the deployment builds."""
        return ()

    def kept_values(self) -> Iterable[KeptValue]:
        """Values of root parameters that others change, so that a deployment keeps them."""
        return ()

    def key_services(self, platform: Platform) -> Iterable[str]:
        """Service principals that must use the platform's key as themselves, e.g. ``cloudfront.amazonaws.com``."""
        return ()

    def elsewhere(self, platform: Platform) -> Mapping[str, str]:
        """Logical id → region, for resources that AWS requires in another region than the platform's."""
        return {}

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        """What platforms above get as `existing` when this one exports the component: exactly ``shares`` of the schema.

        Text, which is known to all, or a Ref, GetAtt or Sub, which they read when they are deployed.
        """
        return {}

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        return ()

    def alarms_elsewhere(self, platform: Platform) -> Mapping[str, str]:
        """Alarm that the component has none of → address of the one that has it in its place."""
        return {}

    def charts(self, platform: Platform) -> Iterable[Chart]:
        return ()


@frozen(kw_only=True)
class User(Component):
    """A component that may use others: its schema has ``uses``."""

    variable_facets: ClassVar[tuple[str, ...]] = ()
    """Facets of a `Capability` that become environment variables of the component: `environment`, `secrets`."""

    uses: Mapping[str, Json]

    def own_variables(self) -> Mapping[str, Path]:
        """Environment variables that a setting other than `environment` sets → path of that setting."""
        return {}


C = TypeVar("C", bound=Component)
K = TypeVar("K")


def _by_target(edge: Edge) -> tuple[str, str, str, bool]:
    return name_of(edge.target), edge.target, edge.verb, edge.prefix == ""


def _grouped(edges: Iterable[Edge], key: Callable[[Edge], K]) -> dict[K, tuple[Edge, ...]]:
    """The edges by a key, in their order."""
    groups: dict[K, list[Edge]] = {}
    for edge in edges:
        groups.setdefault(key(edge), []).append(edge)
    return {name: tuple(group) for name, group in groups.items()}


@dataclass(frozen=True, slots=True)
class Platform:
    """One environment of a platform while its components are built."""

    name: str
    environment: str
    posture: str
    region: str
    account: str | None
    tags: Mapping[str, str]
    components: Mapping[str, Component]
    """Address → component."""
    edges: tuple[Edge, ...]
    document: Document
    schema: Schema
    spec: ResolvedSpec = field(init=False)
    """The same environment in the form that checks read."""
    built: tuple[Component, ...] = field(init=False, repr=False, compare=False)
    """The components that the platform creates: all but the existing ones."""
    first: tuple[Component, ...] = field(init=False, repr=False, compare=False)
    """Those of them that run something before others (`first_id`)."""
    _of_kind: dict[type[Component], tuple[Component, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _from: Mapping[str, tuple[Edge, ...]] = field(init=False, repr=False, compare=False)
    _to: Mapping[tuple[str, str], tuple[Edge, ...]] = field(init=False, repr=False, compare=False)
    _ordered: dict[int, tuple[Edge, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Identity of a component → its edges in order."""
    glued: dict[int, tuple[AWSObject, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Identity of a component → what `compiler.program.glue` made for its edges."""
    _offers: dict[int, Mapping[str, Capability]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Identity of a component → what it offers, which is the same for all users and made once."""
    exported: dict[str, Component] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Export → component, as `compiler.program.exported` has found them."""
    waited: dict[int, tuple[str, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Identity of a component → the logical ids that it waits for."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "spec", resolved_spec(self.document, self.schema))
        built = tuple(component for component in self.components.values() if component.existing is None)
        object.__setattr__(self, "built", built)
        object.__setattr__(self, "first", tuple(component for component in built if component.first_id))
        object.__setattr__(self, "_from", _grouped(self.edges, lambda edge: edge.source))
        object.__setattr__(self, "_to", _grouped(self.edges, lambda edge: (edge.target, edge.verb)))

    @property
    def account_id(self) -> Value:
        return self.account or Ref("AWS::AccountId")

    @property
    def name_in_account(self) -> str:
        """A name that no other stack of the account has: of a fleet each region has one."""
        name = f"{self.name}-{self.environment}"
        return f"{name}-{self.region}" if self.document.data.get("fleet") else name

    def of(self, kind: type[C]) -> tuple[C, ...]:
        """All components of one kind, in the spec's order."""
        if kind not in self._of_kind:
            found = tuple(component for component in self.components.values() if isinstance(component, kind))
            self._of_kind[kind] = found
        return cast("tuple[C, ...]", self._of_kind[kind])

    def edges_from(self, component: Component) -> tuple[Edge, ...]:
        return self._from.get(component.address, ())

    def in_order(self, component: Component) -> tuple[Edge, ...]:
        """A component's edges by the names of their targets, whatever the order in the spec."""
        found = self._ordered.get(id(component))
        if found is None:
            found = self._ordered[id(component)] = tuple(sorted(self.edges_from(component), key=_by_target))
        return found

    def edges_to(self, component: Component, verb: str) -> tuple[Edge, ...]:
        return self._to.get((component.address, verb), ())

    def stem(self, address: str) -> str:
        """The start of the logical ids of the component at `address`."""
        return self.components[address].stem

    def capability(self, edge: Edge) -> Capability:
        """The capability of an edge."""
        return self.offered(self.components[edge.target], edge.verb)

    def offered(self, component: Component, verb: str) -> Capability:
        """The capability that `component` gives a user with `verb`."""
        offers = self._offers.get(id(component))
        if offers is None:
            offers = component.offers(self)
            if component.existing is not None:
                offers = {name: _of_existing(given, component, self) for name, given in offers.items()}
            self._offers[id(component)] = offers
        return offers[verb]


def _of_existing(given: Capability, component: Component, platform: Platform) -> Capability:
    """The capability of an existing resource: with its own key, if it has one, and without waiting for it."""
    key = component.existing.get("key") if isinstance(component.existing, Mapping) else None
    # another platform that exports it is in the same region
    region = platform.region if component.imported else key.split(":")[3] if key else ""
    grants = tuple(_with_key(grant, key, region) for grant in given.grants if key or not _of_platform_key(grant))
    secret = tuple(_with_key(grant, key, region) for grant in given.secret_grants if key or not _of_platform_key(grant))
    return replace(given, grants=grants, secret_grants=secret, after=())


def _with_key(grant: Grant, key: str | None, region: str) -> Grant:
    """A grant on the platform's key as one on the existing resource's key, through the service in the key's region."""
    if not key or not _of_platform_key(grant):
        return grant
    through = {
        operator: {name: _in_region(name, value, region) for name, value in keys.items()}
        for operator, keys in grant.conditions.items()
    }
    return replace(grant, resources=(key,), conditions=through)


def _in_region(name: str, value: Json, region: str) -> Json:
    service = str(value).split(".")[0]
    return f"{service}.{region}.amazonaws.com" if name == "kms:ViaService" else value


def _of_platform_key(grant: Grant) -> bool:
    return any(isinstance(arn, GetAtt) and arn.data["Fn::GetAtt"][0] == KEY_ID for arn in grant.resources)
