"""Where people read of alarms beside email: Slack, Microsoft Teams and PagerDuty, all fed by topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Sub, chatbot, iam, sns

from compiler.language.names import pascal
from compiler.program.component import Component, Grant, Platform, Value
from compiler.shared.digest import mark
from compiler.shared.physical_names import physical_name
from compiler.shared.roles import policy, role
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_GUARDRAIL = Sub("arn:${AWS::Partition}:iam::aws:policy/CloudWatchReadOnlyAccess")
"""The most that the channel may do, whatever its role gets; AWS takes AdministratorAccess where nothing is said."""
_LOOKS = ("cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:GetMetricWidgetImage")
"""Of the metrics IAM knows no resources, and a permission for some alarms shows no composite one of them.

Sources: service authorization reference, Amazon CloudWatch; CloudWatch API reference, DescribeAlarms.
"""


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
    """The secret that holds the integration's address, or the address itself."""

    secret: str | None
    key: str
    url: str | None


@frozen()
class Channel:
    """A topic with who reads it."""

    notify: str
    slack: Slack | None
    teams: Teams | None
    pagerduty: PagerDuty | None


@frozen(eq=True)
class Told:
    """A channel, and the topic that feeds it."""

    name: str
    """Empty for the one that stands at `monitoring` itself."""
    channel: Channel
    topic: Value


def channels(owner: Component, platform: Platform, every: Sequence[Told]) -> Iterator[AWSObject]:
    """The subscriptions of all channels, with the role that chats show graphs by."""
    if any(told.channel.slack or told.channel.teams for told in every):
        yield _role(owner)
    yield from _slack(owner, platform, every)
    yield from _teams(owner, platform, every)
    for told in every:
        if told.channel.pagerduty:
            yield _pagerduty(f"{owner.stem}{pascal(told.name)}PagerDuty", told.channel.pagerduty, told.topic)


def _slack(owner: Component, platform: Platform, every: Sequence[Told]) -> Iterator[AWSObject]:
    """An account takes a channel once, so that several topics may feed it."""
    for (workspace, channel), told in _alike((_of_slack(one.channel.slack), one) for one in every):
        own = "" if not told[0].name else channel
        yield chatbot.SlackChannelConfiguration(
            f"{owner.stem}Slack{own}",
            SlackWorkspaceId=workspace,
            SlackChannelId=channel,
            **_chat(owner, platform, _topics(told), ("slack", own)),
        )


def _of_slack(slack: Slack | None) -> tuple[str, ...]:
    return (slack.workspace, slack.channel) if slack else ()


def _teams(owner: Component, platform: Platform, every: Sequence[Told]) -> Iterator[AWSObject]:
    for key, told in _alike((_of_teams(one.channel.teams), one) for one in every):
        tenant, team, channel = key
        own = "" if not told[0].name else mark("/".join(key))
        yield chatbot.MicrosoftTeamsChannelConfiguration(
            f"{owner.stem}Teams{own}",
            TeamsTenantId=tenant,
            TeamId=team,
            TeamsChannelId=channel,
            **_chat(owner, platform, _topics(told), ("teams", own)),
        )


def _of_teams(teams: Teams | None) -> tuple[str, ...]:
    return (teams.tenant, teams.team, teams.channel) if teams else ()


def _alike(every: Iterable[tuple[tuple[str, ...], Told]]) -> Iterator[tuple[tuple[str, ...], list[Told]]]:
    """Chat → what feeds it; that of `monitoring` itself comes first."""
    found: dict[tuple[str, ...], list[Told]] = {}
    for chat, told in every:
        if chat:
            found.setdefault(chat, []).append(told)
    yield from found.items()


def _topics(every: Sequence[Told]) -> list[Value]:
    topics: list[Value] = []
    for told in every:
        topics += [told.topic] if told.topic not in topics else []
    return topics


def _role_id(owner: Component) -> str:
    return f"{owner.stem}ChatRole"


def _role(owner: Component) -> iam.Role:
    """Shows alarms with their graphs, and does nothing.

    The trust is that of the administrator guide, "IAM policies for AWS Chatbot", which names no condition.
    """
    service = Principal("Service", "chatbot.amazonaws.com")
    assume = Statement(Effect=Allow, Principal=service, Action=[Action("sts", "AssumeRole")])
    trusted = PolicyDocument(Version="2012-10-17", Statement=[assume])
    return role(_role_id(owner), trusted, [policy("show", [("Alarms", Grant(_LOOKS, ("*",)))])])


def _chat(owner: Component, platform: Platform, topics: Sequence[Value], words: Sequence[str]) -> Mapping[str, Json]:
    named = tuple(word for word in (platform.name, platform.environment, *words) if word)
    return {
        "ConfigurationName": physical_name(named, 128),
        "IamRoleArn": GetAtt(_role_id(owner), "Arn"),
        "GuardrailPolicies": [_GUARDRAIL],
        "LoggingLevel": "ERROR",
        "SnsTopicArns": list(topics),
    }


def _pagerduty(logical_id: str, said: PagerDuty, topic: Value) -> sns.SubscriptionResource:
    """The address has a key in it: CloudFormation reads it from the secret when it makes the subscription."""
    address = said.url or f"{{{{resolve:secretsmanager:{said.secret}:SecretString:{said.key}}}}}"
    return sns.SubscriptionResource(logical_id, TopicArn=topic, Protocol="https", Endpoint=address)
