"""What extensions of PostgreSQL need of the engine, as far as it is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.language.facts import About, fact

PRELOADED = "shared_preload_libraries"
_ALWAYS = "pg_stat_statements"
"""What RDS and Aurora preload when nobody names anything, as Performance Insights reads from it."""


def known(engine: str, extensions: Iterable[str]) -> Mapping[str, About]:
    """Those of `extensions` that are known of the engine."""
    every = fact("database-extensions").known(engine)
    return {name: every[name] for name in extensions if name in every}


def libraries(engine: str, extensions: Iterable[str]) -> Mapping[str, str]:
    """Extension → library that must be loaded when the database starts, of those that need one."""
    return {name: about["preload"] for name, about in known(engine, extensions).items() if "preload" in about}


def parameters(engine: str, extensions: Iterable[str], database: str, written: str | None) -> dict[str, str]:
    """DB parameters that `extensions` need; `written` is the list of libraries that the spec has itself."""
    wanted = [*extensions]
    found = {
        name: value.format(database=database)
        for about in known(engine, wanted).values()
        for name, value in about.get("parameters", {}).items()
    }
    needed = sorted({*libraries(engine, wanted).values()})
    if needed:
        own = [one.strip() for one in written.split(",")] if written else [_ALWAYS]
        found[PRELOADED] = ",".join(dict.fromkeys((*own, *needed)))
    return found
