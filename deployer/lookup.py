"""Look up what a spec does not say of things that are there already. Reads only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from compiler.language.accept import Acceptor
from compiler.language.schema import Schema, load_schema
from compiler.meaning.lock import found_schema, read_lock, write_lock
from compiler.meaning.lookup import Thing, missing_words, things
from compiler.pipeline import resolved_spec
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Document
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json
from deployer.errors import DeployError
from deployer.faults import explained
from deployer.finders.domains import domain
from deployer.finders.keys import bucket, key, queue, secret, stream, table, topic
from deployer.finders.network import network
from deployer.finders.presence import (
    bus,
    cluster,
    function,
    identity,
    load_balancers,
    parameter,
    repository,
    role,
    user_pool,
)
from deployer.finders.question import Question, Unfound
from deployer.finders.stores import cache, database, filesystem
from deployer.session import Aws

FINDERS: Mapping[str, Callable[[Question], Mapping[str, Json]]] = {
    "auth": user_pool,
    "buckets": bucket,
    "buses": bus,
    "caches": cache,
    "databases": database,
    "domains": domain,
    "ecs": cluster,
    "email": identity,
    "encryption": key,
    "filesystems": filesystem,
    "functions": function,
    "keys": key,
    "load_balancer": load_balancers,
    "network": network,
    "parameters": parameter,
    "queues": queue,
    "repositories": repository,
    "roles": role,
    "secrets": secret,
    "streams": stream,
    "tables": table,
    "topics": topic,
}
"""Section → what finds the words that its ``x-existing`` promises; without any it sees that the thing is there."""


@dataclass(frozen=True, slots=True)
class LockChange:
    """A lock file and what a lookup has changed in it."""

    file: str
    changes: tuple[dict[str, Json], ...]


@dataclass(frozen=True, slots=True)
class _Lookup:
    """The lookup of one environment; `faults` grows, since all of them are told at once."""

    document: Document
    schema: Schema
    aws: Aws
    faults: list[Diagnostic]

    def found(self, thing: Thing) -> dict[str, Json]:
        """The words that a thing's `existing` does not say."""
        question = Question(thing, self.aws, self._about(thing).get("arn", ""))
        promised = bool(self._about(thing).get("finds"))
        if (promised and not thing.unsaid) or question.account != self.aws.account:
            return {}
        by = [thing.settings[word] for word in self._about(thing).get("by", ())]
        if OPEN in json.dumps([thing.settings["existing"], by], ensure_ascii=False):
            raise Unfound("its '${…}' is known only after deployment: write the value")
        with explained(f"looking up {thing.name}"):
            found = FINDERS[thing.section](question)
        return {word: value for word, value in found.items() if word in thing.unsaid and value}

    def told(self, thing: Thing) -> dict[str, Json]:
        """What was found, or nothing with a fault for why."""
        try:
            found = self.found(thing)
            missing = missing_words(self.schema, thing, found)
            if missing:
                words = " and ".join(f"'{word}'" for word in missing)
                raise Unfound(
                    f"AWS does not return its {words}: set {'them' if len(missing) > 1 else 'it'} in 'existing'"
                )
            self._check(thing, found)
        except Unfound as problem:
            place = self.document.value_place((*thing.path, "existing"))
            self.faults.append(Diagnostic("lookup-failed", str(problem), place, thing.name))
            return {}
        return found

    def _about(self, thing: Thing) -> Mapping[str, Json]:
        about: Mapping[str, Json] = self.schema.kinds[thing.section]["x-existing"]
        return about

    def _check(self, thing: Thing, found: Mapping[str, Json]) -> None:
        """What the lock could not be read with is not written."""
        words, acceptor = found_schema(self.schema, thing.section), Acceptor(self.schema.effective())
        for word, value in found.items():
            if not acceptor.accepts(words["properties"][word], value):
                raise Unfound(f"its '{word}' is {value}, which can't be used: set another one")


def look_up(document: Document, schema: Schema, aws: Aws) -> dict[str, Json]:
    """The lock's content for the environment of a resolved document.

    Raises `DeployError` with all that is not there or may be one of several, and where AWS refuses to answer.
    """
    lookup = _Lookup(document, schema, aws, [])
    content: dict[str, Json] = {"account": aws.account, "region": document.data["region"]}
    for thing in things(document, schema):
        entry = {"asked": dict(thing.asked), "found": lookup.told(thing)}
        if thing.unsaid:
            _put(content, thing, entry)
    if lookup.faults:
        raise _refusal(lookup.faults)
    return content


def update_lock(
    file: str, environment: str, open_aws: Callable[[Mapping[str, Json]], AbstractContextManager[Aws]]
) -> LockChange:
    """Look up what the lock beside a spec has to know of an environment, and write it.

    Raises `SpecError` for an unsound spec, `DeployError` as `look_up` does; the lock is then as it was.
    """
    schema = load_schema()
    document, environments = resolved_spec(file, environment)
    before = read_lock(file, schema)
    with open_aws(document.data) as aws:
        content = look_up(document, schema, aws)
    after = before.with_environment(environment, content, environments)
    write_lock(after)
    words = before.words(environment, schema), after.words(environment, schema)
    return LockChange(after.file, tuple(differences(*words)))


def _put(content: dict[str, Json], thing: Thing, entry: Json) -> None:
    section, *names = map(str, thing.path)
    if names:
        content.setdefault(section, {})[names[0]] = entry
    else:
        content[section] = entry


def _refusal(faults: Sequence[Diagnostic]) -> DeployError:
    unwritten = Diagnostic("lookup-failed", "the lock file is unchanged: not everything was found", severity="note")
    return DeployError((*faults, unwritten))


def differences(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """What has changed between the words of two locks (``network.cidr`` → value)."""
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            component, _, word = name.rpartition(".")
            yield {"component": component, "word": word, "before": before.get(name), "after": after.get(name)}
