"""Two Lambda property types that troposphere 4.11.1 declares twice: the later class lacks these fields."""

from __future__ import annotations

from typing import ClassVar

from troposphere import awslambda
from troposphere.validators import integer

from compiler.source.json_value import Json


class FunctionLogs(awslambda.LoggingConfig):  # type: ignore[misc]  # troposphere has no types
    """AWS::Lambda::Function LoggingConfig."""

    props: ClassVar[dict[str, Json]] = {
        "ApplicationLogLevel": (str, False),
        "LogFormat": (str, False),
        "LogGroup": (str, False),
        "SystemLogLevel": (str, False),
    }


class QueueScaling(awslambda.ScalingConfig):  # type: ignore[misc]  # troposphere has no types
    """AWS::Lambda::EventSourceMapping ScalingConfig."""

    props: ClassVar[dict[str, Json]] = {"MaximumConcurrency": (integer, False)}
