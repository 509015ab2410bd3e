"""User pools: what users of a pool may do, how people sign in, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development, account: "111111111111"}
  prod: {posture: production, account: "222222222222"}
"""
FUNCTION = "runtime: python3.13, code: job, handler: app.handler"


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def pool(settings: str, environment: str = "dev") -> dict[str, Json]:
    body: dict[str, Json] = built(f"auth: {{people: {settings}}}", environment)["PeopleUserPool"]["Properties"]
    return body


def client(settings: str, more: str = "") -> dict[str, Json]:
    text = f"auth: {{people: {{clients: {{web: {settings}}}{more}}}}}"
    body: dict[str, Json] = built(text)["PeopleUserPoolWebClient"]["Properties"]
    return body


def access(verb: str, settings: str = "{}") -> Json:
    text = f"auth: {{people: {settings}, others: {{}}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{people: {verb}}}}}}}"
    (found,) = built(text)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


@pytest.mark.parametrize("verb", ["read", "manage"])
def test_a_verb_is_of_that_pool_and_of_named_actions(verb: str) -> None:
    found = access(verb)
    assert found["Resource"] == [{"Fn::GetAtt": ["PeopleUserPool", "Arn"]}]
    assert all(one.startswith("cognito-idp:") and "*" not in one for one in found["Action"])
    assert {"cognito-idp:AdminGetUser", "cognito-idp:ListUsers"} <= set(found["Action"])


def test_read_changes_nothing() -> None:
    words = ("Create", "Delete", "Update", "Set", "Disable", "Enable", "Add", "Remove", "Confirm", "Initiate")
    assert not [one for one in access("read")["Action"] if any(f"Admin{word}" in one for word in words)]
    assert "cognito-idp:DescribeUserPoolClient" not in access("read")["Action"], "it tells the client's secret"


def test_manage_changes_users_but_not_the_pool() -> None:
    actions = access("manage")["Action"]
    assert {"cognito-idp:AdminCreateUser", "cognito-idp:AdminAddUserToGroup"} <= set(actions)
    assert not {"cognito-idp:DeleteUserPool", "cognito-idp:UpdateUserPool"} & set(actions)
    assert "cognito-idp:AdminInitiateAuth" not in actions
    signing = access("manage", "{clients: {web: {flows: [admin_password]}}}")["Action"]
    assert "cognito-idp:AdminInitiateAuth" in signing


def test_variables_name_pool_clients_and_issuer() -> None:
    clients = "{clients: {web: {}, mobile: {}}}"
    text = f"auth: {{people: {clients}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{people: read}}}}}}"
    assert built(text)["JobFunction"]["Properties"]["Environment"]["Variables"] == {
        "PEOPLE_POOL_ID": {"Ref": "PeopleUserPool"},
        "PEOPLE_CLIENT_ID": {"Ref": "PeopleUserPoolWebClient"},
        "PEOPLE_ISSUER": {"Fn::GetAtt": ["PeopleUserPool", "ProviderURL"]},
        "PEOPLE_WEB_CLIENT_ID": {"Ref": "PeopleUserPoolWebClient"},
        "PEOPLE_MOBILE_CLIENT_ID": {"Ref": "PeopleUserPoolMobileClient"},
    }


def test_an_api_takes_the_tokens_of_all_clients() -> None:
    pool_and_function = f"auth: {{people: {{clients: {{web: {{}}, app: {{}}}}}}}}\nfunctions: {{job: {{{FUNCTION}}}}}"
    found = built(f"{pool_and_function}\napis: {{web: {{routes: {{'GET /': job}}, auth: jwt, jwt: {{auth: people}}}}}}")
    assert found["WebApiAuthorizer"]["Properties"]["JwtConfiguration"] == {
        "Issuer": {"Fn::GetAtt": ["PeopleUserPool", "ProviderURL"]},
        "Audience": [{"Ref": "PeopleUserPoolWebClient"}, {"Ref": "PeopleUserPoolAppClient"}],
    }


@pytest.mark.parametrize(
    ("jwt", "code"),
    [
        ("{auth: people, issuer: 'https://a.example/'}", "unused-setting"),
        ("{auth: people, audience: [a]}", "unused-setting"),
        ("{issuer: 'https://a.example/'}", "missing-property"),
        ("{auth: job}", "wrong-kind"),
    ],
)
def test_tokens_are_of_one_issuer(jwt: str, code: str) -> None:
    text = f"auth: {{people: {{}}}}\nfunctions: {{job: {{{FUNCTION}}}}}"
    api = f"apis: {{web: {{routes: {{'GET /': job}}, auth: jwt, jwt: {jwt}}}}}"
    assert {one.code for one in faults(f"{HEAD}{text}\n{api}")} == {code}


