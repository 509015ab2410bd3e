"""Static Site: a bucket behind a cdn."""

from __future__ import annotations

from compiler.source.json_value import Json
from deployer.migration.draft import Draft, slug
from deployer.migration.part import Part

TYPE = "Static Site"


def convert(part: Part, draft: Draft, services: tuple[str, ...]) -> None:
    name = slug(str(part.take("name")))
    draft.put("buckets", name, {}, part.place())
    settings: dict[str, Json] = {"paths": {"/*": f"buckets.{name}"}}
    aliases = part.texts("http", "alias")
    certificate = part.text("http", "certificate")
    if aliases and certificate:
        settings |= {"domains": aliases, "certificate": certificate}
        told = "the cdn has this certificate, and no DNS records are made"
        draft.changed(part.place("http", "certificate"), told, "point the names at the cdn, or set `domain`")
    elif aliases:
        settings["domain"] = f"domains.{slug(aliases[0])}"
        for alias in aliases:
            draft.aliases.setdefault(alias, (None, part.place("http", "alias")))
        draft.served.add(aliases[0])
    draft.put("cdn", name, settings, part.place())
    for row in part.rows("files"):
        _files(row, draft, name)


def _files(row: Part, draft: Draft, name: str) -> None:
    source, target = row.text("source") or ".", row.text("destination") or ""
    words = [f"--exclude '{one}'" for one in row.texts("exclude")]
    words += [f"--include '{one}'" for one in row.texts("reinclude")]
    row.flag("recursive")
    told = f"a deployment uploads no files: those of '{source}' have to be uploaded"
    address = f"s3://<bucket>/{target}".rstrip("/")
    command = " ".join(["aws s3 sync", source, address, *words])
    draft.lost(row.place("source"), told, f"run `{command}` in CI after a deployment, to the bucket of buckets.{name}")
