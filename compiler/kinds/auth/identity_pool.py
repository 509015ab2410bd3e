"""An identity pool: users of a user pool get credentials of AWS, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from awacs.aws import (
    Action,
    Allow,
    Condition,
    ForAnyValueStringLike,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
)
from troposphere import AWSObject, GetAtt, Ref, cognito

from compiler.program.component import User
from compiler.shared.roles import role

_SERVICE = "cognito-identity.amazonaws.com"


def identity_pool_id(pool: User) -> str:
    """Logical id of the identity pool of a user pool."""
    return f"{pool.stem}IdentityPool"


def identities(pool: User, clients: Iterable[str]) -> Iterator[AWSObject]:
    """Only tokens of `clients`, logical ids, count; a token that was revoked does not."""
    logical_id = identity_pool_id(pool)
    issuer = GetAtt(pool.main_id, "ProviderName")
    yield cognito.IdentityPool(
        logical_id,
        AllowUnauthenticatedIdentities=False,
        AllowClassicFlow=False,
        CognitoIdentityProviders=[
            cognito.CognitoIdentityProvider(ClientId=Ref(client), ProviderName=issuer, ServerSideTokenCheck=True)
            for client in clients
        ],
    )
    yield role(str(pool.role_id), _trust(logical_id))
    yield cognito.IdentityPoolRoleAttachment(
        f"{logical_id}Roles",
        IdentityPoolId=Ref(logical_id),
        Roles={"authenticated": GetAtt(str(pool.role_id), "Arn")},
    )


def _trust(pool_id: str) -> PolicyDocument:
    """Source: Cognito developer guide, "Role trust and permissions"."""
    own = StringEquals({f"{_SERVICE}:aud": Ref(pool_id)})
    signed_in = ForAnyValueStringLike({f"{_SERVICE}:amr": "authenticated"})
    allow = Statement(
        Effect=Allow,
        Principal=Principal("Federated", _SERVICE),
        Action=[Action("sts", "AssumeRoleWithWebIdentity")],
        Condition=Condition([own, signed_in]),
    )
    return PolicyDocument(Version="2012-10-17", Statement=[allow])