def test_passwords_are_long_and_of_all_classes() -> None:
    password = pool("{}")["Policies"]["PasswordPolicy"]
    assert password["MinimumLength"] == 12
    assert all(password[f"Require{one}"] is True for one in ("Lowercase", "Uppercase", "Numbers", "Symbols"))


def test_production_is_strict() -> None:
    dev, prod = pool("{}"), pool("{}", "prod")
    assert (dev["MfaConfiguration"], dev["DeletionProtection"], dev["UserPoolTier"]) == (
        "OFF",
        "INACTIVE",
        "ESSENTIALS",
    )
    assert (prod["MfaConfiguration"], prod["DeletionProtection"], prod["UserPoolTier"]) == ("ON", "ACTIVE", "PLUS")
    assert prod["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert prod["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}
    assert built("auth: {people: {}}", "prod")["PeopleUserPool"]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize(
    ("sign_in", "names", "verified"),
    [
        ("email", {"UsernameAttributes": ["email"]}, ["email"]),
        ("phone", {"UsernameAttributes": ["phone_number"]}, ["phone_number"]),
        ("phone, email", {"UsernameAttributes": ["email", "phone_number"]}, ["email", "phone_number"]),
        ("username", {}, ["email"]),
        ("username, phone", {"AliasAttributes": ["phone_number"]}, ["phone_number"]),
    ],
)
def test_ways_to_sign_in(sign_in: str, names: dict[str, Json], verified: list[str]) -> None:
    found = pool(f"{{sign_in: [{sign_in}]}}")
    assert {key: value for key, value in found.items() if key in ("UsernameAttributes", "AliasAttributes")} == names
    assert found["AutoVerifiedAttributes"] == verified
    required = [one["Name"] for one in found.get("Schema", ())]
    assert required == (verified if len(verified) == 1 else [])
    assert ("SmsConfiguration" in found) == ("phone" in sign_in)


