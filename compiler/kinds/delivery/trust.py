"""Who may take a role: tokens of one provider with one audience, for one part of one repository.

Sources of the forms of `sub`: GitHub docs, "OpenID Connect reference"; GitLab docs, "OpenID Connect (OIDC)
Authentication Using ID Tokens"; Atlassian support, "Deploy on AWS using Bitbucket Pipelines OpenID Connect".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from awacs.aws import (
    Action,
    Allow,
    Condition,
    ConditionElement,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
    StringLike,
)

from compiler.kinds.delivery.settings import DeliveryRole
from compiler.program.component import Value


def trust_policy(role: DeliveryRole, host: str, provider: Value) -> PolicyDocument:
    """`host` is the provider's URL without its scheme, by which IAM names the claims."""
    sub, equal = {f"{host}:sub": subject(role)}, {f"{host}:aud": audience(role, host)}
    stepwise = "*" in subject(role)
    conditions: list[ConditionElement] = [StringEquals(equal if stepwise else equal | sub)]
    conditions += [StringLike(sub)] if stepwise else []
    allow = Statement(
        Effect=Allow,
        Principal=Principal("Federated", provider),
        Action=[Action("sts", "AssumeRoleWithWebIdentity")],
        Condition=Condition(conditions),
    )
    return PolicyDocument(Version="2012-10-17", Statement=[allow])


def audience(role: DeliveryRole, host: str) -> str:
    """The audience of the official ways to get credentials where the spec sets none; Bitbucket has no such."""
    return role.audience or usual_audience(role.provider, host)


def usual_audience(provider: str, host: str) -> str:
    return {"github": "sts.amazonaws.com", "gitlab": f"https://{host}"}.get(provider, "")


def subject(role: DeliveryRole) -> str:
    return _SUBJECTS[role.provider](role)


def _github(role: DeliveryRole) -> str:
    """A `:` of an environment would be ``%3A``; the schema takes none."""
    if role.environment:
        return f"repo:{role.repository}:environment:{role.environment}"
    if role.pull_requests:
        return f"repo:{role.repository}:pull_request"
    return f"repo:{role.repository}:ref:refs/{'heads' if role.branch else 'tags'}/{role.branch or role.tag}"


def _gitlab(role: DeliveryRole) -> str:
    kind = "branch" if role.branch else "tag"
    return f"project_path:{role.repository}:ref_type:{kind}:ref:{role.branch or role.tag}"


def _bitbucket(role: DeliveryRole) -> str:
    """Ends with the UUID of the step, which is new in each run."""
    return f"{role.repository}:{role.environment}:*"


_SUBJECTS: Mapping[str, Callable[[DeliveryRole], str]] = {
    "github": _github,
    "gitlab": _gitlab,
    "bitbucket": _bitbucket,
}
