"""Run commands of the CLI in this process, against the proxy: quick enough for thousands of runs."""

from __future__ import annotations

import functools
import os
import signal
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from unittest.mock import patch

import boto3
import botocore.endpoint
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.loaders import create_loader
from botocore.retries.quota import RetryQuota
from click.testing import CliRunner

import cli
import compiler.pipeline
import deployer.opening
import deployer.session
import linter.gate
from compiler.source.json_value import Json
from deployer.session import Aws
from tests.faults.proxy import CALLED

HANGS_SECONDS = 240.0
"""After which a command counts as hanging; it waits for nothing but the sandbox."""
PATIENT, HASTY = 30.0, 0.4
"""The client's timeouts: one that nothing reaches, and one that a late answer misses; the real one is a minute."""
POLL_SECONDS = 0.02
LOADER = create_loader()


class Hangs(BaseException):
    """A command has not ended in time."""


@dataclass(frozen=True, slots=True)
class Run:
    """The end of one command."""

    exit_code: int
    output: str
    exception: str = ""
    """What it raised; empty when it ended by itself."""
    hangs: bool = False

    @property
    def succeeded(self) -> bool:
        return self.exit_code == 0 and not self.exception and not self.hangs


class _Traced(boto3.Session):
    """A session whose requests name their operation, and whose clients are made once for all runs.

    The account changes with `KEYS`, which all of them share.
    """

    def __init__(self, **options: Json) -> None:
        core = botocore.session.get_session()
        core.register_component("data_loader", LOADER)
        core._credentials = KEYS  # type: ignore[attr-defined]
        super().__init__(**options, botocore_session=core)
        core.register("before-call", _named)  # type: ignore[arg-type]

    def client(  # type: ignore[override]
        self, service_name: str, region_name: str | None = None, **options: Json
    ) -> Json:
        region = region_name or self.region_name
        style = (options["config"].s3 or {}).get("addressing_style", "")
        wanted = (service_name, region, os.environ["AWS_ENDPOINT_URL"], style, WAITING[0])
        if wanted not in _CLIENTS:
            _CLIENTS[wanted] = super().client(service_name, region_name=region, **options)
        return _CLIENTS[wanted]


KEYS = Credentials("", "sandbox")
"""Whoever calls; ministack takes the account from the key's id."""
_CLIENTS: dict[tuple[Json, ...], Json] = {}
WAITING = [PATIENT]
"""The timeout in use."""


def _named(model: Json, params: Json, **_: Json) -> None:
    service = model.service_model
    protocol = service.metadata["protocol"]
    params["headers"][CALLED] = f"{service.service_name} {model.name} {protocol}"


def _config(addressing: Json) -> Config:
    real = _REAL_CONFIG(addressing)
    return real.merge(Config(read_timeout=WAITING[0], connect_timeout=PATIENT))


_REAL_CONFIG = deployer.session._config


@contextmanager
def quick(environment: Mapping[str, str]) -> Iterator[None]:
    """Commands that compile each spec once, lint nothing, wait for nothing, and see only this environment.

    The SDK's budget for retries is for one command, and their clients are those of thousands.
    """
    connect = deployer.session.connect_to
    hasty = types.SimpleNamespace(sleep=lambda _seconds: None, time=time.time)
    with ExitStack() as stack:
        for replaced in (
            patch.object(compiler.pipeline, "compile_spec", functools.cache(compiler.pipeline.compile_spec)),
            patch.object(linter.gate, "refuse_findings", lambda _compiled: linter.gate.Judged((), ())),
            patch.object(deployer.session, "_config", _config),
            patch.object(deployer.opening, "connect_to", lambda place: _paced(connect(place))),
            patch.object(botocore.endpoint, "time", hasty),
            patch.object(boto3, "Session", _Traced),
            patch.object(RetryQuota, "acquire", lambda _quota, _amount: True),
            patch.dict(os.environ, environment),
        ):
            stack.enter_context(replaced)
        yield


def _paced(aws: Aws) -> Aws:
    return replace(aws, poll_seconds=POLL_SECONDS)


def run(arguments: Sequence[str]) -> Run:
    """One command, to its end."""
    with _alarm(HANGS_SECONDS):
        try:
            result = CliRunner().invoke(cli.main, list(arguments))
        except Hangs:
            return Run(-1, "", hangs=True)
    raised = result.exception
    told = "" if raised is None or isinstance(raised, SystemExit) else f"{type(raised).__name__}: {raised}"
    return Run(result.exit_code, result.output, told)


def run_alone(arguments: Sequence[str]) -> None:
    """One command in a fork that may be killed. It opens connections of its own."""
    _CLIENTS.clear()
    run(arguments)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(_signal: int, _frame: object) -> None:
        raise Hangs

    before: Callable[..., Json] | int | None = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
