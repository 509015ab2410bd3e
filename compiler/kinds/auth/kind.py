"""Cognito user pools with their clients, providers, sign-in pages, groups, triggers and identity pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, cognito

from compiler.kinds.auth.clients import Client, Domain, PoolSettings, client, client_id, pages, schema_attributes
from compiler.kinds.auth.identity_pool import identities, identity_pool_id
from compiler.kinds.auth.providers import Provider, ResourceServer, providers_of, servers_of
from compiler.kinds.auth.user_pool import (
    STANDARD,
    Mail,
    Password,
    contacts,
    mail_settings,
    message_role,
    names_of_users,
    policies,
    reached_by,
    text_messages,
    trigger_permissions,
    trigger_settings,
)
from compiler.language.names import shout
from compiler.program.component import Capability, Grant, Output, Platform, User, Value
from compiler.shared.digest import mark
from compiler.shared.keep import deletion
from compiler.shared.web_acl import association
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_READ = (
    "cognito-idp:AdminGetUser",
    "cognito-idp:AdminListGroupsForUser",
    "cognito-idp:DescribeUserPool",
    "cognito-idp:GetGroup",
    "cognito-idp:ListGroups",
    "cognito-idp:ListUsers",
    "cognito-idp:ListUsersInGroup",
)
_MANAGE = (
    "cognito-idp:AdminAddUserToGroup",
    "cognito-idp:AdminConfirmSignUp",
    "cognito-idp:AdminCreateUser",
    "cognito-idp:AdminDeleteUser",
    "cognito-idp:AdminDeleteUserAttributes",
    "cognito-idp:AdminDisableUser",
    "cognito-idp:AdminEnableUser",
    "cognito-idp:AdminRemoveUserFromGroup",
    "cognito-idp:AdminResetUserPassword",
    "cognito-idp:AdminSetUserPassword",
    "cognito-idp:AdminUpdateUserAttributes",
    "cognito-idp:AdminUserGlobalSignOut",
)
_SIGN_IN = ("cognito-idp:AdminInitiateAuth", "cognito-idp:AdminRespondToAuthChallenge")
"""For servers that sign users in, where a client says so."""
_PROTECTION = {"off": "OFF", "audit": "AUDIT", "enforced": "ENFORCED"}


@frozen(kw_only=True)
class UserPool(User):
    """A pool that tells nobody who its users are."""

    sign_in: tuple[str, ...]
    sign_up: bool
    required: tuple[str, ...]
    custom: Mapping[str, Json]
    password: Password
    mfa: str
    plan: str
    threat_protection: str | None
    groups: tuple[str, ...]
    clients: Mapping[str, Client]
    providers: Mapping[str, Provider]
    resource_servers: Mapping[str, ResourceServer]
    domain: Domain | None
    mail: Mail | None
    triggers: Mapping[str, str]
    firewall: str | None
    deletion_protection: bool
    keep: str

    @property
    def role_id(self) -> str | None:
        """Role of users that are signed in; without uses they have nothing to do with AWS."""
        return f"{self.stem}UsersRole" if self.uses else None

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield self._pool(platform)
        if "phone" in contacts(self.sign_in):
            yield message_role(self, platform)
        yield from providers_of(self.main_id, self.providers)
        yield from servers_of(self.main_id, self.resource_servers)
        pool = PoolSettings(self.main_id, self.custom, self.providers, self.resource_servers)
        for name, settings in self.clients.items():
            yield client(pool, name, settings)
        if self.domain:
            yield from pages(self.main_id, self.domain)
        if self.uses:
            yield from identities(self, self._clients_of_users())
        yield from trigger_permissions(self, platform, self.triggers)
        for group in self.groups:
            logical_id = f"{self.main_id}Group{mark(group)}"
            yield cognito.UserPoolGroup(logical_id, UserPoolId=Ref(self.main_id), GroupName=group)
        yield from association(platform, self, GetAtt(self.main_id, "Arn"))

    def _pool(self, platform: Platform) -> cognito.UserPool:
        return cognito.UserPool(
            self.main_id,
            UserPoolName=f"{platform.name}-{platform.environment}-{self.name}",
            UserPoolTier=self.plan.upper(),
            DeletionProtection="ACTIVE" if self.deletion_protection else "INACTIVE",
            AdminCreateUserConfig=cognito.AdminCreateUserConfig(AllowAdminCreateUserOnly=not self.sign_up),
            Policies=policies(self.password),
            UsernameConfiguration=cognito.UsernameConfiguration(CaseSensitive=False),
            **names_of_users(self.sign_in),
            **reached_by(self.sign_in),
            **self._security(),
            **self._options(platform),
            **deletion(self.keep),
        )

    def _security(self) -> dict[str, Json]:
        found: dict[str, Json] = {"MfaConfiguration": self.mfa.upper()}
        if self.mfa != "off":
            found["EnabledMfas"] = ["SOFTWARE_TOKEN_MFA"]
        protection = self.threat_protection or ("enforced" if self.plan == "plus" else "off")
        return found | {"UserPoolAddOns": cognito.UserPoolAddOns(AdvancedSecurityMode=_PROTECTION[protection])}

    def _options(self, platform: Platform) -> dict[str, Json]:
        found: dict[str, Json] = {}
        schema = list(schema_attributes(self._required(), self.custom))
        if schema:
            found["Schema"] = schema
        if self.mail:
            found["EmailConfiguration"] = mail_settings(platform, self.mail)
        if "phone" in contacts(self.sign_in):
            found["SmsConfiguration"] = text_messages(self, platform)
        if self.triggers:
            found["LambdaConfig"] = trigger_settings(platform, self.triggers)
        return found

    def _required(self) -> set[str]:
        """The only way to reach a user is required; of two ways each user takes one."""
        ways = contacts(self.sign_in)
        certain = {STANDARD[ways[0]]} if len(ways) == 1 else set()
        return {*self.required, *certain}

    @property
    def _first_client(self) -> Value:
        return Ref(client_id(self.main_id, next(iter(self._client_names))))

    def _clients_of_users(self) -> list[str]:
        return [client_id(self.main_id, name) for name, one in self.clients.items() if not one.machine]

    def _client_ids(self) -> dict[str, Value]:
        return {f"{shout(name)}_CLIENT_ID": Ref(client_id(self.main_id, name)) for name in self._client_names}

    @property
    def _client_names(self) -> Iterable[str]:
        return self.clients if self.existing is None else self.existing["clients"]

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        about = {"POOL_ID": Ref(self.main_id), "CLIENT_ID": self._first_client, "ISSUER": self.attributes()["issuer"]}
        about |= {"IDENTITY_POOL_ID": Ref(identity_pool_id(self))} if self.uses else {}
        signs_in = any("admin_password" in one.flows for one in self.clients.values())
        manage = tuple(sorted((*_READ, *_MANAGE, *(_SIGN_IN if signs_in else ()))))
        return {
            "read": self._capability(_READ, {**about, **self._client_ids()}),
            "manage": self._capability(manage, {**about, **self._client_ids()}),
            "authorize": Capability(environment={"ISSUER": about["ISSUER"], **self._client_ids()}),
            "sign_in": self._sign_in(),
            "recover": Capability(),
        }

    def _sign_in(self) -> Capability:
        """What a load balancer needs: nothing of it may be read by the components behind it."""
        about = {"POOL_ARN": GetAtt(self.main_id, "Arn"), **self._client_ids()}
        return Capability(environment={**about, "DOMAIN": Ref(f"{self.main_id}Domain")})

    def _capability(self, actions: tuple[str, ...], variables: Mapping[str, Value]) -> Capability:
        return Capability((Grant(actions, (GetAtt(self.main_id, "Arn"),)),), environment=variables)

    def attributes(self) -> Mapping[str, Value]:
        return {
            "id": Ref(self.main_id),
            "arn": GetAtt(self.main_id, "Arn"),
            "issuer": GetAtt(self.main_id, "ProviderURL"),
            "client_id": self._first_client,
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Id", Ref(self.main_id), f"Id of the user pool {self.name}")
        yield Output(f"{self.stem}Issuer", self.attributes()["issuer"], f"Issuer of the tokens of {self.name}")
        for name in self.clients:
            logical_id = client_id(self.main_id, name)
            yield Output(f"{logical_id}Id", Ref(logical_id), f"Id of the client {name} of {self.name}")
        if self.uses:
            about = f"Id of the identity pool of {self.name}"
            yield Output(f"{self.stem}IdentityPoolId", Ref(identity_pool_id(self)), about)
        if self.domain:
            yield from self._pages_outputs(self.domain)

    def _pages_outputs(self, domain: Domain) -> Iterator[Output]:
        logical_id = f"{self.main_id}Domain"
        about = f"Host of the sign-in pages of {self.name}"
        if domain.name:
            yield Output(f"{self.stem}SignInDomain", Ref(logical_id), about)
            target = GetAtt(logical_id, "CloudFrontDistribution")
            yield Output(f"{self.stem}SignInTarget", target, "What the DNS record of the sign-in pages points at")
        else:
            host = Sub(f"${{{logical_id}}}.auth.${{AWS::Region}}.amazoncognito.com")
            yield Output(f"{self.stem}SignInDomain", host, about)


KIND = UserPool
