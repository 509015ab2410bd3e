"""An HTTPS address of a function's own, and who may call it."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, Ref, awslambda

from compiler.kinds.functions.runnable import Runnable
from compiler.program.component import Capability, Grant, Value
from compiler.shared.cors import Cors
from compiler.shared.function_code import LIVE
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_MODES = {"buffered": "BUFFERED", "stream": "RESPONSE_STREAM"}
_TYPES = {"iam": "AWS_IAM", "none": "NONE"}


@frozen()
class Url:
    """Who may call the address, and how it answers."""

    auth: str
    reason: str | None
    mode: str
    cors: Cors | None


def url_id(function: Runnable) -> str:
    """Logical id of the address."""
    return f"{function.main_id}Url"


def url_resources(function: Runnable, url: Url) -> Iterator[AWSObject]:
    yield awslambda.Url(
        url_id(function),
        TargetFunctionArn=Ref(function.main_id),
        AuthType=_TYPES[url.auth],
        InvokeMode=_MODES[url.mode],
        **({"Qualifier": LIVE, "DependsOn": [function.alias_id]} if function.versioned else {}),
        **({"Cors": _cors(url.cors)} if url.cors else {}),
        **_metadata(url),
    )
    if url.auth == "none":
        yield from _open_to_all(function)


def _open_to_all(function: Runnable) -> Iterator[AWSObject]:
    """Both permissions, and by the address only. Source: Lambda developer guide, "Control access to function URLs"."""
    yield awslambda.Permission(
        f"{url_id(function)}Permission",
        Action="lambda:InvokeFunctionUrl",
        FunctionName=function.run_by,
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    yield awslambda.Permission(
        f"{url_id(function)}InvokePermission",
        Action="lambda:InvokeFunction",
        FunctionName=function.run_by,
        Principal="*",
        InvokedViaFunctionUrl=True,
    )


def call(function: Runnable, url: Url | None) -> Capability:
    """Signed requests need both actions (as above); an open address needs none."""
    if not url:
        return Capability()
    where: dict[str, Value] = {"URL": GetAtt(url_id(function), "FunctionUrl")}
    if url.auth == "none":
        return Capability(environment=where)
    signed = {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    by_url = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    grants = (
        Grant(("lambda:InvokeFunctionUrl",), (function.arn,), signed),
        Grant(("lambda:InvokeFunction",), (function.arn,), by_url),
    )
    return Capability(grants, environment=where)


def _cors(cors: Cors) -> awslambda.Cors:
    lists = {"AllowHeaders": cors.headers, "ExposeHeaders": cors.expose}
    return awslambda.Cors(
        AllowOrigins=list(cors.origins),
        AllowMethods=list(cors.methods),
        AllowCredentials=cors.credentials,
        MaxAge=cors.max_age,
        **{name: list(said) for name, said in lists.items() if said},
    )


def _metadata(url: Url) -> dict[str, Json]:
    """Why scanners should let pass what the spec asks for. Rule id: checkov's list of policies."""
    if url.auth != "none":
        return {}
    return {"Metadata": {"checkov": {"skip": [{"id": "CKV_AWS_258", "comment": url.reason}]}}}
