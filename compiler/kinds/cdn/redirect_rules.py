"""What hosts of a distribution can be redirected."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.diagnostics import did_you_mean


def redirect_faults(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of `redirects`, and of a distribution that has nothing else."""
    data, redirects = component.settings, component.settings["redirects"]
    known = hosts(component, spec)
    for host, target in redirects.items():
        star = f"*.{host.partition('.')[2]}"
        if host not in known and star not in known:
            message = f"'{host}' is none of the distribution's names"
            help_text = did_you_mean(host, known) or "add it to the certificate of its domain, or to 'domains'"
            yield Fault("unknown-host", message, ("redirects", host), help_text)
        if target.removeprefix("https://").partition("/")[0].partition(":")[0] in redirects:
            message = f"'{target}' is redirected itself"
            yield Fault("redirect-loop", message, ("redirects", host), "name the host where the redirects end")
    if redirects and not data["paths"]:
        for host in (host for host in known if host not in redirects):
            message = f"'{host}' is not redirected, and there are no 'paths' that it could show"
            yield Fault("no-default-path", message, ("redirects",), "redirect it too, or add 'paths' with '/*'")


def hosts(component: ResolvedComponent, spec: ResolvedSpec) -> list[str]:
    """The aliases of a distribution."""
    site = spec.offering(component.settings["domain"], "serve")
    if site is None:
        return list(component.settings["domains"])
    named = site.settings["existing"] or site.settings["certificate"] or {}
    return [site.settings["domain"], *named.get("names", ())]
