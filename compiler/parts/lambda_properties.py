"""Two Lambda property types that troposphere 4.11.1 declares twice under one name, the later one without these fields."""

from __future__ import annotations

from troposphere import awslambda
from troposphere.validators import integer


class FunctionLogs(awslambda.LoggingConfig):
    """AWS::Lambda::Function LoggingConfig."""

    props = {
        "ApplicationLogLevel": (str, False),
        "LogFormat": (str, False),
        "LogGroup": (str, False),
        "SystemLogLevel": (str, False),
    }


class QueueScaling(awslambda.ScalingConfig):
    """AWS::Lambda::EventSourceMapping ScalingConfig."""

    props = {"MaximumConcurrency": (integer, False)}
