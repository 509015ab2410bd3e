"""The load balancer's own rules: fixed answers, redirects, functions and divided requests.

Source: Elastic Load Balancing API, Action; Lambda developer guide, "Process Application Load Balancer requests".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, Ref, Sub, awslambda
from troposphere import elasticloadbalancingv2 as elb

from compiler.kinds.load_balancer.rule import Answer, Maintenance, Redirect, Rule
from compiler.language.names import pascal
from compiler.program.component import Component, Platform, Value
from compiler.shared.balancers import INTERNAL, PUBLIC, Scheme
from compiler.shared.ingress import LOWEST, Route
from compiler.shared.listener_rules import conditions
from compiler.shared.physical_names import physical_name
from compiler.shared.sign_in import after_sign_in
from compiler.source.json_value import Json

_MOST_OF_A_NAME = 32


def rule_resources(
    platform: Platform, rules: Mapping[str, Rule], routes: Mapping[str, Route], balancer: Component
) -> Iterator[AWSObject]:
    """A listener rule each, and a target group for each function behind one of the load balancers."""
    behind: dict[str, AWSObject] = {}
    for name, rule in rules.items():
        for target in rule.targets:
            for one in _function_group(platform, balancer, target, scheme_of(rule)):
                behind.setdefault(str(one.title), one)
        yield _listener_rule(platform, f"{scheme_of(rule).listener_id}{pascal(name)}Rule", rule, routes[name])
    yield from behind.values()


def scheme_of(rule: Rule) -> Scheme:
    return PUBLIC if rule.public else INTERNAL


def _listener_rule(platform: Platform, logical_id: str, rule: Rule, route: Route) -> elb.ListenerRule:
    return elb.ListenerRule(
        logical_id,
        ListenerArn=Ref(scheme_of(rule).listener_id),
        Priority=route.priority,
        Conditions=conditions(platform, route),
        Actions=after_sign_in(platform, rule.sign_in, _action(platform, rule)),
    )


def _action(platform: Platform, rule: Rule) -> elb.ListenerRuleAction:
    if rule.answer:
        return elb.ListenerRuleAction(Type="fixed-response", FixedResponseConfig=_answer(rule.answer))
    if rule.redirect:
        return elb.ListenerRuleAction(Type="redirect", RedirectConfig=_redirect(rule.redirect))
    groups = [_group(platform, target, scheme_of(rule)) for target in rule.targets]
    if not rule.split:
        return elb.ListenerRuleAction(Type="forward", TargetGroupArn=groups[0])
    shares = [
        elb.TargetGroupTuple(TargetGroupArn=group, Weight=part.weight)
        for group, part in zip(groups, rule.split, strict=True)
    ]
    return elb.ListenerRuleAction(
        Type="forward", ForwardConfig=elb.ForwardConfig(TargetGroups=shares, **_sticky(rule.sticky_seconds))
    )


def _sticky(seconds: int | None) -> dict[str, Json]:
    if not seconds:
        return {}
    return {"TargetGroupStickinessConfig": elb.TargetGroupStickinessConfig(Enabled=True, DurationSeconds=seconds)}


def _answer(said: Answer | Maintenance, status: int = 503) -> elb.FixedResponseConfig:
    code = said.status if isinstance(said, Answer) else status
    body = {"ContentType": said.type, "MessageBody": said.body} if said.body else {}
    return elb.FixedResponseConfig(StatusCode=str(code), **body)


def _redirect(said: Redirect) -> elb.RedirectConfig:
    """What is left out is kept as it is."""
    parts = {"Host": said.host, "Path": said.path, "Query": said.query}
    found: dict[str, Json] = {key: part for key, part in parts.items() if part is not None}
    found |= {"Protocol": "HTTPS", "Port": "443"} if said.https else {}
    return elb.RedirectConfig(StatusCode="HTTP_301" if said.permanent else "HTTP_302", **found)


def _group(platform: Platform, target: str, scheme: Scheme) -> Value:
    """ARN of the target group by which a load balancer reaches a component."""
    offered = _forward(platform, target)
    return offered[scheme.word] if scheme.word in offered else Ref(_group_id(platform, target, scheme))


def _forward(platform: Platform, target: str) -> Mapping[str, Value]:
    return platform.offered(platform.components[target], "forward").environment


def _group_id(platform: Platform, target: str, scheme: Scheme) -> str:
    return f"{scheme.id}To{platform.stem(target)}"


def _function_group(platform: Platform, balancer: Component, target: str, scheme: Scheme) -> Iterator[AWSObject]:
    """A target group that has a function, and the permission for it to run the function.

    AWS takes the function only when it may run it already, and the permission names the target group by its ARN. So
    the group has a name that is known before; only AWS knows the digits that its ARN ends with.
    """
    function = _forward(platform, target).get("FUNCTION")
    if function is None:
        return
    logical_id = _group_id(platform, target, scheme)
    words = (platform.name_in_account, scheme.word, platform.components[target].name)
    name = physical_name(words, _MOST_OF_A_NAME)
    arn = "arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:targetgroup/%s/*"
    permission = awslambda.Permission(
        f"{logical_id}Permission",
        Action="lambda:InvokeFunction",
        FunctionName=function,
        Principal="elasticloadbalancing.amazonaws.com",
        SourceArn=Sub(arn % name),
    )
    yield permission
    yield elb.TargetGroup(
        logical_id,
        Name=name,
        TargetType="lambda",
        Targets=[elb.TargetDescription(Id=function)],
        DependsOn=[str(permission.title)],
    )


def maintenance_rule(scheme: Scheme, page: Maintenance) -> elb.ListenerRule:
    """Asked before all others, which stay as they are."""
    paths = elb.PathPatternConfig(Values=["*"])
    return elb.ListenerRule(
        f"{scheme.listener_id}MaintenanceRule",
        ListenerArn=Ref(scheme.listener_id),
        Priority=LOWEST,
        Conditions=[elb.Condition(Field="path-pattern", PathPatternConfig=paths)],
        Actions=[elb.ListenerRuleAction(Type="fixed-response", FixedResponseConfig=_answer(page))],
    )
