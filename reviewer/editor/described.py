"""Settings, verbs, attributes and components in Markdown, as editors show them beside the text."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.language.described import Setting, code
from compiler.meaning.resolved import ResolvedComponent
from compiler.source.json_value import Json
from reviewer.explain.topics import setting_values


def setting_text(setting: Setting) -> str:
    """A setting: what it does, its values, its default by posture, an example."""
    return "\n".join(_setting_lines(setting))


def _setting_lines(setting: Setting) -> Iterator[str]:
    yield f"**{setting.path}**{', required' if setting.required else ''}"
    yield from ("", setting.description) if setting.description else ()
    facts = [("Values", setting_values(setting)), ("Default", _default(setting))]
    facts += [("Example", f"`{setting.example}`")] if setting.example else []
    yield from ("", *(f"- {name}: {value}" for name, value in facts if value))


def _default(setting: Setting) -> str:
    """The default; of each posture where it decides."""
    if setting.required:
        return ""
    defaults = setting.defaults
    if "" in defaults:
        return "none" if defaults[""] is None else f"`{code(defaults[''])}`"
    return ", ".join(f"{posture} `{code(default)}`" for posture, default in defaults.items())


def section_text(section: str, about: Json) -> str:
    """A section."""
    return f"**{section}**\n\n{about.get('description', '')}"


def verb_text(component: ResolvedComponent, verb: str) -> str:
    """A verb that a component offers."""
    verbs = component.kind.get("x-verbs", {})
    about = verbs.get(verb) or verbs.get(verb.partition(".")[0], "")
    return f"**{verb}** of {component.address}\n\n{about}".rstrip()


def attribute_text(component: ResolvedComponent, attribute: str) -> str:
    """An attribute that ``${…}`` reads."""
    about = component.kind.get("x-attributes", {}).get(attribute, "")
    return f"**{component.address}.{attribute}**\n\n{about}".rstrip()
