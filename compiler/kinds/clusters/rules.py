"""What follows from instance types and add-ons, for building a cluster and for checking one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from compiler.language.facts import fact

AGENT = "eks-pod-identity-agent"
DNS = "coredns"
INSIGHTS = "amazon-cloudwatch-observability"
ON_EACH_NODE = (AGENT, "kube-proxy", "vpc-cni")
"""Run as soon as there is a node, and before it is ready; all others need one to start."""
SYSTEM = "kube-system"
CONTROLLER = "aws-load-balancer-controller"
_GRAVITON = re.compile(r"([a-z]+[0-9]+g[a-z]*|a1)\.")
"""The letter behind the generation is the processor's: g for Graviton (EC2 user guide, instance type names)."""


def on_graviton(instance: str) -> bool:
    """Whether an instance type has an ARM processor."""
    return bool(_GRAVITON.match(instance))


def namespace_of(add_on: str) -> str:
    """The namespace of an add-on's service account."""
    found: str = fact("eks-addons").known().get(add_on, {}).get("namespace", SYSTEM)
    return found


def account_of(add_on: str) -> str | None:
    """The service account of an add-on that acts on AWS, where that is known."""
    found: str | None = fact("eks-addons").known().get(add_on, {}).get("service_account")
    return found


def policies_of(add_on: str) -> Sequence[str]:
    """Names of the managed policies that AWS has for it."""
    found: Sequence[str] = fact("eks-addons").known().get(add_on, {}).get("policies", ())
    return found
