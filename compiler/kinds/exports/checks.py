"""Checks of exports: the component is there, its kind can be shared, and this platform makes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.record_rules import unpatched
from compiler.source.diagnostics import did_you_mean
from compiler.source.interpolation import imported
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    yield from unpatched(component)
    said = component.settings["component"]
    reference, where = said or component.name, ("component",) if said else ()
    found = [one for one in spec.candidates(reference) if one is not component and _shares(one.kind) is not None]
    others = [one for one in spec.candidates(reference) if one is not component and one not in found]
    if len(found) > 1:
        names = [one.address for one in found]
        message = f"'{reference}' can mean {' or '.join(names)}"
        yield Fault("ambiguous-component", message, where, f"set 'component' to one of them, such as '{names[0]}'")
    elif found:
        yield from _unshared(found[0], component.name, where)
    elif others:
        message = f"'{others[0].address}' can't be exported: {others[0].section} are of their own platform"
        yield Fault("wrong-kind", message, where, f"export a component of: {', '.join(_sections(spec))}")
    else:
        known = [one.address if "." in reference else one.name for one in spec.components() if _shares(one.kind)]
        yield Fault("unknown-component", f"there is no component '{reference}'", where, did_you_mean(reference, known))


def _unshared(target: ResolvedComponent, export: str, where: tuple[str, ...]) -> Iterator[Fault]:
    """What of a component that is there keeps it from being exported."""
    if imported(target.settings["existing"]):
        message = f"'{target.address}' is imported itself"
        yield Fault("wrong-kind", message, where, "import it where it is used from the platform that makes it")
        return
    if target.path == (target.section,) and export != target.section:
        message = f"'{target.section}' is one component, which platforms above know by that name"
        yield Fault("not-allowed", message, where, f"name the export '{target.section}'")
    for setting, values in target.kind["x-existing"].get("unshared", {}).items():
        value = target.settings.get(setting)
        if target.settings["existing"] is None and (value in values if values else value):
            message = f"'{target.address}' can't be exported with '{setting}: {_text(value)}'"
            yield Fault("wrong-kind", message, where, "take the setting out, or use it in this platform only")


def _text(value: Json) -> str:
    return str(value) if isinstance(value, str | int) else "…"


def _shares(kind: Mapping[str, Json]) -> Json:
    return kind.get("x-existing", {}).get("shares")


def _sections(spec: ResolvedSpec) -> list[str]:
    """Sections of the platform whose components can be exported."""
    return sorted({one.section for one in spec.components() if _shares(one.kind) is not None})
