"""Existing load balancers."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound


def find(question: Question) -> Mapping[str, Json]:
    """Both that may be said: each is there, with this listener and this security group."""
    for word in ("public", "internal"):
        if word in question.thing.said:
            _load_balancer(question, question.thing.said[word])
    return {}


def _load_balancer(question: Question, said: Mapping[str, Json]) -> None:
    arn, client = said["arn"], question.client("elbv2")
    answer = question.ask(lambda: client.describe_load_balancers(LoadBalancerArns=[arn]), arn)
    if said["security_group"] not in answer["LoadBalancers"][0].get("SecurityGroups", ()):
        raise Unfound(f"the load balancer '{arn}' does not have the security group '{said['security_group']}'")
    listeners = question.pages("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=arn)
    if said["listener"] not in [one["ListenerArn"] for one in listeners]:
        raise Unfound(f"the load balancer '{arn}' does not have the listener '{said['listener']}'")
