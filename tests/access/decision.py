"""May this caller do this action on this resource in this context? AWS's logic for it.

Sources: IAM user guide, "Policy evaluation logic" (single account, cross-account, identity with resource policies) and
"Permissions boundaries"; KMS developer guide, "Key policies" and "Default key policy" (IAM policies count only where
the key policy lets the account in).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from tests.access.matching import Context, like
from tests.access.statements import Policy, Statement
from tests.access.unsupported import Unsupported

_ACCOUNT_ID = 12


class Decision(Enum):
    """What AWS answers."""

    ALLOWED = "allowed"
    DENIED = "denied by no policy that allows"
    REFUSED = "denied by a statement"


class _Named(Enum):
    """How a resource policy names a caller."""

    NOT = 0
    ACCOUNT = 1
    """By its account, which has to give the permission itself."""
    ITSELF = 2


@dataclass(frozen=True, slots=True)
class Caller:
    """A role with its policies, or an AWS service or identity provider, which have none."""

    arn: str
    policies: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None

    @property
    def service(self) -> bool:
        return not self.arn.startswith("arn:")

    @property
    def account(self) -> str:
        return "" if self.service else self.arn.split(":")[4]


@dataclass(frozen=True, slots=True)
class Resource:
    """What is acted on, with the account that owns it and its own policy."""

    arn: str
    account: str
    policy: Policy = ()
    closed: bool = False
    """Whether its policy must let even the own account in: a KMS key, a role that is assumed."""


@dataclass(frozen=True, slots=True)
class Request:
    """An action of a caller on a resource."""

    caller: Caller
    action: str
    resource: Resource
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gates: tuple[Policy, ...] = ()
    """Policies on the way, each of which must allow and none of which grants: of a VPC endpoint, of an organization."""


def decide(request: Request) -> Decision:
    """AWS's answer. Whatever the evaluator has no rule for raises `Unsupported`."""
    about = _Question(request, _context(request))
    if about.denied():
        return Decision.REFUSED
    return Decision.ALLOWED if about.allowed() else Decision.DENIED


@dataclass(frozen=True, slots=True)
class _Question:
    request: Request
    context: Context

    def denied(self) -> bool:
        """An explicit deny anywhere wins."""
        caller, resource = self.request.caller, self.request.resource
        policies = (*caller.policies, *(caller.boundary or ()))
        return (
            any(self._matches(policy, allow=False) for policy in policies)
            or any(self._passes(gate, allow=False) for gate in self.request.gates)
            or self._named(resource.policy, allow=False) is not _Named.NOT
        )

    def allowed(self) -> bool:
        caller, resource = self.request.caller, self.request.resource
        named = self._named(resource.policy, allow=True)
        if not all(self._passes(gate, allow=True) for gate in self.request.gates):
            return False
        if caller.service:
            return named is _Named.ITSELF
        if caller.boundary is not None and not any(self._matches(one, allow=True) for one in caller.boundary):
            return False
        granted = any(self._matches(policy, allow=True) for policy in caller.policies)
        if caller.account != resource.account:
            return granted and named is not _Named.NOT
        if resource.closed:
            return named is _Named.ITSELF or (granted and named is _Named.ACCOUNT)
        return granted or named is _Named.ITSELF

    def _matches(self, policy: Policy, *, allow: bool) -> bool:
        """Whether a statement of an identity policy or a boundary is about the request."""
        return any(_without_principals(one) for one in self._about(policy, allow=allow))

    def _passes(self, gate: Policy, *, allow: bool) -> bool:
        """Whether a statement of a policy on the way is about the request; without principals it is about everybody."""
        about = self._about(gate, allow=allow)
        return any(one.principals is None or self._how(one) is not _Named.NOT for one in about)

    def _named(self, policy: Policy, *, allow: bool) -> _Named:
        """How those statements of a resource policy that are about the request name its caller."""
        ways = (self._how(statement) for statement in self._about(policy, allow=allow))
        return max(ways, key=lambda way: way.value, default=_Named.NOT)

    def _about(self, policy: Policy, *, allow: bool) -> Iterable[Statement]:
        action, arn = self.request.action, self.request.resource.arn
        return (one for one in policy if one.allow == allow and one.about(action, arn, self.context))

    def _how(self, statement: Statement) -> _Named:
        if statement.principals is None:
            raise Unsupported(f"statement '{statement.sid}' of a resource's policy names nobody")
        ways = (_as_named(self.request.caller, *principal) for principal in statement.principals)
        return max(ways, key=lambda way: way.value, default=_Named.NOT)


def _without_principals(statement: Statement) -> bool:
    if statement.principals is not None:
        raise Unsupported(f"statement '{statement.sid}' of a role's policy names principals")
    return True


def _as_named(caller: Caller, kind: str, text: str) -> _Named:
    """How one principal names a caller. A wildcard is everybody, and part of a name nowhere."""
    if kind in ("Federated", "Service"):
        return _Named.ITSELF if text == caller.arn else _Named.NOT
    if text == "*":
        return _Named.ITSELF
    if caller.service:
        return _Named.NOT
    account = text if len(text) == _ACCOUNT_ID and text.isdigit() else ""
    if account == caller.account or like(f"arn:*:iam::{caller.account}:root", text):
        return _Named.ACCOUNT
    return _Named.ITSELF if text == caller.arn else _Named.NOT


def _context(request: Request) -> Context:
    """What AWS adds to every request, under what the request says itself; keys have no case."""
    caller, resource = request.caller, request.resource
    given = {
        "aws:SecureTransport": ("true",),
        "aws:ResourceAccount": (resource.account,),
        "aws:PrincipalIsAWSService": (str(caller.service).lower(),),
    }
    if not caller.service:
        given |= {"aws:PrincipalArn": (caller.arn,), "aws:PrincipalAccount": (caller.account,)}
    return {key.lower(): values for key, values in {**given, **request.context}.items()}
