"""The page of docs that lists the actions which roles get on ``*``, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.access.emitted import Emitted
from tests.access.possible_statements import EXCEPTIONS
from tests.access.reference import action

PAGE = Path(__file__).parents[2] / "docs" / "permissions-on-everything.md"
_ABOUT = """\
# Permissions on everything

A role that Stackwright makes may do each action on the resources that its component has or uses, by their ARNs. The
actions on this page are all that any role gets on `*`, in the policies of every example and of the reference
platforms; what `resources:` and settings with statements of your own say comes on top. A test holds this page to what
is compiled, and every action, resource and condition key of every policy to AWS's Service Authorization Reference: a
misspelt action, one that does not act on its resource, or a condition key that it does not know fails it, and so does
an `Allow` with a wildcard in an action, with `NotAction` or with `NotResource`. A wildcard in an action stands in
three policies: a key's gives the account's administrators `kms:*`, that of the audit log's key gives CloudTrail
`kms:GenerateDataKey*` for its one trail, both as AWS documents them, and a VPC endpoint's lets the account's requests
for its service through and grants nothing.

"""


def allowed_anywhere(found: Mapping[Emitted, str]) -> dict[str, tuple[str, ...]]:
    """Each action that an identity policy allows on ``*`` → the condition keys that bound it everywhere."""
    bounds: dict[str, set[str]] = {}
    for one in found:
        statement = one.statement
        if one.identity and statement.allow and statement.resources and "*" in statement.resources.texts:
            keys = {condition.key for condition in statement.conditions}
            for name in statement.actions.texts:
                bounds[name] = bounds[name] & keys if name in bounds else keys
    return {name: tuple(sorted(keys)) for name, keys in sorted(bounds.items())}


def page(anywhere: Mapping[str, tuple[str, ...]]) -> str:
    return "".join((_ABOUT, *_without_resources(anywhere), *_with_resources(anywhere)))


def _without_resources(anywhere: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    yield "## Where IAM takes no resource\n\n| service | actions |\n|---|---|\n"
    services: dict[str, list[str]] = {}
    for name, keys in anywhere.items():
        known = action(name)
        if known is not None and not known.types:
            services.setdefault(name.split(":")[0], []).append(_shown(name, keys))
    yield from (f"| `{service}` | {', '.join(names)} |\n" for service, names in services.items())


def _with_resources(anywhere: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    yield "\n## Where it can't be told before\n\n| actions | why | source |\n|---|---|---|\n"
    for row in EXCEPTIONS["anywhere"]:
        names = ", ".join(_shown(name, anywhere.get(name, ()), whole=True) for name in row["actions"])
        yield f"| {names} | {row['why']} | {row['source']} |\n"


def _shown(name: str, keys: tuple[str, ...], *, whole: bool = False) -> str:
    text = f"`{name if whole else name.split(':')[1]}`"
    return f"{text} (bound by {', '.join(f'`{key}`' for key in keys)})" if keys else text
