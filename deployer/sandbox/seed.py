"""Seeds: how the sandbox creates an existing resource of a type. Modules of `deployer.sandbox.seeds` define them."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import deployer.sandbox.seeds
from compiler.source.frozen import frozen

if TYPE_CHECKING:
    from compiler.source.json_value import Json


@frozen(eq=True)
class Wanted:
    """An existing resource that the sandbox is to have."""

    resource_type: str
    id: str
    """Id, name or ARN."""
    account: str
    region: str
    own: bool
    """Whether it is in the account of the deployment."""
    settings: Mapping[str, Json]
    """What the spec knows of it."""

    @property
    def name(self) -> str:
        """The id, or what follows the type in the last part of an ARN: ``app/shop/50dc6c495c0c9188``."""
        if not self.id.startswith("arn:"):
            return self.id
        last = self.id.split(":", 5)[5]
        return re.split("[/:]", last, maxsplit=1)[-1]

    @property
    def last(self) -> str:
        """What follows the last slash of the name."""
        return self.name.rsplit("/", 1)[-1]

    def setting(self, name: str, default: str) -> str:
        """A setting's text; the default also where the spec only has a name for it."""
        value = self.settings.get(name)
        return value if isinstance(value, str) and value and "$" not in value else default

    def host(self, default: str) -> str:
        """The domain that the spec has beside the id; a name without a dot is a component's."""
        return next((one for one in (self.setting("domain", ""), self.setting("name", "")) if "." in one), default)


Properties = Mapping[str, "Json"]


def whole_name(wanted: Wanted) -> str:
    return wanted.name


def last_name(wanted: Wanted) -> str:
    return wanted.last


@frozen(eq=True)
class Seed:
    """How one resource type is made."""

    store: tuple[str, str]
    """ministack's module of the service, and its dictionary in which the resources are."""
    properties: Callable[[Wanted], Properties | None]
    """What its CloudFormation resource would have; None for an id that is not of this type, or needs nothing."""
    key: Callable[[Wanted], str] = whole_name
    """By what it is found in the store: the key, or what follows the last ``/`` or ``:`` of it."""
    looks: str = ""
    """Pattern of its ids, for ids in raw CloudFormation; empty where ids of several types look the same."""
    prepare: Callable[[Wanted], None] = lambda _wanted: None
    """What ministack has to know before."""


def arn(service: str, resource: str) -> str:
    """What the ARN of a resource looks like: not one with a wildcard, nor that of a part, such as a version."""
    return rf"arn:aws[a-z-]*:{service}:[a-z0-9-]*:([0-9]{{12}})?:{resource}[^*?$:/]+"


def typed(wanted: Wanted) -> Wanted:
    """`wanted` with the type that its id looks like, where it has none; none looks like it where that is empty."""
    if wanted.resource_type:
        return wanted
    names = (name for name, seed in seeds().items() if seed.looks and re.fullmatch(seed.looks, wanted.id))
    return replace(wanted, resource_type=next(names, ""))


@functools.cache
def seeds() -> Mapping[str, Seed]:
    """Resource type → its seed, of all modules in the folder. Raises `ValueError` when two have one type."""
    by_type: dict[str, Seed] = {}
    for module in pkgutil.iter_modules(deployer.sandbox.seeds.__path__):
        for resource_type, seed in importlib.import_module(f"deployer.sandbox.seeds.{module.name}").SEEDS.items():
            if resource_type in by_type:
                raise ValueError(f"{resource_type} has several seeds, one of them in {module.name}")
            by_type[resource_type] = seed
    return by_type
