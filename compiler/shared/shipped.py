"""Functions that the project ships: their code stands in the template, so that nothing has to be uploaded for them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from troposphere import AWSObject, GetAtt, Ref, awslambda

from compiler.program.component import Component, Grant, Platform, Value
from compiler.shared.function_role import shipped_role
from compiler.shared.lambda_properties import FunctionLogs
from compiler.shared.logs import Logs, log_group
from compiler.shared.platform_key import KEY_ARN
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

RUNTIME = "python3.13"
_FOLDER = Path(__file__).parent.parent / "shipped"
_MEMORY = 256


@frozen(kw_only=True)
class Shipped:
    """A function of a file in `compiler/shipped`, and what it may do."""

    logical_id: str
    """Start of the ids of its role and log group too."""
    code: str
    """Name of the file."""
    about: str
    log: Logs
    timeout: int
    grants: Sequence[tuple[str, Grant]]
    network: awslambda.VPCConfig | None = None
    variables: Mapping[str, Value] | None = None
    """Environment variables, for which `grants` have to let the role decrypt with the platform's key."""

    @property
    def arn(self) -> GetAtt:
        return GetAtt(self.logical_id, "Arn")


@functools.cache
def code(name: str) -> str:
    """The text of ``compiler/shipped/<name>.py``."""
    return (_FOLDER / f"{name}.py").read_text("utf-8")


def shipped(platform: Platform, component: Component, function: Shipped) -> Iterator[AWSObject]:
    """The function with its role and its log group."""
    log_id, role_id = f"{function.logical_id}LogGroup", f"{function.logical_id}Role"
    yield log_group(log_id, component, function.log, platform)
    yield shipped_role(role_id, log_id, function.network is not None, function.grants)
    more: dict[str, Json] = {"VpcConfig": function.network} if function.network else {}
    if function.variables:
        more |= {"Environment": awslambda.Environment(Variables=dict(function.variables)), "KmsKeyArn": KEY_ARN}
    yield awslambda.Function(
        function.logical_id,
        Description=function.about,
        Runtime=RUNTIME,
        Handler="index.handler",
        Code=awslambda.Code(ZipFile=code(function.code)),
        Role=GetAtt(role_id, "Arn"),
        MemorySize=_MEMORY,
        Timeout=function.timeout,
        TracingConfig=awslambda.TracingConfig(Mode="Active"),
        LoggingConfig=FunctionLogs(LogFormat="JSON", LogGroup=Ref(log_id)),
        **more,
    )
