"""Large platforms: specs of any number of services, and of other shapes."""

from __future__ import annotations

from benchmarks.generated import spec_text

_HEAD = "platform: large\nenvironments: {dev: {posture: development}}\n"
_FUNCTION = "runtime: python3.13, code: ./code, handler: app.handler"
_SHARED = """\
databases: {main: {engine: postgres, version: '16'}}
caches: {hot: {engine: valkey, version: '8.0'}}
"""


def services(count: int) -> str:
    """Services with a queue, bucket and table each, a shared database and a shared cache."""
    text = spec_text(count).replace("    uses: {", "    uses: {main: connect, hot: connect, ")
    return text + _SHARED


def tables_and_functions(count: int) -> str:
    """As many functions as tables; each uses its own and the next one."""
    tables = "".join(f"  table-{number}: {{key: id}}\n" for number in range(count))
    functions = "".join(
        f"  function-{number}: {{{_FUNCTION}, uses: {{table-{number}: [read, write], "
        f"table-{(number + 1) % count}: read}}}}\n"
        for number in range(count)
    )
    return f"{_HEAD}tables:\n{tables}functions:\n{functions}"


def queues_of_one_function(count: int) -> str:
    queues = "".join(f"  q{number}: {{visibility_seconds: 60}}\n" for number in range(count))
    uses = ", ".join(f"q{number}: consume" for number in range(count))
    return f"{_HEAD}queues:\n{queues}functions:\n  worker: {{{_FUNCTION}, uses: {{{uses}}}}}\n"


def queues_feeding_one_function(count: int) -> str:
    """Each queue's messages run the function, which needs no variable for that."""
    queues = "".join(f"  q{number}: {{visibility_seconds: 60}}\n" for number in range(count))
    triggers = ", ".join(f"{{queue: q{number}}}" for number in range(count))
    return f"{_HEAD}queues:\n{queues}functions:\n  worker: {{{_FUNCTION}, triggers: [{triggers}]}}\n"


def service_with_queues(count: int) -> str:
    queues = "".join(f"  q{number}: {{}}\n" for number in range(count))
    uses = ", ".join(f"q{number}: [send, consume]" for number in range(count))
    return f"{_HEAD}queues:\n{queues}services:\n  web: {{image: 'nginx:1.27', port: 80, uses: {{{uses}}}}}\n"


def function_with_tables(count: int) -> str:
    """The names of so many tables are more than Lambda's 4 KB of variables; the code knows them from `naming`."""
    tables = "".join(f"  t{number}: {{key: id}}\n" for number in range(count))
    uses = "{'tables.*': {verbs: [read, write], variables: false}}"
    naming = "naming: '${platform}-${env}-${name}'\n"
    return f"{_HEAD}{naming}tables:\n{tables}functions:\n  api: {{{_FUNCTION}, uses: {uses}}}\n"


def environments(count: int) -> str:
    names = ", ".join(f"env-{number}: {{posture: development}}" for number in range(count))
    return f"platform: many\nenvironments: {{{names}}}\nqueues: {{jobs: {{}}}}\ntables: {{orders: {{key: id}}}}\n"
