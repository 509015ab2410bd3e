"""Checks of recovery: another region, and components that are there. The wish itself is held by the data stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.recovery import minutes
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.copy_keys import apart
from compiler.source.diagnostics import did_you_mean


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    if data["region"] == spec.region:
        message = f"the copies would be in {spec.region}, which may be lost"
        yield Fault("recovery-region", message, ("region",), "take another region")
    yield from apart(data["region"], spec.region, ("region",), "recovery-region")
    if minutes(data["rto"]) > _LONGEST or minutes(data["rpo"]) > _LONGEST:
        setting = "rto" if minutes(data["rto"]) > _LONGEST else "rpo"
        yield Fault("out-of-range", "is longer than 31 days", (setting,), "take 31d or less")
    for name in data["otherwise"]:
        yield from _known(name, spec)


_LONGEST = 31 * 24 * 60


def _known(name: str, spec: ResolvedSpec) -> Iterator[Fault]:
    found, path = spec.candidates(name), ("otherwise", name)
    keeping = spec.able("recover")
    if not found:
        names = [one.address if "." in name else one.name for one in keeping]
        yield Fault("unknown-component", f"there is no component '{name}'", path, did_you_mean(name, names))
    elif not any(one in keeping for one in found):
        sections = ", ".join(sorted({one.section for one in keeping}))
        help_text = f"remove it; of this platform these are held to the wish: {sections or 'none'}"
        yield Fault("wrong-kind", f"'{name}' in {found[0].section} keeps no data of its own", path, help_text)
