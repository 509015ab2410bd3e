"""SNS topics with their email and queue subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from awacs.aws import Action, Allow, ArnLike, Bool, Condition, Deny, PolicyDocument, Principal, Statement, StringEquals
from troposphere import AWSObject, GetAtt, Ref, Sub, sns

from compiler.program.component import AlarmSpec, Capability, Chart, Component, Grant, Output, Platform, Value
from compiler.program.exported import is_exported
from compiler.shared.deliveries import SERVICE, delivers, delivery_statements
from compiler.shared.digest import mark
from compiler.shared.metrics import query
from compiler.shared.platform_key import KEY_ARN, key_grant
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_TOPIC_ACTIONS = (
    "AddPermission",
    "DeleteTopic",
    "GetTopicAttributes",
    "ListSubscriptionsByTopic",
    "Publish",
    "RemovePermission",
    "SetTopicAttributes",
    "Subscribe",
)
"""What a topic's policy may speak of; SNS refuses ``sns:*`` there (SNS developer guide, access policy language)."""


@frozen(eq=True)
class _Publisher:
    """A service of AWS that publishes as itself."""

    sid: str
    service: str
    sources: str
    """Pattern of the ARNs for which it publishes."""


_PUBLISHERS: Mapping[str, _Publisher] = {
    "notify": _Publisher(
        "AlarmsOfThisAccount",
        "cloudwatch.amazonaws.com",
        "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*",
    ),
    "spending": _Publisher(
        "BudgetsOfThisAccount", "budgets.amazonaws.com", "arn:${AWS::Partition}:budgets::${AWS::AccountId}:*"
    ),
    "rds_events": _Publisher(
        "DatabasesOfThisAccount",
        "events.rds.amazonaws.com",
        "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:*",
    ),
}
"""What is offered → who publishes then; DocumentDB publishes by RDS, with ARNs of RDS.

Sources: SNS developer guide, example cases for access control; AWS Cost Management user guide, SNS topic for budget
notifications; RDS user guide, granting permissions to publish notifications to an Amazon SNS topic.
"""


@frozen(kw_only=True)
class Topic(Component):
    """A topic, encrypted and TLS only. Functions subscribe themselves, in their own stack."""

    fifo: bool
    content_deduplication: bool
    display_name: str | None
    email: tuple[str, ...]
    subscribers: tuple[Json, ...]

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        display = {"DisplayName": self.display_name} if self.display_name else {}
        yield sns.Topic(self.main_id, KmsMasterKeyId=KEY_ARN, **display, **self._ordered(platform))
        yield self._policy(platform)
        for address in self.email:
            yield self._subscription(f"Email{mark(address)}", "email", {"Endpoint": address})
        for said in self.subscribers:
            yield self._queue(platform, said)

    def _ordered(self, platform: Platform) -> dict[str, Json]:
        """CloudFormation's names for unnamed topics lack the ``.fifo`` at the end that SNS wants of a fifo topic."""
        if not self.fifo:
            return {}
        name = f"{platform.name}-{platform.environment}-{self.name}.fifo"
        return {"FifoTopic": True, "ContentBasedDeduplication": self.content_deduplication, "TopicName": name}

    def _queue(self, platform: Platform, said: Json) -> sns.SubscriptionResource:
        settings = {"queue": said} if isinstance(said, str) else said
        queue = platform.components[settings["queue"]]
        options: dict[str, Json] = {"Endpoint": queue.attributes()["arn"]}
        if settings.get("raw"):
            options["RawMessageDelivery"] = True
        if settings.get("filter"):
            options["FilterPolicy"] = settings["filter"]
            options["FilterPolicyScope"] = _SCOPES[settings["filter_on"]]
        return self._subscription(f"To{queue.stem}", "sqs", options)

    def _subscription(self, suffix: str, protocol: str, options: Mapping[str, Json]) -> sns.SubscriptionResource:
        logical_id = f"{self.main_id}{suffix}Subscription"
        return sns.SubscriptionResource(logical_id, TopicArn=Ref(self.main_id), Protocol=protocol, **options)

    def _policy(self, platform: Platform) -> sns.TopicPolicy:
        statements = [self._tls_only()]
        statements += [self._may_publish(one) for one in self._publishers(platform)]
        statements += delivery_statements(platform, self, "sns:Publish", Ref(self.main_id))
        document = PolicyDocument(Version="2012-10-17", Statement=statements)
        return sns.TopicPolicy(f"{self.main_id}Policy", Topics=[Ref(self.main_id)], PolicyDocument=document)

    def _publishers(self, platform: Platform) -> Iterator[_Publisher]:
        """Those that components here need; of an exported topic all, since those of platforms above are not known."""
        every = is_exported(platform, self)
        yield from (one for verb, one in _PUBLISHERS.items() if every or platform.edges_to(self, verb))

    def _tls_only(self) -> Statement:
        return Statement(
            Sid="TlsOnly",
            Effect=Deny,
            Principal=Principal("*"),
            Action=[Action("sns", action) for action in _TOPIC_ACTIONS],
            Resource=[Ref(self.main_id)],
            Condition=Condition(Bool({"aws:SecureTransport": "false"})),
        )

    def _may_publish(self, publisher: _Publisher) -> Statement:
        """Only for resources of this account; the service names the one that it publishes for."""
        account = StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")})
        return Statement(
            Sid=publisher.sid,
            Effect=Allow,
            Principal=Principal("Service", publisher.service),
            Action=[Action("sns", "Publish")],
            Resource=[Ref(self.main_id)],
            Condition=Condition([account, ArnLike({"aws:SourceArn": Sub(publisher.sources)})]),
        )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        publish = (
            Grant(("sns:Publish",), (Ref(self.main_id),)),
            key_grant(platform, "sns", "Decrypt", "GenerateDataKey"),
        )
        return {
            "publish": Capability(publish, environment={"ARN": Ref(self.main_id)}),
            "subscribe": Capability(),
            "notify": Capability(),
            "spending": Capability(after=(f"{self.main_id}Policy",)),
            "rds_events": Capability(after=(f"{self.main_id}Policy",)),
            "failures": Capability(publish),
            "scheduled": Capability(publish),
            "receive": Capability(),
        }

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {"id": GetAtt(self.main_id, "TopicName"), "key": KEY_ARN}

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": Ref(self.main_id), "name": GetAtt(self.main_id, "TopicName")}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Arn", Ref(self.main_id), f"ARN of the topic {self.name}")

    def key_services(self, platform: Platform) -> Iterable[str]:
        yield from (one.service for one in self._publishers(platform))
        if delivers(platform, self):
            yield SERVICE

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        dimensions = {"TopicName": GetAtt(self.main_id, "TopicName")}
        yield AlarmSpec(
            name="NotificationsFailed",
            description=f"Messages of the topic {self.name} could not be delivered",
            metrics=(query("AWS/SNS", "NumberOfNotificationsFailed", "Sum", dimensions),),
            threshold=0,
        )

    def charts(self, platform: Platform) -> Iterable[Chart]:
        yield Chart(f"Topic {self.name}", tuple(self._rows()), "Sum")

    def _rows(self) -> Iterator[tuple[Value, ...]]:
        for metric in ("NumberOfMessagesPublished", "NumberOfNotificationsDelivered", "NumberOfNotificationsFailed"):
            yield "AWS/SNS", metric, "TopicName", GetAtt(self.main_id, "TopicName")


_SCOPES = {"attributes": "MessageAttributes", "body": "MessageBody"}


KIND = Topic
