"""What Lambda@Edge takes where a viewer waits for it.

Sources: CloudFront developer guide, "Quotas on Lambda@Edge" and "Restrictions on all edge functions": functions of both
kinds can't be combined at the viewer's events of one behaviour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.source.document import Path
from compiler.source.json_value import Json

_VIEWER = ("viewer-request", "viewer-response")
_MOST = {"timeout": 5, "memory": 128}


def runtimes(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Lambda@Edge has the newest versions of two languages ("Restrictions on Lambda@Edge")."""
    for name, one in data["lambdas"].items():
        if not one["runtime"].startswith(("nodejs", "python")):
            message = f"Lambda@Edge runs Node.js and Python, not {one['runtime']}"
            yield Fault("edge-lambda-runtime", message, ("lambdas", name, "runtime"), "write it in one of the two")


def viewer_lambdas(functions: Mapping[str, str | None], data: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    """Faults of the functions of one path that run at the viewer's events."""
    there = {event: name for event in _VIEWER if (name := functions.get(event))}
    lambdas = {event: name for event, name in there.items() if name in data["lambdas"]}
    for event, name in lambdas.items():
        for setting, most in _MOST.items():
            if data["lambdas"][name][setting] > most:
                message = f"'{name}' runs at '{event}', where Lambda@Edge has a {setting} of at most {most}"
                yield Fault("edge-lambda-limit", message, ("lambdas", name, setting), f"set it to {most} or less")
    own = bool(data["redirects"] or (data["spa"] and path[-1] == "/*"))
    if lambdas and (own or len(lambdas) < len(there)):
        message = "CloudFront runs functions of one kind at a path's viewer events, and here are both"
        help_text = "make all of them 'functions', or run the one of 'lambdas' at 'origin-request' or 'origin-response'"
        yield Fault("edge-function-mixed", message, (*path, "functions", next(iter(lambdas))), help_text)
