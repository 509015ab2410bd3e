"""Look up attributes of existing resources that a spec does not set. Only reads from AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from compiler.language.accept import Acceptor
from compiler.language.schema import Schema, load_schema
from compiler.meaning.lock import attributes_schema, lock_key, read_lock, write_lock
from compiler.meaning.lookup import ExistingComponent, existing_components, missing_attributes
from compiler.pipeline import resolved_spec
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Document
from compiler.source.frozen import frozen
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json
from deployer.errors import DeployError
from deployer.faults import explained
from deployer.finder import finder_of
from deployer.question import Question, Unfound
from deployer.session import Aws


@frozen(eq=True)
class LockChange:
    """A lock file and what a lookup has changed in it."""

    file: str
    changes: tuple[dict[str, Json], ...]


@frozen(eq=True)
class _Lookup:
    """The lookup of one environment; `faults` grows, since all of them are reported together."""

    document: Document
    schema: Schema
    aws: Aws
    faults: list[Diagnostic]

    def looked_up(self, component: ExistingComponent) -> dict[str, Json]:
        """The attributes that `existing` does not set, as AWS has them."""
        question = Question(component, self.aws, self._declared(component).get("arn", ""))
        can_be_found = bool(self._declared(component).get("finds"))
        if (can_be_found and not component.unset) or question.account != self.aws.account:
            return {}
        by = [component.settings[name] for name in self._declared(component).get("by", ())]
        if OPEN in json.dumps([component.settings["existing"], by], ensure_ascii=False):
            raise Unfound("its '${…}' is known only after deployment: write the value")
        find = finder_of(component.section)
        if find is None:
            return {}
        with explained(f"looking up {component.name}"):
            attributes = find(question)
        return {name: value for name, value in attributes.items() if name in component.unset and value}

    def found_or_fault(self, component: ExistingComponent) -> dict[str, Json]:
        """The attributes found; nothing, and a fault with the reason, if the lookup fails."""
        try:
            attributes = self.looked_up(component)
            missing = missing_attributes(self.schema, component, attributes)
            if missing:
                words = " and ".join(f"'{word}'" for word in missing)
                raise Unfound(
                    f"AWS does not return its {words}: set {'them' if len(missing) > 1 else 'it'} in 'existing'"
                )
            self._check(component, attributes)
        except Unfound as problem:
            place = self.document.value_place((*component.path, "existing"))
            self.faults.append(Diagnostic("lookup-failed", str(problem), place, component.name))
            return {}
        return attributes

    def _declared(self, component: ExistingComponent) -> Mapping[str, Json]:
        declared: Mapping[str, Json] = self.schema.kinds[component.section]["x-existing"]
        return declared

    def _check(self, component: ExistingComponent, attributes: Mapping[str, Json]) -> None:
        """Refuse a value that could not be read back from the lock file."""
        schema, acceptor = attributes_schema(self.schema, component.section), Acceptor(self.schema.effective())
        for name, value in attributes.items():
            if not acceptor.accepts(schema["properties"][name], value):
                raise Unfound(f"its '{name}' is {value}, which can't be used: set another one")


def look_up(document: Document, schema: Schema, aws: Aws) -> dict[str, Json]:
    """The lock's content for the environment of a resolved document.

    Raises `DeployError` with all resources that are missing or ambiguous, and where AWS refuses a request.
    """
    lookup = _Lookup(document, schema, aws, [])
    content: dict[str, Json] = {"account": aws.account, "region": document.data["region"]}
    for component in existing_components(document, schema):
        entry = {"asked": dict(component.query), "found": lookup.found_or_fault(component)}
        if component.unset:
            _put(content, component, entry)
    if lookup.faults:
        raise _refusal(lookup.faults)
    return content


def update_lock(
    file: str, environment: str, open_aws: Callable[[Mapping[str, Json]], AbstractContextManager[Aws]]
) -> LockChange:
    """Look up the attributes of one environment and write them into the lock file beside the spec.

    Raises `SpecError` for an invalid spec, `DeployError` as `look_up` does; the lock is then as it was.
    """
    schema = load_schema()
    document, environments = resolved_spec(file, environment)
    before = read_lock(file, schema)
    with open_aws(document.data) as aws:
        content = look_up(document, schema, aws)
    key = lock_key(document.data)
    after = before.with_environment(key, content, environments)
    write_lock(after)
    attributes = before.attributes(key, schema), after.attributes(key, schema)
    return LockChange(after.file, tuple(attribute_changes(*attributes)))


def _put(content: dict[str, Json], component: ExistingComponent, entry: Json) -> None:
    section, *names = map(str, component.path)
    if names:
        content.setdefault(section, {})[names[0]] = entry
    else:
        content[section] = entry


def _refusal(faults: Sequence[Diagnostic]) -> DeployError:
    unwritten = Diagnostic("lookup-failed", "the lock file is unchanged: not everything was found", severity="note")
    return DeployError((*faults, unwritten))


def attribute_changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """The attributes (``network.cidr`` → value) that differ between two locks."""
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            component, _, word = name.rpartition(".")
            yield {"component": component, "word": word, "before": before.get(name), "after": after.get(name)}
