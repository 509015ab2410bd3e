"""Specs compiled as if they had been deployed, and reviews of one against another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from compiler.pipeline import compile_spec
from compiler.stacks.compiled import Compiled
from reviewer.change import Review
from reviewer.findings import find
from reviewer.sides import Before
from reviewer.template_set import ROOT

FOLDER = Path(__file__).parent / "reviews"
SHOP = (FOLDER / "shop.yaml").read_text(encoding="utf-8")
CHANGES: Mapping[str, Mapping[str, str]] = yaml.safe_load((FOLDER / "changes.yaml").read_text(encoding="utf-8"))


def compiled(text: str, folder: Path) -> Compiled:
    file = folder / "shop.yaml"
    file.write_text(text, encoding="utf-8")
    return compile_spec(str(file), ("dev",))[-1]


def parameters(platform: Compiled) -> Mapping[str, str]:
    """The root's parameters with their defaults."""
    declared = platform.root.body.get("Parameters", {})
    return {name: str(parameter.get("Default", "given")) for name, parameter in declared.items()}


def deployed(platform: Compiled) -> Before:
    """What would be read from AWS if the platform had been deployed."""
    templates = {template.logical_id or ROOT: template.body for template in platform.templates}
    origins = {template.logical_id or ROOT: template.origins for template in platform.templates}
    return Before(templates, parameters(platform), origins, platform.tags, platform.settings)


def reviewed(before: Before, platform: Compiled) -> Review:
    found = find(before, platform, parameters(platform))
    operation = "update" if before.templates else "create"
    return Review(
        platform=platform.platform,
        environment=platform.environment,
        stack=platform.stack_name,
        region=platform.region,
        account="000000000000",
        operation=operation,
        changes=found.changes,
        components=found.components,
        risks=found.risks,
        spec=found.spec,
        steps=found.steps,
    )


def changed(name: str, text: str = SHOP) -> str:
    """The shop's spec with one of the changes."""
    for old, new in CHANGES[name].items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def review_of(name: str, folder: Path) -> Review:
    """The review of one change of the shop; without the digests, which each new setting of the language changes."""
    before = deployed(compiled(SHOP, folder))
    return replace(reviewed(before, compiled(changed(name), folder)), spec=("4f1c9a2", "8be01d7"))
