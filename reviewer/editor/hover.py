"""What stands beside a word: a setting, a verb, an attribute, a component and what it becomes."""

from __future__ import annotations

from compiler.language.schema import divided
from compiler.meaning.resolved import ResolvedComponent
from compiler.meaning.targets import readable, verbs_of
from compiler.source.document import Path
from compiler.source.frozen import frozen
from reviewer.editor.described import attribute_text, setting_text, verb_text
from reviewer.editor.language import Language
from reviewer.editor.mentions import ACCEPTED, Mention
from reviewer.editor.reading import Reading
from reviewer.editor.text import Span
from reviewer.explain.codes import code_topic, codes


@frozen(eq=True)
class Beside:
    """A text in Markdown, and the words that it is about."""

    text: str
    span: Span
    address: str = ""
    """The component that it is about; what that becomes is shown too."""


def beside(reading: Reading, language: Language, offset: int) -> Beside | None:
    """What can be said of the word at an offset without building anything."""
    found = reading.mentioned(offset)
    if found:
        return _component(reading, found[0])
    at = reading.path_at(offset)
    if at is None:
        return None
    path, key = at
    span = reading.span_at(path, key)
    in_value = None if key else _verb(reading, path, span) or _code(reading, path, span)
    return _pointed(reading, offset) or in_value or _setting(language, path, span)


def _component(reading: Reading, one: Mention) -> Beside:
    written = reading.written
    section, _, name = one.address.partition(".")
    target = written.spec.sections[section][name or section] if written else None
    noun = f", {target.kind['x-noun']}" if target else ""
    lines = [f"**{one.address}**{noun}", "", str(target.kind["description"] if target else "")]
    users = dict.fromkeys(other.source for other in reading.of({one.address}) if other.source)
    lines += ["", f"Named by {', '.join(users)}"] if users else []
    return Beside("\n".join(lines), one.span, one.address)


def _pointed(reading: Reading, offset: int) -> Beside | None:
    """The attribute behind the name in ``${name.attribute}``."""
    written, content = reading.written, reading.text.content
    before = content.rfind("${", 0, offset)
    after = content.find("}", offset)
    if written is None or before < 0 or after < 0 or "}" in content[before:offset] or "\n" in content[before:after]:
        return None
    for one in reading.mentions:
        if before < one.span.start < after and content[one.span.end] == ".":
            span = Span(one.span.end + 1, after)
            attribute, target = content[span.start : span.end].strip(), _target(reading, one.address)
            if target and attribute in readable(target):
                return Beside(attribute_text(target, attribute), span)
    return None


def _target(reading: Reading, address: str) -> ResolvedComponent | None:
    section, _, name = address.partition(".")
    return reading.written.spec.sections.get(section, {}).get(name or section) if reading.written else None


def _verb(reading: Reading, path: Path, span: Span) -> Beside | None:
    own, inner = divided(path)
    if not own or len(inner) < 2 or inner[0] != "uses":
        return None
    verb = reading.text.cut(span).strip("\"'")
    depth = len(path) - len(inner) + 2
    for one in reading.mentions:
        target = _target(reading, one.address) if one.path == path[:depth] else None
        if target and verb in verbs_of(target):
            return Beside(verb_text(target, verb), span)
    return None


def _code(reading: Reading, path: Path, span: Span) -> Beside | None:
    """The code of a warning that is accepted."""
    word = reading.text.cut(span).strip("\"'")
    if path[:2] != ACCEPTED or path[-1] != "rule" or word not in codes():
        return None
    title, *lines = code_topic(word).lines
    return Beside("\n".join((f"**{title}**", "", *lines)), span)


def _setting(language: Language, path: Path, span: Span) -> Beside | None:
    """The setting, or the nearest one around it."""
    for length in range(len(path), 0, -1):
        setting = language.setting(path[:length])
        if setting and setting.description:
            return Beside(setting_text(setting), span)
    return None
