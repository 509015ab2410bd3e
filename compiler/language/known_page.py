"""Write docs/known-values.md from the known values."""

from __future__ import annotations

import json
from collections.abc import Iterator

from compiler.language.facts import Fact, fact, fact_names
from compiler.language.schema import schema_folder
from compiler.source.json_value import Json

_INTRODUCTION = """\
# Known values

Generated from `schema/facts` by `make docs`. AWS extends some lists every month: engine versions, Lambda runtimes,
instance classes, regions, rule groups, TLS policies. What this version of Stackwright knows of them is data with a
date, and only that date counts, never the day on which a command runs.

| a value that is | gives |
|---|---|
| known and offered | nothing |
| not known | the warning [`unknown-value`](errors.md#unknown-value); it is passed as written |
| deprecated by AWS | the warning [`deprecated-value`](errors.md#deprecated-value) with the date |
| in paid extended support | the warning [`extra-cost`](errors.md#extra-cost) with the date |
| ended by AWS | the error [`ended-value`](errors.md#ended-value) with the date and what to move to |

A value that can't be one, such as the version `latest`, is an error. What follows from a value, such as a parameter
group family, is derived by rule, so that a new version or class works before it is known here. Where there is one of
these warnings, cfn-lint's own list is not asked. Only what a spec writes is judged, and nothing beside `existing`.

`make facts` reads the lists again from the installed cfn-lint and botocore, as after `make lock LOCK_ARGS=--upgrade`.
What they do not have, such as the ends of support, stands in the same files by hand, with its source, and stays. A
closed set of an API, such as the storage classes of S3, is an `enum` in a schema instead."""


def known_page() -> str:
    """The page as Markdown."""
    return "\n\n".join((_INTRODUCTION, *(part for name in fact_names() for part in _section(fact(name))))) + "\n"


def _section(known: Fact) -> Iterator[str]:
    data = json.loads((schema_folder() / "facts" / f"{known.name}.json").read_bytes())
    yield f"## {known.name}"
    yield f"{data['about']}, as of {known.date}. {_sources(data)}"
    for of, values in known.lists.items():
        title = f"{of}: " if of else ""
        yield title + ", ".join(f"`{value}`{_stages(known, about)}" for value, about in values.items())


def _sources(data: Json) -> str:
    curated = data.get("curated")
    by_hand = f"; by hand on {curated['date']}: {', '.join(map(_link, curated['source']))}" if curated else ""
    return f"Source: {_link(data['source'])}{by_hand}."


def _link(source: str) -> str:
    return f"<{source}>" if source.startswith("https://") else source


def _stages(known: Fact, about: Json) -> str:
    """The stages that AWS has announced, past and to come."""
    words = {"deprecated": "deprecated", "extra_cost": "costs extra after", "ended": "ended"}
    announced = [f"{text} {about[stage]}" for stage, text in words.items() if stage in about]
    return f" ({', '.join(announced)})" if announced else ""
