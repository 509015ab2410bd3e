"""Turn exceptions of the SDK into `DeployError`, and repeat reads whose response is incomplete."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ResponseStreamingError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from compiler.source.json_value import Json
from deployer.errors import DeployError, refused, unreachable

Answer = TypeVar("Answer")

_GRANT = "grant it to the identity in use; `bootstrap --policies-only` prints the policies for planning and applying"
_LOGIN = "log in (`aws sso login`, `aws configure`) or name a profile with --profile"
_BAD_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
_ERROR = 300
_SERVER_FAULT = 500
_THROTTLED = re.compile("Throttl|TooManyRequests|RequestLimitExceeded|SlowDown")
_NO_IDENTITY = (
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    CredentialRetrievalError,
    SSOError,
    TokenRetrievalError,
)
_NO_ANSWER = (EndpointConnectionError, ConnectTimeoutError, HTTPClientError)
_INCOMPLETE = (ResponseParserError, FlexibleChecksumError, IncompleteReadError, ResponseStreamingError)
"""What the SDK raises for half of an answer; of an object it has no more than a checksum or a length to tell by."""


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn what the SDK raises while `doing` something ("reading the stack") into a `DeployError`."""
    try:
        yield
    except _NO_IDENTITY as fault:
        raise unreachable(f"no usable AWS credentials while {doing}: {fault}", _LOGIN, "no-credentials") from fault
    except _INCOMPLETE as fault:
        raise unreachable(f"AWS returned an incomplete response while {doing}", "run the command again") from fault
    except _NO_ANSWER as fault:
        raise unreachable(f"AWS does not respond while {doing}: {fault}", "check network and endpoint") from fault
    except ClientError as fault:
        raise _from_service(doing, fault) from fault
    except BotoCoreError as fault:
        raise unreachable(f"the AWS SDK failed while {doing}: {fault}") from fault


def _from_service(doing: str, fault: ClientError) -> DeployError:
    code, text = error_code(fault), error_message(fault)
    if _cut(fault) and not _busy(fault):
        return unreachable(f"AWS returned an incomplete response while {doing}", "run the command again")
    if code in _BAD_CREDENTIALS:
        return unreachable(f"AWS does not accept the credentials while {doing}: {text}", _LOGIN, "no-credentials")
    if code in _DENIED:
        return refused(f"permission denied while {doing}: {text}", _GRANT, "access-denied")
    if _busy(fault):
        return unreachable(f"AWS is busy while {doing}: {code}: {text}", "wait a moment and run the command again")
    return refused(f"AWS refused while {doing}: {code}: {text}", "correct what the message names, then run it again")


def _busy(fault: ClientError) -> bool:
    """Whether the same request may succeed later: the SDK has tried five times by now."""
    status = fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= _SERVER_FAULT or bool(_THROTTLED.search(error_code(fault)))


def error_code(fault: ClientError) -> str:
    return str(fault.response.get("Error", {}).get("Code", ""))


def error_message(fault: ClientError) -> str:
    return str(fault.response.get("Error", {}).get("Message", ""))


def denied(fault: ClientError) -> bool:
    """Whether the identity lacks the permission for the call."""
    return error_code(fault) in _DENIED


def read(call: Callable[[], Answer], attempts: int = 3) -> Answer:
    """Call something without side effects, again when its response is incomplete, which boto3 does not retry."""
    for _ in range(attempts - 1):
        try:
            return call()
        except _INCOMPLETE:
            continue
        except ClientError as fault:
            if not _cut(fault):
                raise
    return call()


def _cut(fault: ClientError) -> bool:
    """Whether half of an error's body is missing: the SDK then knows its status alone. A HEAD has none to be cut."""
    return error_code(fault).isdigit() and not fault.operation_name.startswith("Head")


def check_whole(operation_model: Json, response_dict: Mapping[str, Json], **_: Json) -> None:
    """Raise `ResponseParserError` for JSON that is cut short: the SDK would take it for an empty answer."""
    shape = operation_model.output_shape
    in_json = operation_model.service_model.metadata.get("protocol") in ("json", "rest-json")
    body = response_dict["body"]
    if not in_json or response_dict["status_code"] >= _ERROR or not isinstance(body, bytes) or not body:
        return
    if shape is None or shape.serialization.get("payload"):
        return
    try:
        json.loads(body)
    except ValueError as fault:
        raise ResponseParserError(f"{operation_model.name}: the answer is cut short") from fault
