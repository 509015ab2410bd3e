"""The logs of a domain: groups, and the one policy by which OpenSearch Service writes into those of a platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from troposphere import AWSHelperFn, AWSObject, GetAtt, Ref, Sub, logs
from troposphere import opensearchservice as opensearch

from compiler.kinds.search.search import Search
from compiler.kinds.search.settings import LOGS, Domain
from compiler.language.names import pascal
from compiler.program.component import Platform
from compiler.shared.json_text import with_references
from compiler.shared.logs import Logs, log_group
from compiler.source.json_value import Json

DELIVERY_ID = "SearchLogDelivery"
"""CloudWatch Logs takes ten resource policies in an account and region, so that all domains share one."""
_DOMAINS = "arn:${AWS::Partition}:es:${AWS::Region}:${AWS::AccountId}:domain/*"


class _ResourcePolicy(logs.ResourcePolicy):  # type: ignore[misc]
    """troposphere takes no reference in the text of the policy, which CloudFormation documents as text."""

    props: ClassVar[Mapping[str, Json]] = {"PolicyDocument": ((str, AWSHelperFn), True), "PolicyName": (str, True)}


def log_group_id(search: Search, log: str) -> str:
    return f"{search.stem}{pascal(log)}LogGroup"


def log_group_ids(search: Search) -> tuple[str, ...]:
    return tuple(log_group_id(search, log) for log in search.domain.written_logs) if search.domain else ()


def log_groups(search: Search, settings: Domain, platform: Platform) -> Iterator[logs.LogGroup]:
    for log in settings.written_logs:
        named = Logs(f"{_prefix(platform)}{search.name}/{log}", settings.logs.days)
        yield log_group(log_group_id(search, log), search, named, platform)


def _prefix(platform: Platform) -> str:
    return f"/{platform.name}/{platform.environment}/search/"


def published(search: Search, settings: Domain) -> Mapping[str, opensearch.LogPublishingOption]:
    return {
        LOGS[log]: opensearch.LogPublishingOption(
            Enabled=True, CloudWatchLogsLogGroupArn=GetAtt(log_group_id(search, log), "Arn")
        )
        for log in settings.written_logs
    }


def delivery(search: Search, platform: Platform) -> Iterator[AWSObject]:
    """Of the first domain with logs: the policy for all of them.

    Source: OpenSearch Service developer guide, "Monitoring OpenSearch logs with Amazon CloudWatch Logs".
    """
    logging = [one for one in platform.of(Search) if one.existing is None and one.domain]
    if next((one for one in logging if one.domain and one.domain.written_logs), None) is not search:
        return
    groups = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
    write = {
        "Sid": "Domains",
        "Effect": "Allow",
        "Principal": {"Service": "es.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [Sub(f"{groups}{_prefix(platform)}*")],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
            "ArnLike": {"aws:SourceArn": Sub(_DOMAINS)},
        },
    }
    yield _ResourcePolicy(
        DELIVERY_ID,
        PolicyName=f"{platform.name}-{platform.environment}-search-logs",
        PolicyDocument=with_references({"Version": "2012-10-17", "Statement": [write]}),
    )
