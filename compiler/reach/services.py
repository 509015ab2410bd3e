"""Which endpoints of AWS a component calls to do what an IAM action is about: `schema/endpoint_services.json`."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from fnmatch import fnmatchcase

from compiler.language.schema import schema_folder
from compiler.source.json_value import Json

DATA = "endpoint_services.json"
INTERNET = ""
"""What an API without an endpoint is reached by."""


@functools.cache
def _data() -> Mapping[str, Json]:
    data: Mapping[str, Json] = json.loads((schema_folder() / DATA).read_bytes())
    return data


@functools.cache
def services_of(action: str) -> tuple[str, ...]:
    """Short names of the endpoints that an action goes to; none where nothing is called, or it is not known what.

    An action with a wildcard may be one of another endpoint than the service's other actions.
    """
    data = _data()
    if any(fnmatchcase(action, pattern) for pattern in data["not_called"]) or _stands_for_several(action):
        return ()
    found = data["by_action"].get(action, data["by_service"].get(action.partition(":")[0]))
    return () if found is None else tuple(found) or (INTERNET,)


def _stands_for_several(action: str) -> bool:
    return action not in _data()["by_action"] and any(fnmatchcase(one, action) for one in _data()["by_action"])


def is_known(action: str) -> bool:
    """Whether the data has something to say about an action."""
    data = _data()
    listed = action in data["by_action"] or action.partition(":")[0] in data["by_service"]
    return listed or any(fnmatchcase(action, pattern) for pattern in data["not_called"])
