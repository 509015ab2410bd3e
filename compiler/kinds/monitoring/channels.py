"""Where people read of alarms beside email: Slack, Microsoft Teams and PagerDuty, all fed by the topic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Sub, chatbot, iam, sns

from compiler.program.component import Component, Grant, Platform, Value
from compiler.program.frozen import frozen
from compiler.shared.physical_names import physical_name
from compiler.shared.roles import policy, role
from compiler.source.json_value import Json

_GUARDRAIL = Sub("arn:${AWS::Partition}:iam::aws:policy/CloudWatchReadOnlyAccess")
"""The most that the channel may do, whatever its role gets; AWS takes AdministratorAccess where nothing is said."""
_GRAPHS = ("cloudwatch:GetMetricData", "cloudwatch:GetMetricWidgetImage")
"""Actions that have no resources (service authorization reference, Amazon CloudWatch)."""


@frozen()
class Slack:
    """A channel of a workspace."""

    workspace: str
    channel: str


@frozen()
class Teams:
    """A channel of a team."""

    tenant: str
    team: str
    channel: str


@frozen()
class PagerDuty:
    """The secret that holds the integration's address."""

    secret: str
    key: str


@dataclass(frozen=True, slots=True)
class Channels:
    """All that is told of alarms by `topic`."""

    slack: Slack | None
    teams: Teams | None
    pagerduty: PagerDuty | None
    topic: Value


def channels(owner: Component, platform: Platform, told: Channels) -> Iterator[AWSObject]:
    """The subscriptions of `told`, with the role that chats show graphs by."""
    if told.slack or told.teams:
        yield _role(owner, platform)
    if told.slack:
        yield chatbot.SlackChannelConfiguration(
            f"{owner.stem}Slack",
            SlackWorkspaceId=told.slack.workspace,
            SlackChannelId=told.slack.channel,
            **_chat(owner, platform, told.topic, "slack"),
        )
    if told.teams:
        yield chatbot.MicrosoftTeamsChannelConfiguration(
            f"{owner.stem}Teams",
            TeamsTenantId=told.teams.tenant,
            TeamId=told.teams.team,
            TeamsChannelId=told.teams.channel,
            **_chat(owner, platform, told.topic, "teams"),
        )
    if told.pagerduty:
        yield _pagerduty(owner, told.pagerduty, told.topic)


def _role_id(owner: Component) -> str:
    return f"{owner.stem}ChatRole"


def _role(owner: Component, platform: Platform) -> iam.Role:
    """Shows alarms with their graphs, and does nothing.

    The trust is that of the administrator guide, "IAM policies for AWS Chatbot", which names no condition.
    """
    service = Principal("Service", "chatbot.amazonaws.com")
    assume = Statement(Effect=Allow, Principal=service, Action=[Action("sts", "AssumeRole")])
    own = f"alarm:{platform.name}-{platform.environment}-*"
    alarms = Sub(f"arn:${{AWS::Partition}}:cloudwatch:${{AWS::Region}}:${{AWS::AccountId}}:{own}")
    show = [("Alarms", Grant(("cloudwatch:DescribeAlarms",), (alarms,))), ("Graphs", Grant(_GRAPHS, ("*",)))]
    trusted = PolicyDocument(Version="2012-10-17", Statement=[assume])
    return role(_role_id(owner), trusted, [policy("show", show)])


def _chat(owner: Component, platform: Platform, topic: Value, word: str) -> Mapping[str, Json]:
    return {
        "ConfigurationName": physical_name((platform.name, platform.environment, word), 128),
        "IamRoleArn": GetAtt(_role_id(owner), "Arn"),
        "GuardrailPolicies": [_GUARDRAIL],
        "LoggingLevel": "ERROR",
        "SnsTopicArns": [topic],
    }


def _pagerduty(owner: Component, said: PagerDuty, topic: Value) -> sns.SubscriptionResource:
    """The address has a key in it: CloudFormation reads it from the secret when it makes the subscription."""
    address = f"{{{{resolve:secretsmanager:{said.secret}:SecretString:{said.key}}}}}"
    return sns.SubscriptionResource(f"{owner.stem}PagerDuty", TopicArn=topic, Protocol="https", Endpoint=address)
