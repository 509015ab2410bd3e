"""Names of something that goes, which another resource is to have: what goes is removed first.

CloudFormation makes new resources before it removes old ones. So the first update removes what goes anyway, if it holds
nothing and nothing else in its template is about it.
"""

from __future__ import annotations

from reviewer.claims import shown_claim
from reviewer.order import Order, Split, Stage, Turn
from reviewer.values import joined


def _split(turn: Turn) -> Split | None:
    if turn.change.action != "Remove" or turn.kept:
        return None
    wanted = turn.neighbours.wanted()
    if not wanted or not turn.neighbours.alone():
        return None
    freed = joined([shown_claim(claim) for claim in wanted])
    return Split((Stage(f"{turn.change.logical_id} is removed first, which frees {freed}", None),))


ORDER = Order(
    types=frozenset(
        {
            "AWS::CloudWatch::Alarm",
            "AWS::CloudWatch::CompositeAlarm",
            "AWS::CloudWatch::Dashboard",
            "AWS::ElasticLoadBalancingV2::ListenerRule",
            "AWS::Route53::RecordSet",
            "AWS::SSM::Parameter",
            "AWS::Scheduler::Schedule",
        }
    ),
    split=_split,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html",
)
