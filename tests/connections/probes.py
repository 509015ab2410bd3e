"""The smallest platform for each kind that uses others, each verb of each kind, and what the use adds to it."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from compiler.language.schema import load_schema
from compiler.meaning.edges import Checked
from compiler.pipeline import check_spec
from compiler.program.component import Platform
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from reviewer.explain.built import program_of, with_uses
from reviewer.explain.facts import Fact, facts
from reviewer.explain.use import telling

SCHEMA = load_schema()
HEADER = {"platform": "demo", "environments": {"prod": {"posture": "production"}}}
_TABLE = yaml.safe_load((Path(__file__).parents[1] / "kinds" / "verbs.yaml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a verb, with a platform that has it: a row of `tests/kinds/verbs.yaml`."""

    section: str
    name: str
    """The verb, and words behind it where it has several forms."""
    about: Mapping[str, Json]

    @property
    def verb(self) -> str:
        return self.name.split()[0]


FORMS = {
    (section, name): Form(section, name, about)
    for section, forms in _TABLE.items()
    if section in SCHEMA.kinds
    for name, about in forms.items()
}


@dataclass(frozen=True, slots=True)
class Consumer:
    """A kind of component that uses others: the settings that it has to have, and what else must be there."""

    section: str
    settings: Mapping[str, Json]
    besides: Mapping[str, Mapping[str, Json]]

    @property
    def path(self) -> tuple[str, ...]:
        return (self.section,) if SCHEMA.singleton(self.section) else (self.section, "user")


_DEFINITION = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
_BUILD = {"name": "test", "build": {"commands": ["make test"]}}
CONSUMERS = {
    section: Consumer(section, settings, besides)
    for section, settings, besides in (
        ("auth", {}, {}),
        ("bastion", {}, {}),
        ("functions", {"runtime": "python3.13", "code": "user", "handler": "app.handler"}, {}),
        ("jobs", {"image": "example/user:1.0"}, {}),
        (
            "models",
            {
                "image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312",
                "instances": {},
                "network_isolation": False,
            },
            {},
        ),
        (
            "pipelines",
            {"source": {"repository": "${user-code.name}"}, "stages": [_BUILD], "network": True},
            {"repositories": {"user-code": {"content": "code"}}},
        ),
        ("roles", {"trusted": {"services": ["ec2.amazonaws.com"]}}, {}),
        ("services", {"image": "example/user:1.0"}, {}),
        ("workflows", {"definition": _DEFINITION}, {}),
        ("workloads", {"cluster": "user-cluster"}, {"clusters": {"user-cluster": {"version": "1.35", "auto": True}}}),
    )
}

ADDED = frozenset(name for one in CONSUMERS.values() for more in one.besides.values() for name in more)
"""Names of components that are there for the user."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a verb gives a user of one kind."""

    consumer: Consumer
    platform: Platform | None
    added: tuple[Fact, ...]
    types: Mapping[str, str]
    """Logical id → type of each resource."""
    owners: Mapping[str, str]
    """Logical id → address of its component."""
    refused: str = ""
    """Why there is no such use."""

    @property
    def user(self) -> str:
        """Address of the user."""
        return ".".join(self.consumer.path)

    @property
    def role_id(self) -> str | None:
        return self.platform.components[self.user].role_id if self.platform else None

    @property
    def stem(self) -> str:
        return self.platform.components[self.user].stem if self.platform else ""


@functools.cache
def probe(target: str, name: str, user: str) -> Probe:
    """Compile the platform of a form of a verb with a user of the kind `user`."""
    consumer = CONSUMERS[user]
    try:
        checked = _checked(FORMS[target, name], consumer)
    except SpecError as problem:
        return Probe(consumer, None, (), {}, {}, problem.diagnostics[0].message)
    platform, program = program_of(checked, SCHEMA)
    none = facts(program_of(with_uses(checked, consumer.path, lambda edge: False), SCHEMA)[1].resources)
    added = [fact for fact in facts(program.resources) if fact not in none]
    types = {name: str(one.body["Type"]) for name, one in program.resources.items()}
    owners = {name: one.component for name, one in program.resources.items()}
    return Probe(consumer, platform, tuple(telling(added)), types, owners)


def _checked(form: Form, consumer: Consumer) -> Checked:
    known = SCHEMA.kinds[consumer.section]["properties"]
    more = {name: value for name, value in form.about.get("user", {}).items() if name in known}
    user = {**consumer.settings, **more, "uses": {"target": form.verb}}
    sections = {name: dict(components) for name, components in form.about["spec"].items()}
    for section, components in consumer.besides.items():
        sections[section] = {**sections.get(section, {}), **components}
    single = SCHEMA.singleton(consumer.section)
    sections[consumer.section] = user if single else {**sections.get(consumer.section, {}), "user": user}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "spec.yaml")
        file.write_text(json.dumps({**HEADER, **sections}), encoding="utf-8")
        (checked,) = check_spec(str(file))
    return checked
