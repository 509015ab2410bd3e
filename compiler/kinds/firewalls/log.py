"""The log of a web ACL: its group, what is kept and what stays out."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, Sub, logs, wafv2

from compiler.program.component import Platform
from compiler.shared.platform_key import KEY_ARN
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_CAUGHT = ("BLOCK", "CAPTCHA", "CHALLENGE", "COUNT", "EXCLUDED_AS_COUNT")
_PARTS = {"method": "Method", "path": "UriPath", "query": "QueryString"}
_NO_KEY = {"checkov": {"skip": [{"id": "CKV_AWS_158", "comment": "The platform's key lies in another region"}]}}


@frozen()
class FirewallLogs:
    """Which requests are logged, how long, and without which of their parts."""

    requests: str
    days: int
    redact_headers: tuple[str, ...]
    redact: tuple[str, ...]


@frozen(eq=True)
class LogPlace:
    """The web ACL that is logged, and where its log lies."""

    acl_id: str
    name: str
    """What comes after the prefix that WAF demands of a log group's name."""
    abroad: bool
    """Whether it lies in another region than the platform's key."""

    @property
    def group_id(self) -> str:
        return f"{self.acl_id}LogGroup"

    @property
    def configuration_id(self) -> str:
        return f"{self.acl_id}Logging"


def request_log(place: LogPlace, settings: FirewallLogs, platform: Platform) -> Iterator[AWSObject]:
    """Source: WAF developer guide, "Sending web ACL traffic logs to an Amazon CloudWatch Logs log group"."""
    keep = "Delete" if platform.posture == "development" else "Retain"
    yield logs.LogGroup(
        place.group_id,
        LogGroupName=f"aws-waf-logs-{place.name}",
        RetentionInDays=settings.days,
        DeletionPolicy=keep,
        UpdateReplacePolicy=keep,
        **({"Metadata": _NO_KEY} if place.abroad else {"KmsKeyId": KEY_ARN}),
    )
    # the attribute Arn ends with :*, which WAF does not take everywhere
    group = f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{{place.group_id}}}"
    yield wafv2.LoggingConfiguration(
        place.configuration_id,
        ResourceArn=GetAtt(place.acl_id, "Arn"),
        LogDestinationConfigs=[Sub(group)],
        **_redacted(settings),
        **_kept(settings),
    )


def _redacted(settings: FirewallLogs) -> dict[str, Json]:
    field = wafv2.LoggingConfigurationFieldToMatch
    found = [field(SingleHeader=wafv2.SingleHeader(Name=name)) for name in sorted(settings.redact_headers)]
    found += [field(**{_PARTS[part]: {}}) for part in sorted(settings.redact)]
    return {"RedactedFields": found} if found else {}


def _kept(settings: FirewallLogs) -> dict[str, Json]:
    if settings.requests == "all":
        return {}
    caught = [wafv2.Condition(ActionCondition=wafv2.ActionCondition(Action=action)) for action in _CAUGHT]
    keep = wafv2.Filter(Behavior="KEEP", Requirement="MEETS_ANY", Conditions=caught)
    return {"LoggingFilter": wafv2.LoggingFilter(DefaultBehavior="DROP", Filters=[keep])}
