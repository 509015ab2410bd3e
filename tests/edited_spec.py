"""A platform that is edited at random: components come, go, are renamed, grow, and use others."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from compiler.source.json_value import Json

_CODE = {"runtime": "python3.13", "code": "./code", "handler": "app.handler"}
_IMAGE = {"image": "public.ecr.aws/docker/library/nginx:1.27", "port": 8080, "cpu": 256, "memory": 512}
_NEW: dict[str, Json] = {
    "queues": {},
    "tables": {"key": "id"},
    "buckets": {},
    "topics": {},
    "functions": _CODE,
    "services": _IMAGE,
}
_VERBS = {"queues": "send", "tables": ["read", "write"], "buckets": "read", "topics": "publish"}
_GROWTH: dict[str, list[Json]] = {
    "queues": [{"retention_days": 3}, {"retention_days": 5}],
    "buckets": [{"versioning": True}],
    "functions": [{"memory": 512}, {"timeout": 20}],
    "services": [{"cpu": 512, "memory": 1024}, {"scale": {"min": 1, "max": 4}}],
}


class EditedSpec:
    """The data of a spec with `count` components of each section; each edit is one that `seed` decides."""

    def __init__(self, seed: int, count: int) -> None:
        self._random = random.Random(seed)
        self._number = 0
        self.data: dict[str, Json] = {
            "platform": "edited",
            "environments": {"dev": {"posture": "development"}},
            "network": {"cidr": "10.0.0.0/16", "zones": 2, "nat": "single"},
            **{section: {} for section in _NEW},
        }
        for section in _NEW:
            for _ in range(count):
                self._add(section)

    @property
    def text(self) -> str:
        return json.dumps(self.data, indent=1)

    def edit(self) -> set[str]:
        """Changes something, and tells the components, as they were, that alone may lose resources by that."""
        edits: list[Callable[[str], set[str]]] = [
            self._add,
            self._add,
            self._remove,
            self._rename,
            self._grow,
            self._use,
        ]
        return self._random.choice([*edits, self._expand])(self._random.choice([*_NEW]))

    def _add(self, section: str) -> set[str]:
        self._number += 1
        name = f"{self._random.choice(['alpha', 'beta', 'gamma', 'zeta'])}-{self._number}"
        self.data[section][name] = dict(_NEW[section])
        if section in ("functions", "services"):
            self._give_uses(self.data[section][name])
        return set()

    def _give_uses(self, component: Json) -> None:
        targets = [(section, name) for section in _VERBS for name in self.data[section]]
        chosen = self._random.sample(targets, min(len(targets), self._random.randint(0, 4)))
        component["uses"] = {f"{section}.{name}": _VERBS[section] for section, name in chosen}

    def _any(self, section: str) -> str:
        return str(self._random.choice(sorted(self.data[section]))) if self.data[section] else ""

    def _remove(self, section: str) -> set[str]:
        """Users of what is removed lose what connected them."""
        name = self._any(section)
        self.data[section].pop(name, None)
        touched = {f"{section}.{name}"}
        for kind in ("functions", "services"):
            for user, component in self.data[kind].items():
                if component.get("uses", {}).pop(f"{section}.{name}", None):
                    touched.add(f"{kind}.{user}")
        return touched

    def _rename(self, section: str) -> set[str]:
        name = self._any(section)
        component = self.data[section].get(name)
        if component is None or "renamed_from" in component or "each" in component:
            return set()
        self._number += 1
        new = f"renamed-{self._number}"
        self.data[section][new] = {**self.data[section].pop(name), "renamed_from": name}
        for users in (self.data["functions"], self.data["services"]):
            for user in users.values():
                if f"{section}.{name}" in user.get("uses", {}):
                    user["uses"][f"{section}.{new}"] = user["uses"].pop(f"{section}.{name}")
        return set()

    def _grow(self, section: str) -> set[str]:
        name = self._any(section)
        if name and section in _GROWTH:
            self.data[section][name].update(self._random.choice(_GROWTH[section]))
        return {f"{section}.{name}"}

    def _use(self, section: str) -> set[str]:
        user = "functions" if section in ("queues", "functions") else "services"
        name = self._any(user)
        if name:
            self._give_uses(self.data[user][name])
        return {f"{user}.{name}"}

    def _expand(self, section: str) -> set[str]:
        """One more component with `each`, or one more word in it."""
        words = [f"w{self._random.randint(1, 40)}" for _ in range(3)]
        self.data["parameters"] = {"set-{word}": {"each": {"word": sorted({*words})}, "value": "{word}"}}
        return {f"parameters.set-w{number}" for number in range(1, 41)}
