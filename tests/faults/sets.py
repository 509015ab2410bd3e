"""Stack sets beside the sandbox, which has none: a scripted service for each account, spoken to by HTTP.

An operation ends when it is described for the first time, so that a flow has the same calls each time. moto reads the
requests and writes the answers, by botocore's model of the service; its own stack sets know no ids of operations.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from moto.core.parse import QueryParser
from moto.core.serialize import QuerySerializer
from moto.core.utils import get_service_model
from werkzeug.datastructures import MultiDict

from compiler.source.json_value import Json
from tests.deployer.scripted_sets import SERVED, Refusal, Scripted
from tests.faults.answers import Answer, Called

FAILS_ONCE = "333333333333"
OPERATIONS = frozenset(SERVED.split()) - {"DescribeStacks"}
"""The others are the sandbox's."""


@dataclass(slots=True)
class Sets:
    """The stack sets of all accounts."""

    read: Callable[[str, str], str]
    """Body of an object, by bucket and key."""
    _accounts: dict[str, Scripted] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, account: str) -> Scripted:
        """The service as an account sees it."""
        if account not in self._accounts:
            self._accounts[account] = Scripted(self._template, polls=0, failing_once={FAILS_ONCE})
        return self._accounts[account]

    def _template(self, url: str) -> str:
        bucket, _, key = urlsplit(url).path.lstrip("/").partition("/")
        return self.read(bucket, key)

    def answer(self, called: Called, body: bytes, authorization: str) -> Answer | None:
        """The answer to a call about stack sets; None for any other call."""
        if called.service != "cloudformation" or called.operation not in OPERATIONS:
            return None
        model: Json = get_service_model("cloudformation").operation_model(called.operation)
        account = re.search(r"Credential=([^/]+)/", authorization)
        request: Json = {"values": MultiDict(parse_qsl(body.decode(), keep_blank_values=True))}
        params = QueryParser(model).parse(request)
        with self._lock:
            return _answered(model, params, self.of(account[1] if account else ""))

    def effects(self, account: str) -> Iterator[tuple[str, str]]:
        """What was ``done`` to the account's stack set, and what is ``there``: each with that word before it."""
        service = self.of(account)
        changing = (one for one in service.operations if one["Action"] != "DETECT_DRIFT")
        yield from (("done", f"{one['Action']} {one['Status']}") for one in changing)
        if service.found:
            yield "there", f"stack set {service.found['StackSetName']}"
        for place, one in service.instances.items():
            yield "there", f"{place} {one['Status']} {one['StackInstanceStatus']['DetailedStatus']}"


def _answered(model: Json, params: Json, service: Scripted) -> Answer:
    try:
        made = QuerySerializer(model).serialize(service.answer(model, params))
    except Refusal as refusal:
        made = QuerySerializer(model).serialize(refusal)
    body = made["body"]
    content = body if isinstance(body, bytes) else str(body).encode()
    return Answer(made["status_code"], tuple(made["headers"].items()), content)
