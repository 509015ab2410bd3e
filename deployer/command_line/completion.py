"""What a shell offers behind an option: the names that a spec has. A spec with errors offers nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click
from click.shell_completion import CompletionItem

from compiler.language.on_demand import is_pattern
from compiler.source.document import Document
from compiler.source.json_value import Json


def environment_names(context: click.Context, _option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    environments = _spec(context).get("environments")
    names = environments if isinstance(environments, Mapping) else ()
    return _offered((name for name in names if not is_pattern(name)), incomplete)


def component_names(context: click.Context, _option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """``queues.jobs``: the section, and the name in it; of `each` and of groups the components that they make."""
    from compiler.language.schema import load_schema

    spec, kinds = _expanded(_document(context)), load_schema().kinds
    sections = {name: value for name, value in spec.items() if name in kinds and isinstance(value, Mapping)}
    return _offered((f"{section}.{name}" for section, names in sections.items() for name in names), incomplete)


def subjects(context: click.Context, option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What `explain` takes: components after a spec, otherwise sections of the language and files."""
    from compiler.language.schema import load_schema

    if context.params.get("words"):
        return component_names(context, option, incomplete)
    return [*_offered(load_schema().kinds, incomplete), CompletionItem(incomplete, type="file")]


def _expanded(document: Document | None) -> Mapping[str, Json]:
    from compiler.language.expand import expand
    from compiler.language.groups import ungrouped
    from compiler.language.schema import load_schema
    from compiler.source.diagnostics import SpecError

    if document is None:
        return {}
    try:
        return expand(ungrouped(document, load_schema()), load_schema()).data
    except SpecError:
        return document.data


def _spec(context: click.Context) -> Mapping[str, Json]:
    document = _document(context)
    return document.data if document else {}


def _document(context: click.Context) -> Document | None:
    """What stands in the file; behind an option that has no value yet, click leaves the file among the arguments."""
    from compiler.source.diagnostics import SpecError
    from compiler.source.load import load

    given = [context.params.get("spec"), *(context.params.get("words") or ()), *context.args]
    try:
        return load(str(next(filter(None, given), "")))
    except SpecError:
        return None


def _offered(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
