"""Log groups: encrypted, kept for a limited time."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub, logs

from compiler.program.component import Component, Platform, Value
from compiler.shared.digest import mark
from compiler.shared.platform_key import KEY_ARN
from compiler.source.frozen import frozen


@frozen()
class Logs:
    """The shared ``logs`` setting."""

    name: str | None
    days: int


def log_group(logical_id: str, component: Component, settings: Logs, platform: Platform) -> logs.LogGroup:
    """The log group of a component: ``/<platform>/<environment>/<section>/<component>`` when the spec gives no name."""
    keep = "Delete" if platform.posture == "development" else "Retain"
    return logs.LogGroup(
        logical_id,
        LogGroupName=settings.name or f"/{platform.name}/{platform.environment}/{component.address.replace('.', '/')}",
        RetentionInDays=settings.days,
        KmsKeyId=KEY_ARN,
        DeletionPolicy=keep,
        UpdateReplacePolicy=keep,
    )


def subscribed(platform: Platform, component: Component) -> tuple[str, ...]:
    """Logical ids of a component's log groups in the platform's region, where subscriptions and metrics have to be."""
    if "logs" not in platform.schema.kinds[component.section].get("x-offers", ()):
        return ()
    elsewhere = component.elsewhere(platform)
    return tuple(one for one in platform.offered(component, "logs").log_groups if one not in elsewhere)


@frozen(eq=True)
class LogGroup:
    """A log group that is read: one of the platform's, or one that is named."""

    suffix: str
    """What tells it apart in logical ids."""
    name: Value
    arn: Value
    """With ``:*`` at its end."""


def own_group(logical_id: str) -> LogGroup:
    """A log group of the platform."""
    return LogGroup(logical_id, Ref(logical_id), GetAtt(logical_id, "Arn"))


def named_group(name: str) -> LogGroup:
    """A log group that is there before the deployment."""
    arn = f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{name}:*"
    return LogGroup(f"Group{mark(name)}", name, Sub(arn))
