"""Sign-in at a load balancer, before it does with a request what its rule says.

Source: Elastic Load Balancing user guide, "Authenticate users using an Application Load Balancer".
"""

from __future__ import annotations

from troposphere import elasticloadbalancingv2 as elb

from compiler.language.names import shout
from compiler.program.component import Component, Platform
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_OTHERS = {"sign-in": "authenticate", "deny": "deny", "allow": "allow"}


@frozen()
class Oidc:
    """A provider of OpenID Connect, and who the load balancer is there."""

    issuer: str
    authorization_url: str
    token_url: str
    user_info_url: str
    client_id: str
    secret: str
    key: str


@frozen()
class SignIn:
    """Who may come, and for how long."""

    users: str | None
    client: str | None
    oidc: Oidc | None
    scopes: tuple[str, ...]
    session_seconds: int
    others: str


def after_sign_in(
    platform: Platform, said: SignIn | None, action: elb.ListenerRuleAction
) -> list[elb.ListenerRuleAction]:
    """The action alone, or after the one that wants a user."""
    if said is None:
        return [action]
    action.Order = 2
    first = _of_provider(said, said.oidc) if said.oidc else _of_pool(platform, said)
    return [first, action]


def _of_pool(platform: Platform, said: SignIn) -> elb.ListenerRuleAction:
    pool: Component = platform.components[str(said.users)]
    about = platform.offered(pool, "sign_in").environment
    config = elb.AuthenticateCognitoConfig(
        UserPoolArn=about["POOL_ARN"],
        UserPoolClientId=about[f"{shout(str(said.client))}_CLIENT_ID"],
        UserPoolDomain=about["DOMAIN"],
        **_session(said),
    )
    return elb.ListenerRuleAction(Type="authenticate-cognito", Order=1, AuthenticateCognitoConfig=config)


def _of_provider(said: SignIn, oidc: Oidc) -> elb.ListenerRuleAction:
    """CloudFormation reads the secret, so that it stands in no template."""
    config = elb.ListenerRuleAuthenticateOidcConfig(
        Issuer=oidc.issuer,
        AuthorizationEndpoint=oidc.authorization_url,
        TokenEndpoint=oidc.token_url,
        UserInfoEndpoint=oidc.user_info_url,
        ClientId=oidc.client_id,
        ClientSecret=f"{{{{resolve:secretsmanager:{oidc.secret}:SecretString:{oidc.key}}}}}",
        **_session(said),
    )
    return elb.ListenerRuleAction(Type="authenticate-oidc", Order=1, AuthenticateOidcConfig=config)


def _session(said: SignIn) -> dict[str, Json]:
    return {
        "Scope": " ".join(said.scopes),
        "SessionTimeout": said.session_seconds,
        "OnUnauthenticatedRequest": _OTHERS[said.others],
    }
