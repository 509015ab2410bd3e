"""Priorities of a listener's rules that another rule is to have: the first update moves their rules out of the way.

They stay in the same order meanwhile, so that each request still meets the same rule. Where there is no room for that,
there is no such update.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from reviewer.order import Order, Split, Stage, Turn
from reviewer.template_set import Address, TemplateSet

_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
_ROOM = 1_000
"""How far behind the last rule there is looked for room."""
_LAST = 50_000
"""The last priority of a rule."""


def _split(turn: Turn) -> Split | None:
    if not turn.stays or not turn.neighbours.wanted():
        return None
    old, new = (_priorities(side) for side in (turn.neighbours.sides.old, turn.neighbours.sides.new))
    for listener, rules in old.items():
        if turn.neighbours.address in rules:
            priority = dict(_moved(rules, new.get(listener, {}))).get(turn.neighbours.address)
            if priority:
                text = f"the rule with priority {rules[turn.neighbours.address]} has {priority} until the next one"
                return Split((Stage(text, {**turn.old, "Priority": priority}),))
    return None


Priorities = Mapping[Address, int]


def _priorities(templates: TemplateSet) -> Mapping[str, Priorities]:
    """Listener → its rules with their priorities, the first one first."""
    found: dict[str, dict[Address, int]] = {}
    for address in templates.addresses():
        if templates.resource(address).get("Type") == _RULE:
            properties = templates.linked(address, "Properties") or {}
            listener, priority = json.dumps(properties.get("ListenerArn"), sort_keys=True), properties.get("Priority")
            if str(priority).isdigit():
                found.setdefault(listener, {})[address] = int(str(priority))
    return {listener: dict(sorted(rules.items(), key=lambda rule: rule[1])) for listener, rules in found.items()}


def _moved(rules: Priorities, wanted: Priorities) -> Iterator[tuple[Address, int]]:
    """Another priority for each rule whose present one another rule is to have, from the last rule to the first."""
    taken = {*rules.values(), *wanted.values()}
    bound = min(max(taken, default=0) + _ROOM, _LAST + 1)
    for address, priority in reversed([*rules.items()]):
        if any(one != address and number == priority for one, number in wanted.items()):
            free = _free(range(priority + 1, bound), taken)
            if not free:
                return
            yield address, free[-1]
            bound = free[-1]
        else:
            bound = priority


def _free(numbers: range, taken: set[int]) -> Sequence[int]:
    return [number for number in numbers if number not in taken]


ORDER = Order(
    types=frozenset({_RULE}),
    split=_split,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-listenerrule.html",
)
