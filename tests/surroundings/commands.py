"""Every command with the options that it needs, in a folder with a spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SPEC = "spec.yaml"
TEXT = """platform: demo
environments:
  dev: {posture: development}
queues:
  jobs: {}
"""
_OF_ONE = ("bootstrap", "deploy", "destroy", "drift", "events", "history", "lookup", "outputs", "plan", "recover")
COMMANDS: Mapping[str, Sequence[str]] = {
    "validate": ("validate", SPEC),
    "validate as a report": ("validate", SPEC, "--format", "sarif"),
    "resolve": ("resolve", SPEC, "--env", "dev"),
    "schema": ("schema",),
    "runbook": ("runbook", SPEC, "--env", "dev"),
    "compile": ("compile", SPEC),
    "compile --check": ("compile", SPEC, "--check"),
    "place": ("place", SPEC),
    "lint": ("lint", SPEC),
    "fmt": ("fmt", SPEC),
    "fmt --check": ("fmt", SPEC, "--check"),
    "graph": ("graph", SPEC, "--env", "dev"),
    "explain": ("explain", "functions"),
    "explain a component": ("explain", SPEC, "queues.jobs", "--env", "dev"),
    "completion": ("completion", "bash"),
    "diff": ("diff", SPEC, "--env", "dev"),
    "apply": ("apply", "dev.plan"),
    "ci": ("ci", "github", SPEC),
    "comment": ("comment", SPEC, "--env", "dev", "--review", "review.md"),
    "lsp": ("lsp",),
    "init": ("init", "--template", "worker", "--name", "shop"),
    "import-from": ("import-from", "copilot", "."),
    "import": ("import", SPEC, "--env", "dev", "queues.jobs=https://example.com/jobs"),
    "rollback": ("rollback", SPEC, "--env", "dev", "--to", "1"),
    "show": ("show", SPEC, "1", "--env", "dev"),
    "status": ("status", SPEC, "--env", "dev"),
    "list": ("list", SPEC),
    **{name: (name, SPEC, "--env", "dev") for name in _OF_ONE},
}
"""What a row is called → its words. Without credentials those that need AWS end before they ask it anything."""
WITHOUT_SPEC = {name for name, words in COMMANDS.items() if SPEC not in words} | {"comment"}
