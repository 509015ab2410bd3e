"""Existing load balancers."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound


def find(question: Question) -> Mapping[str, Json]:
    """Check that each load balancer exists, with its listener and its security group; nothing is looked up."""
    for scheme in ("public", "internal"):
        if scheme in question.attributes:
            _load_balancer(question, question.attributes[scheme])
    return {}


def _load_balancer(question: Question, expected: Mapping[str, Json]) -> None:
    arn, client = expected["arn"], question.client("elbv2")
    response = question.ask(lambda: client.describe_load_balancers(LoadBalancerArns=[arn]), arn)
    if expected["security_group"] not in response["LoadBalancers"][0].get("SecurityGroups", ()):
        raise Unfound(f"the load balancer '{arn}' does not have the security group '{expected['security_group']}'")
    listeners = question.pages("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=arn)
    if expected["listener"] not in [listener["ListenerArn"] for listener in listeners]:
        raise Unfound(f"the load balancer '{arn}' does not have the listener '{expected['listener']}'")
