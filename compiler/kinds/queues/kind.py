"""SQS queues with their dead-letter queues: each its own, or one that several share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from awacs.aws import Action, Allow, ArnEquals, Bool, Condition, Deny, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, sqs

from compiler.kinds.queues.sources import allowed_sources, allowing, sources_of
from compiler.language.times import in_seconds
from compiler.program.component import AlarmSpec, Capability, Chart, Component, Grant, Output, Platform, Value
from compiler.shared.deliveries import SERVICE, delivers, delivery_statements
from compiler.shared.keep import deletion
from compiler.shared.metrics import query
from compiler.shared.platform_key import KEY_ARN, key_grant
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_GONE = deletion("delete", "Delete")
"""Messages are on their way, not kept: a queue that leaves the spec has nobody left to read it."""
_SEND = ("GetQueueAttributes", "GetQueueUrl", "SendMessage")
_POLL = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
_REDRIVE = (
    "CancelMessageMoveTask",
    "DeleteMessage",
    "GetQueueAttributes",
    "ListMessageMoveTasks",
    "ReceiveMessage",
    "StartMessageMoveTask",
)
"""SQS developer guide, "Configuring queue permissions for dead-letter queue redrive": a task acts as who started it."""
_CONSUME = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage")


@frozen()
class DeadLetter:
    """Where messages go that could not be processed."""

    after: int
    queue: str | None
    retention_days: int | str


@frozen(kw_only=True)
class Queue(Component):
    """A queue and its dead-letter queue, both encrypted and TLS only."""

    fifo: bool
    content_deduplication: bool
    retention_days: int | str
    visibility_seconds: int
    wait_seconds: int
    delay_seconds: int
    dead_letter: DeadLetter

    @property
    def dead_letter_id(self) -> str:
        return f"{self.stem}DeadLetter"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        order: dict[str, Json] = {"FifoQueue": True} if self.fifo else {}
        own = self._has_own_dead_letters(platform)
        if own:
            yield self._dead_letter_queue(platform, order)
        if self.fifo:
            order["ContentBasedDeduplication"] = self.content_deduplication
        yield sqs.Queue(
            self.main_id,
            MessageRetentionPeriod=in_seconds(self.retention_days, "days"),
            VisibilityTimeout=self.visibility_seconds,
            ReceiveMessageWaitTimeSeconds=self.wait_seconds,
            DelaySeconds=self.delay_seconds,
            KmsMasterKeyId=KEY_ARN,
            **self._redrive(platform),
            **_GONE,
            **order,
        )
        topics = [platform.components[edge.source] for edge in platform.edges_to(self, "deliver")]
        deliveries = [self._delivery(topic) for topic in sorted(topics, key=lambda topic: topic.name)]
        events = delivery_statements(platform, self, "sqs:SendMessage", GetAtt(self.main_id, "Arn"))
        yield _policy(self.main_id, [_tls_only(self.main_id), *deliveries, *events])
        if own:
            yield _policy(self.dead_letter_id, [_tls_only(self.dead_letter_id)])

    def _has_own_dead_letters(self, platform: Platform) -> bool:
        return self.dead_letter.queue is None and not platform.edges_to(self, "dead_letters")

    def _redrive(self, platform: Platform) -> dict[str, Json]:
        """Where messages go that could not be processed, and whose such messages come here."""
        if platform.edges_to(self, "dead_letters"):
            return {"RedriveAllowPolicy": allowed_sources(platform, self)}
        shared, own = self.dead_letter.queue, GetAtt(self.dead_letter_id, "Arn")
        target = platform.components[shared].attributes()["arn"] if shared else own
        return {"RedrivePolicy": sqs.RedrivePolicy(deadLetterTargetArn=target, maxReceiveCount=self.dead_letter.after)}

    def _dead_letter_queue(self, platform: Platform, order: Mapping[str, Json]) -> sqs.Queue:
        return sqs.Queue(
            self.dead_letter_id,
            MessageRetentionPeriod=in_seconds(self.dead_letter.retention_days, "days"),
            KmsMasterKeyId=KEY_ARN,
            RedriveAllowPolicy=allowing(platform, (self,)),
            **_GONE,
            **order,
        )

    def _delivery(self, topic: Component) -> Statement:
        """One topic may send (SNS developer guide, fanout to Amazon SQS queues)."""
        return Statement(
            Sid=f"From{topic.stem}",
            Effect=Allow,
            Principal=Principal("Service", "sns.amazonaws.com"),
            Action=[Action("sqs", "SendMessage")],
            Resource=[GetAtt(self.main_id, "Arn")],
            Condition=Condition(ArnEquals({"aws:SourceArn": topic.attributes()["arn"]})),
        )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        url: Mapping[str, Value] = {"URL": Ref(self.main_id)}
        dead = self.dead_letter_id if self._has_own_dead_letters(platform) else self.main_id
        send = (self._grant(*_SEND), key_grant(platform, "sqs", "Decrypt", "GenerateDataKey"))
        unlock = key_grant(platform, "sqs", "Decrypt")
        return {
            "send": Capability(send, environment=url),
            "consume": Capability((self._grant(*_CONSUME), unlock), environment=url),
            "consume_dead_letters": Capability(
                (_grant(dead, *_CONSUME), unlock), environment={"DEAD_LETTERS_URL": Ref(dead)}
            ),
            "redrive": Capability(
                (_grant(dead, *_REDRIVE), self._back(platform), send[1]),
                environment={"DEAD_LETTERS_ARN": GetAtt(dead, "Arn")},
            ),
            "trigger": Capability((self._grant(*_POLL), unlock)),
            "deliver": Capability(),
            "measure": Capability(),
            "failures": Capability(send),
            "scheduled": Capability(send),
            "receive": Capability(),
            "undelivered": Capability(),
            "dead_letters": Capability(),
        }

    def _grant(self, *actions: str) -> Grant:
        return _grant(self.main_id, *actions)

    def _back(self, platform: Platform) -> Grant:
        """Sending to where the dead letters came from."""
        sources = sources_of(platform, self) or (self,)
        return Grant(("sqs:SendMessage",), tuple(source.attributes()["arn"] for source in sources))

    def key_services(self, platform: Platform) -> Iterable[str]:
        if platform.edges_to(self, "deliver"):
            yield "sns.amazonaws.com"
        if delivers(platform, self):
            yield SERVICE

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {"id": GetAtt(self.main_id, "QueueName"), "key": KEY_ARN}

    def attributes(self) -> Mapping[str, Value]:
        return {
            "arn": GetAtt(self.main_id, "Arn"),
            "url": Ref(self.main_id),
            "name": GetAtt(self.main_id, "QueueName"),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Url", Ref(self.main_id), f"URL of the queue {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        if self.dead_letter.queue:
            return
        dead = self.dead_letter_id if self._has_own_dead_letters(platform) else self.main_id
        dimensions = {"QueueName": GetAtt(dead, "QueueName")}
        yield AlarmSpec(
            name="DeadLetters",
            description=f"Messages of {self._dying(platform)} could not be processed",
            metrics=(query("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", dimensions),),
            threshold=0,
        )

    def alarms_elsewhere(self, platform: Platform) -> Mapping[str, str]:
        return {"DeadLetters": self.dead_letter.queue} if self.dead_letter.queue else {}

    def _dying(self, platform: Platform) -> str:
        return ", ".join(source.name for source in sources_of(platform, self) or (self,))

    def charts(self, platform: Platform) -> Iterable[Chart]:
        name = GetAtt(self.main_id, "QueueName")
        rows = (
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name),
            ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", name),
        )
        yield Chart(f"Queue {self.name}", rows, "Maximum")


def _grant(queue_id: str, *actions: str) -> Grant:
    return Grant(tuple(f"sqs:{action}" for action in actions), (GetAtt(queue_id, "Arn"),))


def _tls_only(queue_id: str) -> Statement:
    return Statement(
        Sid="TlsOnly",
        Effect=Deny,
        Principal=Principal("*"),
        Action=[Action("sqs", "*")],
        Resource=[GetAtt(queue_id, "Arn")],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )


def _policy(queue_id: str, statements: Sequence[Statement]) -> sqs.QueuePolicy:
    document = PolicyDocument(Version="2012-10-17", Statement=list(statements))
    return sqs.QueuePolicy(f"{queue_id}Policy", Queues=[Ref(queue_id)], PolicyDocument=document)


KIND = Queue
