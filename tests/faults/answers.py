"""What AWS answers when it fails: error code, status and form of each protocol.

Codes are those of the pages "Common Error Types" of the services (Query API), "Error codes for the Amazon EC2 API" and
"Error responses" of Amazon S3; a HEAD of S3 has no body, so that its status is all there is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape


@dataclass(frozen=True, slots=True)
class Called:
    """One request of the SDK, as the operation that it stands for."""

    service: str
    operation: str
    protocol: str
    method: str = "POST"

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


_QUERY, _EC2, _S3, _JSON, _REST = "query", "ec2", "rest-xml", "json", "rest-json"
_ERRORS = {
    "throttled": {
        _QUERY: (400, "Throttling"),
        _EC2: (503, "RequestLimitExceeded"),
        _S3: (503, "SlowDown"),
        _JSON: (400, "ThrottlingException"),
        _REST: (429, "TooManyRequestsException"),
    },
    "500": {
        _QUERY: (500, "InternalFailure"),
        _EC2: (500, "InternalError"),
        _S3: (500, "InternalError"),
        _JSON: (500, "InternalServerError"),
        _REST: (500, "ServiceException"),
    },
    "503": {
        _QUERY: (503, "ServiceUnavailable"),
        _EC2: (503, "Unavailable"),
        _S3: (503, "ServiceUnavailable"),
        _JSON: (503, "ServiceUnavailableException"),
        _REST: (503, "ServiceUnavailableException"),
    },
    "expired": {
        _QUERY: (403, "ExpiredToken"),
        _EC2: (400, "RequestExpired"),
        _S3: (400, "ExpiredToken"),
        _JSON: (400, "ExpiredTokenException"),
        _REST: (403, "ExpiredTokenException"),
    },
    "denied": {
        _QUERY: (403, "AccessDenied"),
        _EC2: (403, "UnauthorizedOperation"),
        _S3: (403, "AccessDenied"),
        _JSON: (400, "AccessDeniedException"),
        _REST: (403, "AccessDeniedException"),
    },
}
_TEXTS = {
    "throttled": "Rate exceeded",
    "500": "We encountered an internal error. Please try again.",
    "503": "Service is temporarily unavailable",
    "expired": "The security token included in the request is expired",
}
ERRORS = tuple(_ERRORS)


def error(kind: str, called: Called) -> Answer:
    """The answer of the called service, in its own protocol."""
    status, code = _ERRORS[kind][called.protocol]
    if called.method == "HEAD":
        return Answer(status, (), b"")
    text = _TEXTS.get(kind, f"User: arn:aws:iam::000000000000:user/x is not authorized to perform: {called}")
    return Answer(status, _headers(called, code), _body(called, code, text).encode())


def _headers(called: Called, code: str) -> tuple[tuple[str, str], ...]:
    if called.protocol in (_JSON, _REST):
        return (("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-errortype", code))
    return (("Content-Type", "text/xml"),)


def _body(called: Called, code: str, text: str) -> str:
    if called.protocol in (_JSON, _REST):
        return json.dumps({"__type": code, "message": text})
    inner = f"<Code>{code}</Code><Message>{escape(text)}</Message>"
    if called.protocol == _EC2:
        return f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>1</RequestID></Response>"
    if called.service == "s3":
        return f"<Error>{inner}<RequestId>1</RequestId></Error>"
    return f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>1</RequestId></ErrorResponse>"
