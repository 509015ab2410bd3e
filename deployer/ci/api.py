"""Calls of the REST API of a CI system: JSON, pages, and faults that a user can act upon."""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import IO, TypeVar

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.errors import refused, unreachable

Result = TypeVar("Result")

_SECONDS = 30.0
_PAUSES = (1.0, 4.0)
"""Seconds before each further try; more where the API asks for more."""
_LONGEST_PAUSE = 60
_MOST_PAGES = 1_000
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
_NOT_ALLOWED = frozenset({401, 403, 404})
"""Both systems answer 404 where a token may not even look."""
_TOO_MANY = 429
_SHOWN = 300


class NotAllowedError(Exception):
    """The token has no right to do this, as that of a fork's pull request."""


class _PassingError(Exception):
    """Worth another try: no connection, a fault of the server, too many calls."""

    def __init__(self, told: str, pause: float = 0) -> None:
        super().__init__(told)
        self.pause = pause
        """The least seconds before the next try, as the API asks."""


class _Unmoved(urllib.request.HTTPRedirectHandler):
    """An API that moves its calls would get the token sent elsewhere."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


@frozen(eq=True)
class Api:
    """One API, with the headers of each call, the token among them."""

    url: str
    headers: Mapping[str, str]

    def call(self, method: str, path: str, body: Json = None) -> Mapping[str, Json]:
        """The answer. Raises `NotAllowedError`, and `DeployError` for what another try does not mend."""
        answer, _ = self._send(method, f"{self.url}{path}", body)
        return _objects([answer])[0]

    def pages(self, path: str) -> Iterator[Mapping[str, Json]]:
        """The items of all pages of a list."""
        url = f"{self.url}{path}"
        for _ in range(_MOST_PAGES):
            items, following = self._send("GET", url, None)
            yield from _objects(items)
            if not following.startswith(f"{self.url}/"):  # the token goes to the API alone
                return
            url = following
        hint = "delete comments that nobody needs, or have the API looked at"
        raise refused(f"{self.url}{path} has more than {_MOST_PAGES:,} pages", hint, "comment-refused")

    def _send(self, method: str, url: str, body: Json) -> tuple[Json, str]:
        """The answer, and the address of the next page."""
        opener = urllib.request.build_opener(_Unmoved())
        try:
            with opener.open(self._request(method, url, body), timeout=_SECONDS) as answer:
                return _read(answer), _following(answer.headers.get("Link", ""))
        except urllib.error.HTTPError as fault:
            raise _fault(fault, method, url) from None
        except (OSError, http.client.HTTPException) as fault:
            raise _PassingError(f"{self.url} does not respond: {getattr(fault, 'reason', fault)}") from None
        except ValueError:  # its text may hold the token
            message = f"the API can't be called: '{self.url}' is no address, or the token has characters of no header"
            raise refused(message, "set both as the CI system gives them", "comment-refused") from None

    def _request(self, method: str, url: str, body: Json) -> urllib.request.Request:
        data = None if body is None else json.dumps(body).encode()
        headers = {"User-Agent": "stackwright", "Content-Type": "application/json", **self.headers}
        return urllib.request.Request(url, data, headers, method=method)


def _read(answer: IO[bytes]) -> Json:
    try:
        return json.loads(answer.read())
    except ValueError:
        raise _PassingError("the answer is not JSON") from None


def _objects(items: Json) -> list[Mapping[str, Json]]:
    if isinstance(items, list) and all(isinstance(item, dict) for item in items):
        return items
    raise _PassingError("the answer of the API has another form than expected")


def _following(links: str) -> str:
    found = _NEXT.search(links)
    return found[1] if found else ""


def _fault(fault: urllib.error.HTTPError, method: str, url: str) -> Exception:
    with fault:
        reason = _reason(fault)
        told = f"{method} {url}: {fault.code} {fault.reason}{f' ({reason})' if reason else ''}"
        limited = fault.headers.get("Retry-After") or fault.headers.get("X-RateLimit-Remaining") == "0"
        if fault.code >= 500 or fault.code == _TOO_MANY or limited or "rate limit" in reason.lower():
            return _PassingError(told, _asked(fault.headers.get("Retry-After", "")))
        if fault.code in _NOT_ALLOWED:
            return NotAllowedError(told)
        hint = "mend what the API names, then run the job again"
        return refused(f"the comment was refused: {told}", hint, "comment-refused")


def _asked(after: str) -> float:
    """Seconds of a Retry-After; its other form, a date, is left to the usual pauses. Source: RFC 9110, 10.2.3."""
    return min(int(after), _LONGEST_PAUSE) if re.fullmatch("[0-9]{1,9}", after) else 0


def _reason(fault: urllib.error.HTTPError) -> str:
    """What the API says of a refusal, in one line; GitLab may say it of each field."""
    try:
        told = json.loads(fault.read())["message"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return ""
    return " ".join((told if isinstance(told, str) else json.dumps(told)).split())[:_SHOWN]


def persistently(action: Callable[[], Result]) -> Result:
    """Repeat what did not get through. Raises `DeployError` (exit 5) when it does not get through at all."""
    for pause in (*_PAUSES, None):
        try:
            return action()
        except _PassingError as fault:
            if pause is None:
                raise unreachable(str(fault), "run the job again", "api-unreachable") from None
            time.sleep(max(pause, fault.pause))
    raise AssertionError("the last try returns or raises")
