"""What a user pool is made of: contacts of its users, passwords, mail, text messages and triggers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from awacs.aws import Action, Allow, Condition, Deny, PolicyDocument, Principal, Statement, StringEquals
from troposphere import AWSObject, GetAtt, Ref, Sub, awslambda, cognito, iam

from compiler.language.names import pascal
from compiler.program.component import Component, Platform
from compiler.shared.roles import role
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

STANDARD = {"email": "email", "phone": "phone_number"}
"""Ways to sign in → the attributes that they are."""
_SERVICE = "cognito-idp.amazonaws.com"
_OWN_NAMES = {"verify_auth_challenge": "VerifyAuthChallengeResponse"}
"""CloudFormation's names of triggers, where they are not ours in PascalCase."""


@frozen()
class Password:
    """What a password must be."""

    min_length: int
    temporary_days: int


@frozen()
class Mail:
    """Who sends the pool's mail."""

    identity: str
    sender: str | None
    reply_to: str | None


def contacts(sign_in: tuple[str, ...]) -> tuple[str, ...]:
    """Where codes are sent to: a username alone says nothing of that, so it goes with an email."""
    return tuple(way for way in STANDARD if way in sign_in) or ("email",)


def names_of_users(sign_in: tuple[str, ...]) -> dict[str, Json]:
    """Email and phone as the username itself, or as further names beside it."""
    found = [STANDARD[way] for way in STANDARD if way in sign_in]
    if "username" not in sign_in:
        return {"UsernameAttributes": found}
    return {"AliasAttributes": found} if found else {}


def reached_by(sign_in: tuple[str, ...]) -> dict[str, Json]:
    """Contacts are verified before they count, and are the way back to a lost password."""
    ways = contacts(sign_in)
    verified = [STANDARD[way] for way in ways]
    recovery = [
        cognito.RecoveryOption(Name=f"verified_{name}", Priority=number)
        for number, name in enumerate(verified, start=1)
    ]
    return {
        "AutoVerifiedAttributes": verified,
        "UserAttributeUpdateSettings": cognito.UserAttributeUpdateSettings(
            AttributesRequireVerificationBeforeUpdate=verified
        ),
        "AccountRecoverySetting": cognito.AccountRecoverySetting(RecoveryMechanisms=recovery),
    }


def policies(password: Password) -> cognito.Policies:
    return cognito.Policies(
        PasswordPolicy=cognito.PasswordPolicy(
            MinimumLength=password.min_length,
            RequireLowercase=True,
            RequireNumbers=True,
            RequireSymbols=True,
            RequireUppercase=True,
            TemporaryPasswordValidityDays=password.temporary_days,
        )
    )


def mail_settings(platform: Platform, mail: Mail) -> cognito.EmailConfiguration:
    """Mail through SES, with the configuration set of the identity."""
    identity = platform.components[mail.identity].attributes()
    options = {"From": mail.sender, "ReplyToEmailAddress": mail.reply_to}
    return cognito.EmailConfiguration(
        EmailSendingAccount="DEVELOPER",
        SourceArn=identity["arn"],
        ConfigurationSet=identity["configuration_set"],
        **{key: value for key, value in options.items() if value},
    )


def text_messages(pool: Component, platform: Platform) -> cognito.SmsConfiguration:
    """Text messages, by the role of `message_role`."""
    return cognito.SmsConfiguration(
        SnsCallerArn=GetAtt(f"{pool.main_id}SmsRole", "Arn"),
        ExternalId=_external_id(pool, platform),
        SnsRegion=Ref("AWS::Region"),
    )


def message_role(pool: Component, platform: Platform) -> iam.Role:
    """Lets Cognito send to phones, which have no ARN, and to no topic.

    Source: Cognito developer guide, SMS message settings; SNS, actions and resources: phone numbers.
    """
    own = {"aws:SourceAccount": Ref("AWS::AccountId"), "sts:ExternalId": _external_id(pool, platform)}
    trusted = Statement(
        Effect=Allow,
        Principal=Principal("Service", _SERVICE),
        Action=[Action("sts", "AssumeRole")],
        Condition=Condition(StringEquals(own)),
    )
    publish = [Action("sns", "Publish")]
    topics = Sub("arn:${AWS::Partition}:sns:*:*:*")
    statements = [
        Statement(Sid="Phones", Effect=Allow, Action=publish, Resource=["*"]),
        Statement(Sid="NoTopics", Effect=Deny, Action=publish, Resource=[topics]),
    ]
    send = iam.Policy(PolicyName="send", PolicyDocument=PolicyDocument(Version="2012-10-17", Statement=statements))
    return role(f"{pool.main_id}SmsRole", PolicyDocument(Version="2012-10-17", Statement=[trusted]), [send])


def _external_id(pool: Component, platform: Platform) -> str:
    return f"{platform.name}-{platform.environment}-{pool.name}"


def trigger_settings(platform: Platform, triggers: Mapping[str, str]) -> cognito.LambdaConfig:
    arns = {name: platform.components[function].attributes()["arn"] for name, function in triggers.items()}
    return cognito.LambdaConfig(**{_OWN_NAMES.get(name, pascal(name)): arn for name, arn in arns.items()})


def trigger_permissions(pool: Component, platform: Platform, triggers: Mapping[str, str]) -> Iterator[AWSObject]:
    """Only this pool may run the functions."""
    for name in sorted(set(triggers.values())):
        function = platform.components[name]
        yield awslambda.Permission(
            f"{pool.main_id}To{function.stem}Permission",
            Action="lambda:InvokeFunction",
            FunctionName=function.attributes()["arn"],
            Principal=_SERVICE,
            SourceArn=GetAtt(pool.main_id, "Arn"),
        )
