"""EventBridge buses with the rules that send their events on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from troposphere import AWSObject, GetAtt, Ref, events

from compiler.program.component import Capability, Component, Grant, Output, Platform, Value
from compiler.program.glue import has_grants, waits
from compiler.shared.deliveries import SERVICE, sent_by
from compiler.shared.event_shape import Shape
from compiler.shared.keep import deletion
from compiler.shared.physical_names import physical_name
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.roles import role, trust
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_LONGEST_NAME = 256


@frozen(kw_only=True)
class Rule(Shape):
    """Events that match, and where they go."""

    pattern: Mapping[str, Json]
    to: Json
    partition: str | None

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.to,) if isinstance(self.to, str) else tuple(sorted(self.to))


@frozen(kw_only=True)
class Bus(Component):
    """A bus; queues and topics let its rules in by their own policies, streams and buses by the bus's role."""

    rules: Mapping[str, Rule]
    undelivered: str | None
    archive_days: int | None

    @property
    def role_id(self) -> str:
        return f"{self.main_id}Role"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield events.EventBus(
            self.main_id,
            Name=physical_name((platform.name, platform.environment, self.name), _LONGEST_NAME),
            KmsKeyIdentifier=KEY_ARN,
            **self._dead_letters(platform),
            **(self._kept(platform) if self.archive_days is not None else {}),
        )
        if self.archive_days is not None:
            yield self._archive(platform)
        if has_grants(platform, self):
            yield role(self.role_id, trust(SERVICE))
        for name, rule in sorted(self.rules.items()):
            yield from self._rules(platform, name, rule)

    def _dead_letters(self, platform: Platform) -> dict[str, Json]:
        if not self.undelivered:
            return {}
        return {"DeadLetterConfig": events.DeadLetterConfig(Arn=_arn(platform, self.undelivered))}

    def _archive(self, platform: Platform) -> events.Archive:
        return events.Archive(
            f"{self.main_id}Archive",
            SourceArn=GetAtt(self.main_id, "Arn"),
            RetentionDays=self.archive_days,
            KmsKeyIdentifier=KEY_ARN,
            **self._kept(platform),
        )

    def _kept(self, platform: Platform) -> dict[str, str]:
        """Of an archive and its bus alike: AWS keeps a rule on the bus for it, and deletes no bus that has rules."""
        return deletion("delete" if platform.posture == "development" else "retain")

    def _rules(self, platform: Platform, name: str, rule: Rule) -> Iterator[events.Rule]:
        """The rule, and one more of its pattern for each target beyond five.

        It comes after those: a target that moves between them gets events from both for a moment, never from none. The
        policies of queues and topics are not in that order; what they deny for a moment goes to `undelivered`.
        """
        by_rule: dict[str, list[str]] = {}
        for target, logical_id in sent_by(platform, self, name, rule.targets).items():
            by_rule.setdefault(logical_id, []).append(target)
        (own, first), *further = by_rule.items()
        waiting = waits(platform, self)
        for logical_id, targets in further:
            yield self._rule(logical_id, name, rule, self._sent(platform, rule, targets, waiting))
        yield self._rule(own, name, rule, self._sent(platform, rule, first, [*waiting, *(one for one, _ in further)]))

    def _sent(self, platform: Platform, rule: Rule, targets: Iterable[str], waiting: Sequence[str]) -> dict[str, Json]:
        """What a rule sends to, and what it waits for."""
        after = {"DependsOn": list(waiting)} if waiting else {}
        return {"Targets": [self._target(platform, rule, target) for target in targets], **after}

    def _rule(self, logical_id: str, name: str, rule: Rule, sent: Mapping[str, Json]) -> events.Rule:
        return events.Rule(
            logical_id,
            Description=f"{self.path}: {name}",
            EventBusName=Ref(self.main_id),
            EventPattern=dict(rule.pattern),
            State="ENABLED",
            **sent,
        )

    def _target(self, platform: Platform, rule: Rule, name: str) -> events.Target:
        found: dict[str, Json] = dict(self._dead_letters(platform))
        given = platform.components[name].offers(platform)["receive"]
        if given.grants:
            found["RoleArn"] = GetAtt(self.role_id, "Arn")
        if rule.partition and given.partitioned:
            found["KinesisParameters"] = events.KinesisParameters(PartitionKeyPath=rule.partition)
        return events.Target(Id=name, Arn=_arn(platform, name), **found, **rule.shaped())

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        put = Grant(("events:PutEvents",), (GetAtt(self.main_id, "Arn"),))
        return {
            "publish": Capability((put,), environment={"NAME": Ref(self.main_id)}),
            "rule": Capability(),
            "receive": Capability((put,)),
        }

    def key_services(self, platform: Platform) -> Iterator[str]:
        yield SERVICE

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {"id": GetAtt(self.main_id, "Name")}

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": GetAtt(self.main_id, "Arn"), "name": Ref(self.main_id)}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Name", Ref(self.main_id), f"Name of the event bus {self.name}")


def _arn(platform: Platform, name: str) -> Value:
    return platform.components[name].attributes()["arn"]


KIND = Bus
