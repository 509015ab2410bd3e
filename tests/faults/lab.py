"""A sandbox behind a proxy, whose accounts are fresh whenever a flow wants one."""

from __future__ import annotations

import itertools
import multiprocessing
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config

from compiler.source.json_value import Json
from deployer.sandbox.process import open_sandbox
from tests.faults import commands
from tests.faults.answers import Called
from tests.faults.commands import Run, run
from tests.faults.faults import Fault
from tests.faults.platforms import write_platforms
from tests.faults.proxy import Injection, Proxy, running_proxy
from tests.faults.sets import Sets

_REGION = "eu-central-1"
_MANY = 40
"""Accounts after which the sandbox is emptied: it looks through all of them."""
_SETTLED_SECONDS = 20.0
_BEGIN = frozenset({"ExecuteChangeSet", "DeleteStack", "ContinueUpdateRollback", "RollbackStack", "CreateChangeSet"})


@dataclass(slots=True)
class Lab:
    """The sandbox with the account in use."""

    sandbox: str
    proxy: Proxy
    folder: Path
    account: str = ""
    sets: Sets = field(default_factory=lambda: Sets(lambda _bucket, _key: "{}"))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _clients: dict[tuple[str, str], Json] = field(default_factory=dict)

    def fresh(self) -> None:
        """Work with an account in which there is nothing."""
        number = next(self._numbers)
        if number % _MANY == 0:
            _posted(self.sandbox, "/_ministack/reset", "", "")
        self.account = commands.KEYS.access_key = f"{number:012d}"

    def client(self, service: str, region: str) -> Json:
        """A client of the sandbox itself, past the proxy."""
        if (service, region) not in self._clients:
            core = botocore.session.get_session()
            core.register_component("data_loader", commands.LOADER)
            core._credentials = commands.KEYS  # type: ignore[attr-defined]
            session = _SESSION(botocore_session=core, region_name=region)
            config = Config(s3={"addressing_style": "path"})
            self._clients[service, region] = session.client(service, endpoint_url=self.sandbox, config=config)
        return self._clients[service, region]

    def read(self, bucket: str, key: str) -> str:
        """An object of the account."""
        body: bytes = self.client("s3", _REGION).get_object(Bucket=bucket, Key=key)["Body"].read()
        return body.decode()

    def run(self, arguments: tuple[str, ...], fault: Fault | None = None, at: int = 0) -> tuple[Run, Injection]:
        """One command, whose call number `at`, or each of them, meets the fault."""
        injection = self.proxy.begin(fault, at)
        commands.WAITING[0] = commands.HASTY if fault and "late" in fault.steps else commands.PATIENT
        done = self._killed(arguments) if fault and fault.kills else run(arguments)
        calls = tuple(self.proxy.calls)
        self.proxy.begin()
        injection.calls = calls
        return done, injection

    def _killed(self, arguments: tuple[str, ...]) -> Run:
        """A command in a process of its own, which the proxy kills."""
        process = _FORKS.Process(target=commands.run_alone, args=(arguments,))
        self.proxy.kill = process.kill
        process.start()
        process.join(commands.HANGS_SECONDS)
        hangs = process.is_alive()
        process.kill()
        process.join()
        return Run(process.exitcode or 0, "", hangs=hangs)


_FORKS = multiprocessing.get_context("fork")
"""With what is imported and compiled by then: most of a run's time in a process that begins anew."""
_SESSION = boto3.Session
"""As it is without tracing."""


@contextmanager
def open_lab(folder: Path) -> Iterator[Lab]:
    """A lab whose files are below `folder`."""
    write_platforms(folder / "platforms")
    with open_sandbox(folder / "sandbox", _REGION) as sandbox, running_proxy(sandbox.endpoint_url) as proxy:
        proxy.after = lambda called, authorization: _settle(sandbox.endpoint_url, called, authorization)
        environment = {"AWS_ENDPOINT_URL": proxy.url}
        with commands.quick(environment):
            lab = Lab(sandbox.endpoint_url, proxy, folder)
            lab.sets = Sets(lab.read)
            proxy.instead = lab.sets.answer
            yield lab


def _settle(sandbox: str, called: Called, authorization: str) -> None:
    """Answer what begins an operation only once that has ended: then a flow has the same calls each time."""
    if called.operation not in _BEGIN:
        return
    deadline = time.monotonic() + _SETTLED_SECONDS
    while time.monotonic() < deadline:
        text = _posted(sandbox, "/", "Action=DescribeStacks&Version=2010-05-15", authorization)
        found = set(re.findall(r"<StackStatus>(\w+)</StackStatus>", text)) - {"REVIEW_IN_PROGRESS"}
        if not any(status.endswith("_IN_PROGRESS") for status in found):
            return
        time.sleep(0.005)


def _posted(url: str, path: str, body: str, authorization: str) -> str:
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=30)
    headers = {"Authorization": authorization, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, body, headers)
    text = connection.getresponse().read().decode()
    connection.close()
    return text
