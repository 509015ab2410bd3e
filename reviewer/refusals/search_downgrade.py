"""Earlier versions of a search domain, and upgrades for which there is no way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compiler.source.json_value import Json
from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    before, after = subject.both("EngineVersion")
    old, new = _version(before), _version(after)
    if subject.change.action != "Modify" or not old or not new:
        return
    if new < old:
        yield f"{before} → {after} is a downgrade, which a domain does not do: restore a snapshot into a new domain"
    elif old[0] != new[0] and (old[1:] < (6, 8) or new[1:] >= (2, 0)):
        yield f"{before} → {after} is no upgrade in one: go through Elasticsearch_7.10 and OpenSearch_1.3"


def _version(value: Json) -> tuple[int, int, int] | None:
    """Whether it is OpenSearch, and its version."""
    found = re.fullmatch(r"(OpenSearch|Elasticsearch)_(\d+)\.(\d+)", str(value))
    return (int(found[1] == "OpenSearch"), int(found[2]), int(found[3])) if found else None


RULE = Rule(
    types=frozenset({"AWS::OpenSearchService::Domain"}),
    find=_find,
    source="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/version-migration.html",
    properties=("EngineVersion",),
)
