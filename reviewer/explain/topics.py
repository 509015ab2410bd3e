"""Words of the language: a section, a setting, a verb, an attribute or an alarm, as the schemas describe them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.language.described import Setting, code, settings
from compiler.language.schema import Schema
from compiler.source.diagnostics import Diagnostic, SpecError, did_you_mean
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SENTENCE = re.compile(r"(?<=\.) ")
_TOLD = (
    ("verbs", "verb", "Verbs for `uses`", "x-verbs"),
    ("attributes", "attribute", "Attributes for `${…}`", "x-attributes"),
    ("alarms", "alarm", "Alarms", "x-alarms"),
)


@frozen(eq=True)
class Topic:
    """What is known of one word, for machines and for people."""

    about: Mapping[str, Json]
    lines: tuple[str, ...]


def topic(word: str, schema: Schema) -> Topic:
    """The topic called ``queues``, ``queues.retention_days``, ``queues.send`` or ``environments.posture``.

    Raises `SpecError` with the nearest word when there is none.
    """
    name, _, rest = word.partition(".")
    if name in schema.kinds and not rest:
        return _section(schema, name)
    known = dict(_named(schema, name))
    if plain(rest) not in known:
        raise SpecError([_unknown(schema, word, known)])
    return known[plain(rest)]


def plain(path: str) -> str:
    """A setting's path as people type it: without what stands for the names of a map and the places of a list."""
    return path.replace(".*", "").replace("[]", "")


def _named(schema: Schema, name: str) -> Iterator[tuple[str, Topic]]:
    """Everything below the first word, by the rest of its path; of one name a setting comes last, and is taken."""
    for _, kind, _, keyword in _TOLD:
        for one, about in schema.kinds.get(name, {}).get(keyword, {}).items():
            title = f"{name}.{one}"
            yield one, Topic({"name": title, "kind": kind, "description": about}, (f"{title}, {kind}", str(about)))
    every = settings_of(schema, name)
    for setting in every:
        yield plain(setting.path), setting_topic(name, setting, every)


def settings_of(schema: Schema, name: str) -> list[Setting]:
    """The settings of a section, with those of every component; or a word of the header with its own."""
    if name in schema.kinds:
        kind = schema.kinds[name]
        return list(settings(schema, {**kind["properties"], **_shared(schema, name)}, kind.get("required", ())))
    header = schema.base["properties"]
    if name not in header:
        return []
    about = header[name]
    first = Setting("", schema.deref(about), name in schema.base["required"])
    inner = about if about.get("properties") else about.get("additionalProperties")
    more = inner.get("properties") if isinstance(inner, Mapping) else None
    return [first, *(settings(schema, more, inner.get("required", ())) if more else ())]


def _shared(schema: Schema, section: str) -> Mapping[str, Json]:
    definitions = schema.base["$defs"]
    several = {} if schema.singleton(section) else definitions["component_template"]["properties"]
    return {**definitions["component"]["properties"], **several}


def setting_topic(name: str, setting: Setting, every: Sequence[Setting]) -> Topic:
    """A setting, with those inside of it."""
    title = ".".join(filter(None, (name, setting.path)))
    value, default = setting_values(setting), "required" if setting.required else _default(setting)
    lines = [title, setting.description, "", f"value    {value}", f"default  {default}"]
    lines += [f"example  {setting.example}"] if setting.example else []
    inner = [one for one in every if one is not setting and _inside(setting.path, one.path)]
    lines += ["", "Settings of it", *_listed((one.path, _first(one.description)) for one in inner)] if inner else []
    about = {
        "name": title,
        "kind": "setting",
        "description": setting.description,
        "value": value,
        "required": setting.required,
        "default": setting.defaults.get("", dict(setting.defaults)),
        "examples": list(setting.about.get("examples", ())),
        "settings": [one.path for one in inner],
    }
    return Topic(about, tuple(lines))


def _inside(outer: str, inner: str) -> bool:
    return not outer or inner.startswith((f"{outer}.", f"{outer}["))


def setting_values(setting: Setting) -> str:
    """The values that a setting takes, without marks of Markdown."""
    return _LINK.sub(r"\1", setting.values).replace("`", "")


def _default(setting: Setting) -> str:
    defaults = setting.defaults
    if "" in defaults:
        return "none" if defaults[""] is None else code(defaults[""])
    return ", ".join(f"{posture}: {code(default)}" for posture, default in defaults.items())


def _section(schema: Schema, section: str) -> Topic:
    kind = schema.kinds[section]
    top = [one for one in settings_of(schema, section) if "." not in one.path and "[" not in one.path]
    lines = [section, kind["description"], "", f"nested stack  {kind['x-layer']}", "", "Settings"]
    lines += _listed((one.path, _first(one.description)) for one in top)
    about: dict[str, Json] = {"name": section, "kind": "section", "description": kind["description"]}
    about |= {"nested_stack": kind["x-layer"], "settings": {one.path: one.description for one in top}}
    for name, _, title, keyword in _TOLD:
        about[name] = dict(kind.get(keyword, {}))
        lines += ["", title, *_listed(about[name].items())] if about[name] else []
    return Topic(about, tuple(lines))


def _first(description: str) -> str:
    """The first sentence of a description."""
    return _SENTENCE.split(description, maxsplit=1)[0].rstrip(".")


def _listed(entries: Iterable[tuple[str, str]]) -> list[str]:
    pairs = list(entries)
    width = max((len(name) for name, _ in pairs), default=0)
    return [f"  {name.ljust(width)}  {about}" for name, about in pairs]


def _unknown(schema: Schema, word: str, known: Mapping[str, Topic]) -> Diagnostic:
    name, _, rest = word.partition(".")
    if known:
        message = f"'{name}' has no setting, verb, attribute or alarm '{rest}'"
        return Diagnostic("unknown-subject", message, suggestion=did_you_mean(plain(rest), filter(None, known)))
    message = f"there is no section, setting or code '{word}'"
    return Diagnostic("unknown-subject", message, suggestion=did_you_mean(name, _first_words(schema)))


def _first_words(schema: Schema) -> Iterable[str]:
    return (*schema.kinds, *schema.base["properties"])
