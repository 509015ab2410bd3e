"""Resources with a name of their own that have to be replaced: the first update frees the name.

It replaces the resource by one with a name that CloudFormation makes up, which takes the old one out; the main update
makes it anew under its own name. So it is replaced twice, and only what holds nothing is replaced that way.
"""

from __future__ import annotations

from reviewer.names import NAMED
from reviewer.order import Order, Split, Stage, Turn
from reviewer.values import joined


def _split(turn: Turn) -> Split | None:
    if not turn.change.note.startswith(NAMED) or turn.kept or not turn.names:
        return None
    told = joined([f"{name} `{turn.old[name]}`" for name in turn.names if isinstance(turn.old[name], str)])
    unnamed = {key: value for key, value in turn.old.items() if key not in turn.names}
    text = f"replaced under a name that CloudFormation makes up, which frees {told or joined(turn.names)}"
    return Split((Stage(text, unnamed),))


_EMPTY_HANDED = frozenset(
    {
        "AWS::EC2::SecurityGroup",
        "AWS::ECS::Service",
        "AWS::ElastiCache::ParameterGroup",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::RDS::DBClusterParameterGroup",
        "AWS::RDS::DBParameterGroup",
    }
)
"""Types that hold nothing which their templates don't have, and can be made without a name."""

ORDER = Order(
    types=_EMPTY_HANDED,
    split=_split,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html",
)
