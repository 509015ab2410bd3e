"""What is wrong with the website of a bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from compiler.meaning.fault import Fault, warning
from compiler.source.json_value import Json

_WEBSITE = ("website",)
_SAFER = "serve it by a cdn over a private bucket, or ignore this in 'lint'"


def website_faults(name: str, data: Mapping[str, Json]) -> Iterator[Fault]:
    """Faults of `website`, and the warning that it is reached without TLS."""
    website = data["website"]
    if not website:
        return
    if website["redirect_all_to"]:
        yield from _redirects_all(website)
        return
    if not data["public_read"]:
        message = "nobody may read the website: S3's website endpoint serves what is public alone"
        help_text = "add 'public_read' with its reason and 'paths: [\"*\"]', or serve it by a cdn"
        yield Fault("private-website", message, _WEBSITE, help_text)
    else:
        yield from _documents(website, data["public_read"]["paths"])
        message = f"'{name}' is a website that anyone reads by plain HTTP: its endpoint has no TLS"
        yield warning("plain-website", message, _WEBSITE, _SAFER)
    yield from _redirects(website["redirects"])


def _redirects_all(website: Mapping[str, Json]) -> Iterator[Fault]:
    for key in (key for key in ("error", "redirects") if website[key]):
        message = f"'redirect_all_to' answers every request, so '{key}' has no effect"
        yield Fault("unused-setting", message, (*_WEBSITE, key), "remove one of them")


def _documents(website: Mapping[str, Json], paths: Sequence[str]) -> Iterator[Fault]:
    index, error = website["index"], website["error"]
    if not any(_covers(path, index) for path in paths) and not any(_covers(path, f"*/{index}") for path in paths):
        message = f"no path of 'public_read' has the index document '{index}'"
        yield Fault("private-website", message, (*_WEBSITE, "index"), "add it to 'public_read.paths'")
    if error and not any(_covers(path, error) for path in paths):
        message = f"the error document '{error}' is not public, so S3 can't show it"
        yield Fault("private-website", message, (*_WEBSITE, "error"), "add it to 'public_read.paths'")


def _covers(path: str, key: str) -> bool:
    """Whether a pattern of IAM has the key; one of folders has their index documents."""
    return fnmatchcase(key, path.replace("[", "[[]")) or (key.startswith("*/") and path.endswith(("*", key[1:])))


def _redirects(redirects: Sequence[Mapping[str, Json]]) -> Iterator[Fault]:
    for index, one in enumerate(redirects):
        yield from _redirect(index, one)
        if any(_wider(before, one) for before in redirects[:index]):
            message = "the redirect never applies: one before it has all of its requests"
            yield Fault("unreachable-path", message, (*_WEBSITE, "redirects", index), "write it before that one")


def _redirect(index: int, one: Mapping[str, Json]) -> Iterator[Fault]:
    path = (*_WEBSITE, "redirects", index)
    if one["replace_prefix"] is not None and one["replace_key"] is not None:
        message = "the key gets a new start or is replaced: 'replace_prefix' or 'replace_key'"
        yield Fault("one-of-two", message, path, "remove one of them")
    elif one["host"] is None and one["replace_prefix"] is None and one["replace_key"] is None:
        help_text = "set 'host', 'replace_prefix' or 'replace_key'"
        yield Fault("missing-property", "the redirect leads nowhere else", path, help_text)
    elif _circular(one):
        message = "the redirect has what it leads to, so that browsers go in a circle"
        yield Fault("redirect-loop", message, path, "lead to another 'host', or to keys that 'prefix' does not fit")


def _circular(one: Mapping[str, Json]) -> bool:
    """Of an error it is not known whether there is an object where it leads to."""
    target = one["replace_prefix"] if one["replace_key"] is None else one["replace_key"]
    return one["host"] is None and one["error_status"] is None and str(target).startswith(one["prefix"] or "")


def _wider(before: Mapping[str, Json], one: Mapping[str, Json]) -> bool:
    status = before["error_status"] in (None, one["error_status"])
    return status and (one["prefix"] or "").startswith(before["prefix"] or "")
