"""Requests that a load balancer sends to a service: `http` of a manifest."""

from __future__ import annotations

from compiler.source.json_value import Json
from deployer.migration.draft import Draft, Route, slug
from deployer.migration.part import Part
from deployer.migration.times import seconds

_USUAL = {"interval_seconds": 30, "timeout_seconds": 5, "healthy_after": 5, "unhealthy_after": 2}
"""Defaults of `http.healthcheck` where they differ from ours, by the documentation of Copilot's manifests."""
_CHECKS = (
    ("interval", "interval_seconds"),
    ("timeout", "timeout_seconds"),
    ("grace_period", "grace_seconds"),
)
_DRAIN = 60
_STICKY = 86400
"""Seconds that the load balancer's cookie lives when CloudFormation does not say, as with Copilot."""
_WHERE = "write a second service for it, or a path of the cdn"


def paths_of(path: str) -> list[str]:
    """`/` is everything; any other path is itself and what lies below, as Copilot's rules have it."""
    word = path.strip("/")
    return [f"/{word}", f"/{word}/*"] if word else ["/*"]


def ingress(http: Part, draft: Draft, name: str, public: bool) -> dict[str, Json]:
    """The settings of `ingress`; a public service without a name of its own gets a path of the cdn."""
    paths = [*paths_of(http.text("path") or "/"), *_further(http, draft)]
    found: dict[str, Json] = {"path": paths if len(paths) > 1 else paths[0], **_health(http, draft)}
    drain = seconds(http.text("deregistration_delay"))
    found["drain_seconds"] = _DRAIN if drain is None else int(drain)
    found["sticky_seconds"] = _STICKY if http.flag("stickiness") else None
    version = http.text("version")
    found["protocol"] = version.lower() if version and version.lower() != "http1" else None
    sidecar = http.text("target_container")
    found["sidecar"] = slug(sidecar) if sidecar and slug(sidecar) != name else None
    hosts = _hosts(http, draft)
    if public and hosts:
        found |= {"public": True, "host": hosts if len(hosts) > 1 else hosts[0]}
    elif public:
        _behind_the_cdn(http, draft, name, tuple(paths))
    elif hosts:
        found["host"] = hosts if len(hosts) > 1 else hosts[0]
    _not_said(http, draft)
    return {key: value for key, value in found.items() if value is not None}


def _further(http: Part, draft: Draft) -> list[str]:
    """The paths of rules that differ in nothing else."""
    found: list[str] = []
    for row in http.rows("additional_rules"):
        path = row.text("path")
        if path and row.names() == ("path",):
            found += paths_of(path)
        else:
            row.take()
            told = f"the rule for '{path}' has settings of its own, and a service has one ingress"
            draft.lost(row.place(), told, _WHERE)
    return found


def _behind_the_cdn(http: Part, draft: Draft, name: str, paths: tuple[str, ...]) -> None:
    draft.routes.append(Route(name, paths, http.place()))
    told = "a service without an alias was reached by plain HTTP; here a cdn takes its requests by HTTPS"
    help_text = (
        "call the address of the cdn; with a domain of its own set `domains`, `ingress.public` and `ingress.host`"
    )
    draft.changed(http.place(), told, help_text)


def _health(http: Part, draft: Draft) -> dict[str, Json]:
    if not isinstance(http.look("healthcheck"), dict):
        return {"health_check": http.text("healthcheck"), "healthy_codes": "200", **_USUAL}
    check = http.part("healthcheck")
    found: dict[str, Json] = {"health_check": check.text("path"), "healthy_codes": check.text("success_codes") or "200"}
    found |= {
        **_USUAL,
        **{name: int(length) for key, name in _CHECKS if (length := seconds(check.text(key))) is not None},
    }
    for key, name in (("healthy_threshold", "healthy_after"), ("unhealthy_threshold", "unhealthy_after")):
        number = check.number(key)
        found[name] = found[name] if number is None else number
    if check.look("port") is not None:
        check.take("port")
        told = "a health check on another port than that of the requests is not part of a spec"
        draft.lost(check.place("port"), told, "answer the health check on the service's own port")
    return found


def _hosts(http: Part, draft: Draft) -> list[str]:
    """The aliases, each with a component of `domains` that makes its certificate and records."""
    zone = http.text("hosted_zone")
    found = [(alias, zone, http.place("alias")) for alias in _plain_aliases(http)]
    if isinstance(http.look("alias"), list):
        for row in http.rows("alias"):
            if isinstance(row.look(), dict) and (name := row.text("name")):
                found.append((name, row.text("hosted_zone") or zone, row.place("name")))
    for alias, its_zone, place in found:
        draft.aliases.setdefault(alias, (its_zone, place))
    return [alias for alias, *_ in found]


def _plain_aliases(http: Part) -> list[str]:
    found = http.look("alias")
    if isinstance(found, list) and any(isinstance(one, dict) for one in found):
        return []
    return [one.strip() for text in http.texts("alias") for one in text.split(",")]


def _not_said(http: Part, draft: Draft) -> None:
    told = {
        "alb": ("a load balancer that exists has to be described", "set `load_balancer.existing`"),
        "allowed_source_ips": (
            "source ranges of one service are not part of a spec",
            "set `load_balancer.allow_from` for all, or a component of `firewalls`",
        ),
        "target_port": ("requests on another port than the container's are not part of a spec", _WHERE),
    }
    for key, (message, help_text) in told.items():
        if http.look(key) is not None:
            http.take(key)
            draft.lost(http.place(key), message, help_text)
    if http.flag("redirect_to_https") is False:
        message = "plain HTTP from the internet is not possible: port 80 is a redirect"
        draft.lost(http.place("redirect_to_https"), message, "call the service by https")
