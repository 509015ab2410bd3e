"""Turn exceptions of the SDK into `DeployError`, and repeat reads whose response is incomplete."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from deployer.errors import DeployError, refused, unreachable

Answer = TypeVar("Answer")

_LOGIN = "log in (`aws sso login`, `aws configure`) or name a profile with --profile"
_BAD_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
_TROUBLED = frozenset({"Throttling", "ThrottlingException", "InternalFailure", "ServiceUnavailable", "SlowDown"})
_NO_IDENTITY = (
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    CredentialRetrievalError,
    SSOError,
    TokenRetrievalError,
)
_NO_ANSWER = (EndpointConnectionError, ConnectTimeoutError, HTTPClientError)


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn what the SDK raises while `doing` something ("reading the stack") into a `DeployError`."""
    try:
        yield
    except _NO_IDENTITY as fault:
        raise unreachable(f"no usable AWS credentials while {doing}: {fault}", _LOGIN, "no-credentials") from fault
    except _NO_ANSWER as fault:
        raise unreachable(f"AWS does not respond while {doing}: {fault}", "check network and endpoint") from fault
    except ResponseParserError as fault:
        raise unreachable(f"AWS returned an incomplete response while {doing}", "run the command again") from fault
    except ClientError as fault:
        raise _from_service(doing, fault) from fault
    except BotoCoreError as fault:
        raise unreachable(f"the AWS SDK failed while {doing}: {fault}") from fault


def _from_service(doing: str, fault: ClientError) -> DeployError:
    code, text = error_code(fault), error_message(fault)
    if code in _BAD_CREDENTIALS:
        return unreachable(f"AWS does not accept the credentials while {doing}: {text}", _LOGIN, "no-credentials")
    if code in _DENIED:
        return refused(
            f"permission denied while {doing}: {text}", "the identity in use lacks an IAM permission", "access-denied"
        )
    if code in _TROUBLED:
        return unreachable(f"AWS is busy while {doing}: {code}: {text}", "wait a moment and run the command again")
    return refused(f"AWS refused while {doing}: {code}: {text}")


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
        except ResponseParserError:
            continue
    return call()