def test_text_messages_go_to_phones_only() -> None:
    found = built("auth: {people: {sign_in: [phone]}}")["PeopleUserPoolSmsRole"]["Properties"]
    (trusted,) = found["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "cognito-idp.amazonaws.com"}
    assert set(trusted["Condition"]["StringEquals"]) == {"aws:SourceAccount", "sts:ExternalId"}
    _, deny = found["Policies"][0]["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Resource"]) == ("Deny", [{"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}])


def test_users_set_custom_attributes_only_where_the_spec_says_so() -> None:
    custom = ", custom: {userType: string, level: {type: number, mutable: false, min: 1, max: 9}}"
    silent, open_ = client("{}", custom), client("{writes: [userType]}", custom)
    assert {"custom:level", "custom:userType"} <= set(silent["ReadAttributes"])
    assert not any("custom:" in one for one in silent["WriteAttributes"])
    assert [one for one in open_["WriteAttributes"] if "custom:" in one] == ["custom:userType"]
    assert "email_verified" not in open_["WriteAttributes"]
    assert "ReadAttributes" not in client("{}")
    level = next(one for one in pool("{" + custom.lstrip(", ") + "}")["Schema"] if one["Name"] == "level")
    assert level["NumberAttributeConstraints"] == {"MinValue": "1", "MaxValue": "9"}
    assert (level["AttributeDataType"], level["Mutable"]) == ("Number", False)


def test_a_client_takes_codes_and_tells_nobody_who_is_a_user() -> None:
    found = client("{callback_urls: ['https://a.example/cb']}", ", domain: {prefix: 'demo-${env}'}")
    assert found["AllowedOAuthFlows"] == ["code"] and found["AllowedOAuthFlowsUserPoolClient"] is True
    assert found["PreventUserExistenceErrors"] == "ENABLED" and found["EnableTokenRevocation"] is True
    assert found["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]
    assert client("{}")["AllowedOAuthFlowsUserPoolClient"] is False


def test_sign_in_pages_have_a_prefix_or_a_name() -> None:
    own = "arn:aws:acm:us-east-1:111111111111:certificate/1"
    found = built(f"auth: {{people: {{domain: {{name: 'auth.${{env}}.example.com', certificate: '{own}'}}}}}}")
    assert found["PeopleUserPoolDomain"]["Properties"]["CustomDomainConfig"] == {"CertificateArn": own}
    found = built("auth: {people: {domain: {prefix: 'people-${env}'}}}")
    assert found["PeopleUserPoolDomain"]["Properties"]["Domain"] == "people-dev"


def test_mail_goes_through_the_identity() -> None:
    text = "email: {post: {identity: example.com}}\nauth: {people: {mail: {identity: post, sender: a@example.com}}}"
    settings = built(text)["PeopleUserPool"]["Properties"]["EmailConfiguration"]
    assert (settings["EmailSendingAccount"], settings["From"]) == ("DEVELOPER", "a@example.com")
    assert settings["ConfigurationSet"] == {"Ref": "PostIdentityConfigurationSet"}


def test_a_trigger_may_be_run_by_that_pool_only() -> None:
    triggers = "{post_confirmation: job, verify_auth_challenge: job}"
    found = built(f"auth: {{people: {{triggers: {triggers}}}}}\nfunctions: {{job: {{{FUNCTION}}}}}")
    arn = {"Fn::GetAtt": ["JobFunction", "Arn"]}
    settings = found["PeopleUserPool"]["Properties"]["LambdaConfig"]
    assert settings == {"PostConfirmation": arn, "VerifyAuthChallengeResponse": arn}
    permission = found["PeopleUserPoolToJobFunctionPermission"]["Properties"]
    assert permission["Principal"] == "cognito-idp.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": ["PeopleUserPool", "Arn"]}


def test_a_function_uses_a_pool_with_triggers_of_others() -> None:
    functions = f"functions: {{job: {{{FUNCTION}}}, api: {{{FUNCTION}, uses: {{people: read}}}}}}"
    assert "ApiFunctionAccess" in built(f"auth: {{people: {{triggers: {{pre_sign_up: job}}}}}}\n{functions}")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("sign_in: []", "out-of-range"),
        ("sign_in: [passkey]", "not-allowed"),
        ("password: {min_length: 8}", "out-of-range"),
        ("plan: lite, threat_protection: audit", "plan-limit"),
        ("plan: lite, clients: {web: {flows: [user]}}", "plan-limit"),
        ("custom: {user-type: string}", "bad-name"),
        ("custom: {userType: text}", "bad-value"),
        ("custom: {a: {type: boolean, max: 1}}", "unused-setting"),
        ("custom: {a: {min: 2, max: 1}}", "attribute-limits"),
        ("custom: {a: {max: 5000}}", "attribute-limits"),
        ("clients: {}", "out-of-range"),
        ("clients: {my-web: {}, my_web: {}}", "duplicate-name"),
        ("clients: {web: {writes: [userTyp]}}, custom: {userType: string}", "unknown-user-attribute"),
        ("clients: {web: {callback_urls: ['https://a.example/']}}", "missing-property"),
        ("clients: {web: {callback_urls: ['http://a.example/']}}, domain: {prefix: demo}", "bad-value"),
        ("clients: {web: {logout_urls: ['https://a.example/']}}", "unused-setting"),
        ("domain: {}", "one-of-two"),
        ("domain: {prefix: my-cognito}", "bad-value"),
        ("domain: {name: auth.example.com}", "certificate-needed"),
        (
            "domain: {name: a.example.com, certificate: 'arn:aws:acm:eu-west-1:111111111111:certificate/1'}",
            "certificate-region",
        ),
        ("mail: {identity: post}", "mail-sender"),
        ("mail: {identity: post, sender: a@example.org}", "mail-sender"),
        ("mail: {identity: job}", "wrong-kind"),
        ("triggers: {pre_sign_up: post}", "wrong-kind"),
        ("triggers: {sign_up: job}", "bad-name"),
    ],
)
def test_what_a_pool_can_not_be(settings: str, code: str) -> None:
    others = f"email: {{post: {{identity: example.com}}}}\nfunctions: {{job: {{{FUNCTION}}}}}"
    assert {one.code for one in faults(f"{HEAD}auth: {{people: {{{settings}}}}}\n{others}")} == {code}


def test_a_trigger_can_not_use_its_own_pool() -> None:
    function = f"functions: {{job: {{{FUNCTION}, uses: {{people: read}}}}}}"
    with pytest.raises(Exception, match="dependency-cycle"):
        compiled(f"{HEAD}auth: {{people: {{triggers: {{pre_sign_up: job}}}}}}\n{function}")


def test_a_variable_that_makes_no_certificate_is_told() -> None:
    """`${env}` fits the form of a setting before it is written out; what it becomes need not be an ARN."""
    text = (
        "platform: demo\nenvironments: {dev: {posture: development}}\n"
        "auth: {people: {domain: {name: auth.example.com, certificate: '${env}'}}}\n"
    )
    assert [found.code for found in faults(text)] == ["certificate-region"]


PAGES = "domain: {prefix: 'people-${env}'}"
ORDERS = "resource_servers: {orders: {identifier: 'https://api.example.com', scopes: {read: Look, write: Order}}}"
GOOGLE = "google: {type: google, client_id: shop, secret: shop/google}"


def test_a_machine_signs_in_as_itself_for_its_scopes() -> None:
    found = client("{machine: true, resource_scopes: [orders/read]}", f", {PAGES}, {ORDERS}")
    assert found["AllowedOAuthFlows"] == ["client_credentials"]
    assert found["AllowedOAuthScopes"] == ["https://api.example.com/read"]
    assert found["GenerateSecret"] is True
    assert found["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]


def test_a_client_waits_for_what_it_names() -> None:
    settings = "{callback_urls: ['https://a.example/'], resource_scopes: [orders/read], providers: [cognito, google]}"
    text = f"auth: {{people: {{clients: {{web: {settings}}}, {PAGES}, {ORDERS}, providers: {{{GOOGLE}}}}}}}"
    found = built(text)["PeopleUserPoolWebClient"]
    assert found["DependsOn"] == ["PeopleUserPoolGoogleProvider", "PeopleUserPoolOrdersServer"]
    properties = found["Properties"]
    assert properties["SupportedIdentityProviders"] == ["COGNITO", "Google"]
    assert properties["AllowedOAuthScopes"] == ["openid", "email", "profile", "https://api.example.com/read"]


def test_refresh_tokens_rotate_on_request_and_are_renewed_in_no_other_way() -> None:
    found = client("{refresh_rotation: 0}")
    assert found["RefreshTokenRotation"] == {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    assert found["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH"]
    assert "RefreshTokenRotation" not in client("{}")


@pytest.mark.parametrize(
    ("provider", "properties"),
    [
        (
            "google: {type: google, client_id: shop, secret: shop/google, key: secret}",
            {
                "ProviderName": "Google",
                "ProviderType": "Google",
                "ProviderDetails": {
                    "client_id": "shop",
                    "client_secret": "{{resolve:secretsmanager:shop/google:SecretString:secret}}",
                    "authorize_scopes": "openid email profile",
                },
            },
        ),
        (
            "corp: {type: oidc, client_id: shop, secret: '${keys.arn}', issuer: 'https://login.example.com'}",
            {
                "ProviderName": "corp",
                "ProviderType": "OIDC",
                "ProviderDetails": {
                    "client_id": "shop",
                    "client_secret": {"Fn::Sub": "{{resolve:secretsmanager:${KeysSecret}:SecretString:client_secret}}"},
                    "authorize_scopes": "openid email profile",
                    "oidc_issuer": "https://login.example.com",
                    "attributes_request_method": "GET",
                },
            },
        ),
        (
            "corp: {type: saml, metadata_url: 'https://sso.example.com/m.xml'}",
            {
                "ProviderName": "corp",
                "ProviderType": "SAML",
                "ProviderDetails": {"MetadataURL": "https://sso.example.com/m.xml"},
            },
        ),
    ],
)
def test_users_come_from_elsewhere(provider: str, properties: Json) -> None:
    text = f"secrets: {{keys: {{keys: [client_secret]}}}}\nauth: {{people: {{{PAGES}, providers: {{{provider}}}}}}}"
    (found,) = [one for one in built(text).values() if one["Type"] == "AWS::Cognito::UserPoolIdentityProvider"]
    assert properties.items() <= found["Properties"].items()
    assert found["Properties"]["AttributeMapping"] == {"email": "email"}


def test_the_record_of_the_sign_in_pages_stands_beside_them() -> None:
    certificate = "arn:aws:acm:us-east-1:111111111111:certificate/1"
    domain = f"domain: {{name: 'auth.${{env}}.example.com', certificate: '{certificate}', zone: Z0123456789ABCDEFGHIJ}}"
    record = built(f"auth: {{people: {{{domain}}}}}")["PeopleUserPoolDomainAlias"]["Properties"]
    assert (record["Name"], record["HostedZoneId"]) == ("auth.dev.example.com", "Z0123456789ABCDEFGHIJ")
    assert record["AliasTarget"]["DNSName"] == {"Fn::GetAtt": ["PeopleUserPoolDomain", "CloudFrontDistribution"]}
    assert "PeopleUserPoolDomainAlias" not in built(f"auth: {{people: {{{PAGES}}}}}")


USES = "buckets: {photos: {}, others: {}}\nauth: {people: {uses: {photos: read}}}"


def test_users_use_only_what_the_spec_lets_them() -> None:
    statements = built(USES)["PeopleUserPoolAccess"]["Properties"]["PolicyDocument"]["Statement"]
    allowed = {action for one in statements for action in one["Action"]}
    assert "s3:GetObject" in allowed and "s3:PutObject" not in allowed
    assert "Others" not in str(statements)


def test_only_users_that_are_signed_in_get_credentials() -> None:
    found = built(USES)
    pool = found["PeopleUserPoolIdentityPool"]["Properties"]
    assert (pool["AllowUnauthenticatedIdentities"], pool["AllowClassicFlow"]) == (False, False)
    assert [one["ClientId"] for one in pool["CognitoIdentityProviders"]] == [{"Ref": "PeopleUserPoolAppClient"}]
    assert set(found["PeopleUserPoolIdentityPoolRoles"]["Properties"]["Roles"]) == {"authenticated"}
    (trust,) = found["PeopleUserPoolUsersRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert trust["Condition"] == {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": {"Ref": "PeopleUserPoolIdentityPool"}},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
    }


def test_a_pool_without_uses_gives_nobody_credentials() -> None:
    types = {one["Type"] for one in built("auth: {people: {}}").values()}
    assert not any("IdentityPool" in one or "Role" in one for one in types)


WEB = "clients: {web: {callback_urls: ['https://a.example/']"
MACHINE = "clients: {web: {machine: true"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (f"{WEB}, providers: [corp]}}}}, {PAGES}", "unknown-provider"),
        (f"{WEB}, resource_scopes: [orders/all]}}}}, {PAGES}, {ORDERS}", "unknown-scope"),
        (f"clients: {{web: {{resource_scopes: [orders/read]}}}}, {PAGES}, {ORDERS}", "unused-setting"),
        (f"{MACHINE}}}}}, {PAGES}", "missing-property"),
        (f"{MACHINE}, resource_scopes: [orders/read]}}}}, {ORDERS}", "missing-property"),
        (
            f"{MACHINE}, resource_scopes: [orders/read], callback_urls: ['https://a.example/']}}}}, {PAGES}, {ORDERS}",
            "unused-setting",
        ),
        (f"{MACHINE}, resource_scopes: [orders/read], refresh_rotation: 5}}}}, {PAGES}, {ORDERS}", "unused-setting"),
        (
            f"{MACHINE}, resource_scopes: [orders/read], providers: [google]}}}}, {PAGES}, {ORDERS},"
            f" providers: {{{GOOGLE}}}",
            "unused-setting",
        ),
        ("plan: lite, clients: {web: {refresh_rotation: 5}}", "plan-limit"),
        ("clients: {web: {refresh_rotation: 5, flows: []}}", "missing-property"),
        ("clients: {web: {refresh_rotation: 61}}", "out-of-range"),
        (f"providers: {{{GOOGLE}}}", "missing-property"),
        (f"{PAGES}, providers: {{corp: {{type: oidc, client_id: a, secret: b}}}}", "missing-property"),
        (
            f"{PAGES}, providers: {{corp: {{type: saml, metadata_url: 'https://a.example/m', secret: b}}}}",
            "unused-setting",
        ),
        (f"{PAGES}, providers: {{{GOOGLE}, other: {{type: google, client_id: a, secret: b}}}}", "duplicate-name"),
        (f"{PAGES}, providers: {{cognito: {{type: saml, metadata_url: 'https://a.example/m'}}}}", "duplicate-name"),
        ("resource_servers: {a: {identifier: b, scopes: {c: d}}, b: {scopes: {c: d}}}", "duplicate-name"),
        ("resource_servers: {a: {scopes: {}}}", "out-of-range"),
        ("domain: {prefix: people, zone: Z0123456789ABCDEFGHIJ}", "unused-setting"),
        ("firewall: photos", "wrong-kind"),
        (f"uses: {{photos: read}}, {MACHINE}, resource_scopes: [orders/read]}}}}, {PAGES}, {ORDERS}", "unused-setting"),
    ],
)
def test_what_a_pool_with_others_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}buckets: {{photos: {{}}}}\nauth: {{people: {{{settings}}}}}")} == {code}
