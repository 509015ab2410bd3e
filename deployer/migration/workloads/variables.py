"""Environment variables and secrets of a container."""

from __future__ import annotations

import re

from compiler.source.diagnostics import Place
from compiler.source.json_value import Json
from deployer.migration.draft import Draft, plain, slug
from deployer.migration.part import Part

_KNOWN = {
    "COPILOT_APPLICATION_NAME": "${platform}",
    "COPILOT_ENVIRONMENT_NAME": "${env}",
    "AWS_DEFAULT_REGION": "${region}",
    "AWS_REGION": "${region}",
}
_ENDPOINT = "${env}.${platform}.local"
"""What COPILOT_SERVICE_DISCOVERY_ENDPOINT is, and the namespace that the spec keeps for the names of services."""
_POINTER = re.compile(r"\$\{(\w+)\}")


def given(name: str) -> dict[str, Json]:
    """The variables that Copilot gives every container, which code may read."""
    return {
        "COPILOT_APPLICATION_NAME": "${platform}",
        "COPILOT_ENVIRONMENT_NAME": "${env}",
        "COPILOT_SERVICE_NAME": name,
        "COPILOT_SERVICE_DISCOVERY_ENDPOINT": _ENDPOINT,
    }


def variables(part: Part, draft: Draft, component: str) -> dict[str, Json]:
    """`variables` of the manifest; Copilot's own in a value become pointers, others are told."""
    found: dict[str, Json] = {}
    for name in part.names("variables"):
        value = part.look("variables", name)
        if isinstance(value, dict):
            export = part.take("variables", name, "from_cfn")
            told = f"the variable {name} is the export '{export}' of another stack, which a spec can't read"
            draft.lost(part.place("variables", name), told, "set it to the value, or name the resource", component)
            part.take("variables", name)
            continue
        taken = part.take("variables", name)
        found[name] = _text(str(taken).lower() if isinstance(taken, bool) else str(taken), part, name, draft)
    return found


def _text(text: str, part: Part, name: str, draft: Draft) -> str:
    pieces: list[str] = []
    end = 0
    for pointer in _POINTER.finditer(text):
        pieces.append(plain(text[end : pointer.start()]))
        known = _KNOWN.get(pointer[1]) or (_ENDPOINT if pointer[1] == "COPILOT_SERVICE_DISCOVERY_ENDPOINT" else None)
        if known is None:
            told = f"{pointer[0]} was a variable of the shell that called Copilot; it stands here as it is written"
            draft.lost(part.place("variables", name), told, "write the value, one for each environment")
        pieces.append(known or plain(pointer[0]))
        end = pointer.end()
    return "".join([*pieces, plain(text[end:])])


def called(values: dict[str, Json], services: tuple[str, ...], own: str) -> list[str]:
    """The services whose address one of the variables has: `api:8080`, `http://api`, `api.<endpoint>`."""
    texts = [str(value) for value in values.values()]
    found = []
    for service in services:
        address = re.compile(rf"(^|//|@|,){re.escape(service)}([:/.]|$)")
        if service != own and any(address.search(text) and text != service for text in texts):
            found.append(service)
    return found


def secrets(part: Part, draft: Draft, service: str, uses: dict[str, Json]) -> None:
    """`secrets` of the manifest: keys of secrets that the platform has, so that each variable keeps its name."""
    for name in part.names("secrets"):
        place, source = part.place("secrets", name), _source(part, name, draft)
        stem, _, key = name.rpartition("_")
        if source is None:
            continue
        if not stem or not re.fullmatch(r"[A-Z][A-Z0-9_]*", stem) or not re.fullmatch(r"[A-Z][A-Z0-9]*", key):
            told = f"the variable {name} can't be one of a secret's: those are called <NAME>_<KEY>"
            help_text = "rename the variable in the code, and add a key to a secret of the platform"
            draft.lost(place, told, help_text, f"services.{service}")
            continue
        component = _named(stem, key.lower(), service, source, draft)
        _add_key(component, key.lower(), draft, place)
        uses[f"secrets.{component}"] = {"verbs": "read", "as": stem}
        help_text = (
            f"after the first deployment copy the value of {source} into the key '{key.lower()}' of the secret, "
            "or set `existing` to the ARN of a secret with that key"
        )
        draft.changed(place, f"{name} comes from a secret of the platform, which is empty at first", help_text)


def _source(part: Part, name: str, draft: Draft) -> str | None:
    """What the value is read from today, in words."""
    if not isinstance(part.look("secrets", name), dict):
        return f"the parameter '{part.text('secrets', name)}'"
    if part.look("secrets", name, "secretsmanager") is not None:
        return f"the secret '{part.text('secrets', name, 'secretsmanager')}'"
    export = part.take("secrets", name, "from_cfn")
    part.take("secrets", name)
    told = f"the secret {name} is the export '{export}' of another stack, which a spec can't read"
    draft.lost(part.place("secrets", name), told, "add a component of `secrets`, and use it")
    return None


def _named(stem: str, key: str, service: str, source: str, draft: Draft) -> str:
    """One secret for each stem, which services share; another source of the same variable gets a secret of its own."""
    shared = slug(stem.replace("_", "-"))
    first = draft.sources.setdefault((shared, key), source)
    return shared if first == source else slug(f"{service}-{shared}")


def _add_key(component: str, key: str, draft: Draft, place: Place) -> None:
    """A secret has the key `password` by itself."""
    there = draft.sections.get("secrets", {}).get(component, {})
    keys = sorted({*there.get("keys", ()), key} - {"password"})
    draft.put("secrets", component, {"keys": keys or None}, place)
