"""Fields of a search index, which can be added and not changed.

Source: OpenSearch documentation, "Put mapping": the mapping of a field that is there can't be changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json
from reviewer.differences import same
from reviewer.refusal import Rule, Subject
from reviewer.values import joined

_FIELDS = "Mappings.Properties"


def _find(subject: Subject) -> Iterator[str]:
    changed = list(_changed(*subject.both(_FIELDS), "")) if subject.stays else []
    if changed:
        yield (
            f"fields of an index can be added, and not be changed ({joined(changed)}): make a new index, write what "
            "is in the old one into it, and search there"
        )


def _changed(before: Json, after: Json, stem: str) -> Iterator[str]:
    """Names of fields that are there on both sides and not the same; fields below them may be added."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return
    for name in (name for name in before if name in after):
        old, new = before[name], after[name]
        if not same(_itself(old), _itself(new)):
            yield f"`{stem}{name}`"
        elif isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _changed(old.get("Properties"), new.get("Properties"), f"{stem}{name}.")


def _itself(field: Json) -> Json:
    return {key: value for key, value in field.items() if key != "Properties"} if isinstance(field, Mapping) else field


RULE = Rule(
    types=frozenset({"AWS::OpenSearchServerless::Index"}),
    find=_find,
    source="https://docs.aws.amazon.com/opensearch-service/latest/ServerlessAPIReference/API_UpdateIndex.html",
    properties=("Mappings",),
)
