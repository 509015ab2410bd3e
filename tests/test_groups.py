"""`groups:` of components: what they stand for, what environments change of them, and what they can get wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import main
from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.json_value import Json
from compiler.stacks.emit import render
from tests.kinds.building import compiled, faults, platform, resources

HEAD = "platform: demo\nenvironments: {dev: {posture: development, %s}}\n"
GROUP = """groups:
  tenant:
    each: {tenant: {acme: {days: 4}, globex: {days: 2}}}
    queues:
      "jobs-{tenant}": {retention_days: "{tenant.days}"}
    functions:
      "worker-{tenant}":
        runtime: python3.13
        code: ./worker
        handler: app.handler
        uses: {"jobs-{tenant}": consume}
        environment: {TENANT: "{tenant}"}
"""
OUTSIDE = 'functions: {all: {runtime: python3.13, code: ./all, handler: app.handler, uses: {"jobs-*": send}}}\n'


def queues(text: str, environment: str = "") -> dict[str, Json]:
    found: dict[str, Json] = platform(HEAD % environment + text).document.data["queues"]
    return found


def files(folder: Path, text: str) -> dict[str, str]:
    """Path → content of everything that a spec compiles to."""
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    roots = compile_spec(str(folder / "spec.yaml"))
    return {name: text for root in roots for name, text in render(root).items()}


def test_a_group_gives_each_of_its_components_for_each_word() -> None:
    found = platform(HEAD % "" + GROUP).document.data
    assert {name: one["retention_days"] for name, one in found["queues"].items()} == {"jobs-acme": 4, "jobs-globex": 2}
    assert {name: list(one["uses"]) for name, one in found["functions"].items()} == {
        "worker-acme": ["queues.jobs-acme"],
        "worker-globex": ["queues.jobs-globex"],
    }
    assert "groups" not in found
