"""What follows from an instance type of SageMaker by its name, whichever AWS has (EC2 user guide, instance types)."""

from __future__ import annotations

import re

from compiler.language.facts import fact

_SIZE = re.compile(r"([0-9]*)xlarge")
_SMALL = {"medium": 1, "large": 2}
_LOCAL = re.compile(r"(g4|g5|g6|g7|gr6|p4|p5|p6|dl1|trn|i[0-9])[a-z0-9-]*|[a-z]+[0-9]+[a-z]*d[a-z]*")
"""Families with instance store volumes: those with a d behind the generation, and the accelerated ones from 2019 on."""


def processors(instance_type: str) -> int:
    """vCPUs: four for each ``xlarge``."""
    size = instance_type.rpartition(".")[2]
    several = _SIZE.fullmatch(size)
    return 4 * int(several[1] or 1) if several else _SMALL.get(size, 2)


def graphics(instance_type: str) -> int:
    """GPUs; none of a type of which that is not known."""
    known = fact("ml-instance-types").known().get(instance_type, {})
    return int(known.get("gpus", 0))


def has_local_storage(instance_type: str) -> bool:
    """Whether the data lies on NVMe volumes of the instance, which its hardware encrypts, and on no volume of EBS.

    A key for the storage volume encrypts nothing there, and CreateEndpointConfig long refused one. Source: SageMaker
    API reference, CreateEndpointConfig, KmsKeyId.
    """
    return _LOCAL.fullmatch(instance_type.split(".")[1]) is not None


def moves_at_once(instance_type: str) -> bool:
    """Whether an update can only move all requests at once (SageMaker developer guide, deployment guardrails)."""
    return instance_type.startswith("ml.inf1.")
