"""SQS queues with their dead-letter queues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from awacs.aws import Action, Bool, Condition, Deny, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, sqs

from compiler.component import AlarmSpec, Capability, Chart, Component, Grant, Output, Platform, Value
from compiler.kinds.encryption import KEY_ARN, key_grant

_DAY = 24 * 60 * 60
# messages are on their way, not kept: a queue that leaves the spec is deleted
_GONE_WITH_THE_SPEC = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Where messages go that could not be processed."""

    after: int
    retention_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Component):
    """A queue and its dead-letter queue, both encrypted and TLS only."""

    fifo: bool
    retention_days: int
    visibility_seconds: int
    wait_seconds: int
    delay_seconds: int
    dead_letter: DeadLetter

    @property
    def main_id(self) -> str:
        return f"{self.stem}Queue"

    @property
    def dead_letter_id(self) -> str:
        return f"{self.stem}DeadLetterQueue"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        fifo = {"FifoQueue": True} if self.fifo else {}
        yield sqs.Queue(
            self.dead_letter_id,
            MessageRetentionPeriod=self.dead_letter.retention_days * _DAY,
            KmsMasterKeyId=KEY_ARN,
            **fifo,
            **_GONE_WITH_THE_SPEC,
        )
        yield sqs.Queue(
            self.main_id,
            MessageRetentionPeriod=self.retention_days * _DAY,
            VisibilityTimeout=self.visibility_seconds,
            ReceiveMessageWaitTimeSeconds=self.wait_seconds,
            DelaySeconds=self.delay_seconds,
            KmsMasterKeyId=KEY_ARN,
            RedrivePolicy=sqs.RedrivePolicy(
                deadLetterTargetArn=GetAtt(self.dead_letter_id, "Arn"),
                maxReceiveCount=self.dead_letter.after,
            ),
            **fifo,
            **_GONE_WITH_THE_SPEC,
        )
        yield _tls_only(self.main_id)
        yield _tls_only(self.dead_letter_id)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        arn = (GetAtt(self.main_id, "Arn"),)
        variables: Mapping[str, Value] = {"URL": Ref(self.main_id)}
        send = Grant(("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"), arn)
        receive = (
            Grant(
                (
                    "sqs:ChangeMessageVisibility",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:GetQueueUrl",
                    "sqs:ReceiveMessage",
                ),
                arn,
            ),
            key_grant(platform, "sqs", "Decrypt"),
        )
        return {
            "send": Capability((send, key_grant(platform, "sqs", "Decrypt", "GenerateDataKey")), environment=variables),
            "consume": Capability(receive, environment=variables),
            "trigger": Capability(receive),
        }

    def attributes(self) -> Mapping[str, Value]:
        return {
            "arn": GetAtt(self.main_id, "Arn"),
            "url": Ref(self.main_id),
            "name": GetAtt(self.main_id, "QueueName"),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}QueueUrl", Ref(self.main_id), f"URL of the queue {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield AlarmSpec(
            name="DeadLetters",
            description=f"Messages of {self.name} could not be processed",
            metrics=(
                {
                    "Id": "dead",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/SQS",
                            "MetricName": "ApproximateNumberOfMessagesVisible",
                            "Dimensions": [{"Name": "QueueName", "Value": GetAtt(self.dead_letter_id, "QueueName")}],
                        },
                        "Period": 300,
                        "Stat": "Maximum",
                    },
                },
            ),
            threshold=0,
        )

    def charts(self, platform: Platform) -> Iterable[Chart]:
        name = GetAtt(self.main_id, "QueueName")
        rows = (
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name),
            ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", name),
        )
        yield Chart(f"Queue {self.name}", rows, "Maximum")


def _tls_only(queue_id: str) -> sqs.QueuePolicy:
    statement = Statement(
        Sid="TlsOnly",
        Effect=Deny,
        Principal=Principal("*"),
        Action=[Action("sqs", "*")],
        Resource=[GetAtt(queue_id, "Arn")],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )
    document = PolicyDocument(Version="2012-10-17", Statement=[statement])
    return sqs.QueuePolicy(f"{queue_id}Policy", Queues=[Ref(queue_id)], PolicyDocument=document)


KIND = Queue
