"""An environment of which only its names are known: enough to look at what is deployed when the spec has errors.

The file has to be YAML with a valid platform, the environment, and its region and account where it has them.
"""

from __future__ import annotations

from collections.abc import Mapping

from compiler.language.on_demand import everything, pattern_of, wanted_names
from compiler.language.schema import Schema
from compiler.language.validate import validate
from compiler.source.document import Document
from compiler.source.json_value import Json
from compiler.source.load import load
from compiler.stacks.compiled import Compiled, Template, stack_name

_NAMES = ("region", "account")


def names_only(file: str, environment: str, schema: Schema) -> Compiled:
    """A root without resources: platform, environment, region, account, and the stack's name. Raises `SpecError`."""
    document = load(file)
    data = document.data
    least = {"platform": data.get("platform"), **_chosen(data, ("region",)), "environments": data.get("environments")}
    if isinstance(least["environments"], dict):
        pattern = pattern_of(environment, least["environments"])
        if not pattern:
            wanted_names(document, (environment,))
        own = _chosen(least["environments"][pattern or environment] or {}, _NAMES)
        least["environments"] = {environment: {"posture": "development", **own}}
    validate(Document(document.file, least, document.keys, document.values), schema.header())
    return _root(least, environment, schema)


def all_names(file: str, schema: Schema) -> tuple[Compiled, ...]:
    """As `names_only` for each environment, and for one of each pattern. Raises `SpecError`."""
    return tuple(names_only(file, name, schema) for name in everything(load(file).data) or ("",))


def _chosen(data: Json, names: tuple[str, ...]) -> dict[str, Json]:
    return {name: data[name] for name in names if name in data} if isinstance(data, Mapping) else {}


def _root(least: Mapping[str, Json], environment: str, schema: Schema) -> Compiled:
    own = least["environments"][environment]
    region = own.get("region") or least.get("region") or schema.header()["properties"]["region"]["default"]
    return Compiled(
        platform=least["platform"],
        environment=environment,
        posture="",
        region=region,
        account=own.get("account"),
        stack_name=stack_name(least["platform"], environment),
        tags={},
        root=Template("root", "", {}, {}),
        children=(),
        artifacts=(),
        places={},
        home=region,
    )
