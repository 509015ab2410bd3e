"""Hold a document against its JSON Schema and tell every fault in the spec's own words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, cast

from compiler.language.accept import Acceptor, matches
from compiler.language.facts import known_to
from compiler.language.schedule_expression import BadSchedule, bad_schedule
from compiler.language.schema import divided, owner_name
from compiler.language.times import TIME, BadTime, bad_time, example, shorter, timed
from compiler.source.correction import Adding, Enclosing
from compiler.source.diagnostics import Diagnostic, did_you_mean, refuse
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_MOST_LISTED = 30
"""Most values that a message lists."""
_TYPE_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


@frozen(eq=True)
class _Breach:
    """One fault as jsonschema found it, in plain values."""

    keyword: str
    wanted: Json
    value: Json
    about: Mapping[str, Json]
    """The schema that is broken."""
    path: Path
    message: str
    of_name: bool
    """Whether the name of a property is at fault, not its value."""


def validate(document: Document, schema: Mapping[str, Json]) -> None:
    """Raise `SpecError` with every place where `document` breaks `schema`."""
    if Acceptor(schema).accepts(schema, document.data):
        return
    refuse(
        found
        for error in validator(schema).iter_errors(document.data)
        for found in _diagnostics(document, _breach(error))
    )


def refused_paths(document: Document, schema: Mapping[str, Json]) -> tuple[Path, ...]:
    """Each place where `document` breaks `schema`."""
    if Acceptor(schema).accepts(schema, document.data):
        return ()
    return tuple(tuple(error.absolute_path) for error in validator(schema).iter_errors(document.data))


def validator(schema: Mapping[str, Json]) -> Validator:
    """jsonschema for `schema`, with patterns as JSON Schema means them, with schedule expressions and with times."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def pattern(_: Validator, wanted: str, value: Json, __: Json) -> Iterator[ValidationError]:
        if isinstance(value, str) and not matches(wanted, value):
            yield ValidationError(f"{value!r} does not match {wanted!r}")

    def schedule(_: Validator, wanted: Mapping[str, Json], value: Json, __: Json) -> Iterator[ValidationError]:
        if isinstance(value, str) and bad_schedule(value, wanted):
            yield ValidationError(f"{value!r} is not a schedule")

    def time(_: Validator, __: Json, value: Json, about: Mapping[str, Json]) -> Iterator[ValidationError]:
        if timed(about, value) and bad_time(value, about):
            yield ValidationError(f"{value!r} is not a time")

    def of_numbers(keyword: str) -> Callable[[Validator, Json, Json, Mapping[str, Json]], Iterator[ValidationError]]:
        check = Draft202012Validator.VALIDATORS[keyword]
        return lambda one, wanted, value, about: iter(() if timed(about, value) else check(one, wanted, value, about))

    more = {"pattern": pattern, "x-schedule": schedule, TIME: time} | {one: of_numbers(one) for one in ("type", "enum")}
    made: type[Validator] = extend(Draft202012Validator, more)  # type: ignore[no-untyped-call]
    return made(schema)


def _breach(error: ValidationError) -> _Breach:
    return _Breach(
        keyword=str(error.validator),
        wanted=error.validator_value,
        value=error.instance,
        about=dict(cast(Mapping[str, Json], error.schema)),
        path=tuple(error.absolute_path),
        message=error.message,
        of_name="propertyNames" in error.schema_path,
    )


def _diagnostics(document: Document, breach: _Breach) -> Iterator[Diagnostic]:
    path = breach.path
    if breach.keyword == "additionalProperties" and not breach.of_name:
        yield from _strangers(document, breach)
    elif breach.of_name:
        expects = breach.about.get("x-expects", "another form")
        message = f"invalid name '{breach.value}': expected {expects}"
        yield Diagnostic("bad-name", message, document.key_place((*path, breach.value)), owner_name(path))
    else:
        code, message, suggestion = _OWN.get(breach.keyword, _explained)(breach)
        yield Diagnostic(code, _subject(path) + message, document.value_place(path), owner_name(path), suggestion)


def _subject(path: Path) -> str:
    """The setting, such as ``ingress.path``; empty for the component itself."""
    inner = divided(path)[1]
    return f"'{'.'.join(str(step) for step in inner)}' " if inner else ""


def _strangers(document: Document, breach: _Breach) -> Iterator[Diagnostic]:
    path, known = breach.path, breach.about.get("properties", {})
    inner = path[2:] if path[:1] == ("environments",) else path
    top = inner in ((), ("defaults",))
    code, what = ("unknown-section", "section") if top else ("unknown-property", "property")
    inside = f" of {_subject(path).strip()}" if _subject(path) and not top else ""
    for key in breach.value:
        if key not in known:
            message, place = f"there is no {what} '{key}'{inside}", document.key_place((*path, key))
            yield Diagnostic(code, message, place, owner_name(path), did_you_mean(key, known))


def _explained(breach: _Breach) -> tuple[str, str, str]:
    """Code, message and suggestion for one fault of a keyword."""
    wanted, value = breach.wanted, breach.value
    shown = _shown(value)
    expects = str(breach.about.get("x-expects", ""))
    match breach.keyword:
        case "type":
            words = " or ".join(_TYPE_WORDS[name] for name in _listed(wanted) if name != "null")
            words += f' or a time such as "{example(breach.about)}"' if TIME in breach.about else ""
            return "wrong-type", f"must be {words}, not {shown}", _type_help(wanted, value)
        case "enum" | "const":
            options = [
                str(option) for option in (wanted if breach.keyword == "enum" else [wanted]) if option is not None
            ]
            listed = f"; it is one of {', '.join(options)}" if len(options) <= _MOST_LISTED else ""
            return "not-allowed", f"can't be {shown}{listed}", _close(value, options) or expects
        case "required" | "dependentRequired":
            missing = breach.message.split("'")[1]
            whole = "" if breach.path else "a spec "
            help_text = Adding(expects or _about(breach, missing), missing)
            return "missing-property", f"{whole}needs '{missing}'", help_text
        case keyword if keyword in _BOUNDS:
            less = expects or (shorter(breach.about) if keyword == "minimum" else "")
            return "out-of-range", f"{_BOUNDS[keyword].format(wanted)}, not {_measure(value)}", less
        case "uniqueItems":
            return "duplicate-value", "has an entry twice", ""
        case _:
            code = "bad-value" if breach.keyword == "pattern" else "not-allowed"
            return code, f"can't be {shown}" + (f"; expected {expects}" if expects else ""), _near(breach)


def _shown(value: Json) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return json.dumps(value, ensure_ascii=False)


def _schedule(breach: _Breach) -> tuple[str, str, str]:
    """Code, message and suggestion for an expression that AWS would refuse."""
    bad = bad_schedule(breach.value, breach.wanted) or BadSchedule("")
    return "bad-schedule", f"can't be {json.dumps(breach.value, ensure_ascii=False)}: {bad.reason}", bad.suggestion


def _time(breach: _Breach) -> tuple[str, str, str]:
    """Code, message and suggestion for a text that is no time, or none that the setting takes."""
    bad = bad_time(breach.value, breach.about) or BadTime("bad-time", "")
    return bad.code, bad.reason, bad.suggestion


_OWN: Mapping[str, Callable[[_Breach], tuple[str, str, str]]] = {"x-schedule": _schedule, TIME: _time}


def _listed(types: Json) -> list[str]:
    return [types] if isinstance(types, str) else list(types)


def _type_help(wanted: Json, value: Json) -> str:
    if "string" in _listed(wanted) and isinstance(value, (int, float, bool)):
        return Enclosing(f'quote it: "{json.dumps(value)}"', '"', '"')
    if {"integer", "number"} & set(_listed(wanted)) and isinstance(value, str):
        return "write the number without quotes and unit"
    if "object" in _listed(wanted) and isinstance(value, str) and re.match(r"[\w-]+:\S", value):
        return "write a space after the ':'"
    if "array" in _listed(wanted) and isinstance(value, str):
        return Enclosing(f"write a list: [{value}]", "[", "]")
    return ""


def _close(value: Json, options: list[str]) -> str:
    guess = did_you_mean(str(value), options)
    return guess if guess.startswith("did") else ""


def _near(breach: _Breach) -> str:
    known = known_to(breach.about)
    return _close(breach.value, [value for of in known.lists for value in known.offered(of)]) if known else ""


def _about(breach: _Breach, missing: str) -> str:
    return str(breach.about.get("properties", {}).get(missing, {}).get("description", ""))


_BOUNDS = {
    "minimum": "is at least {}",
    "maximum": "is at most {}",
    "multipleOf": "is a multiple of {}",
    "minLength": "has at least {} characters",
    "maxLength": "has at most {} characters",
    "minItems": "has at least {} entries",
    "maxItems": "has at most {} entries",
    "minProperties": "has at least {} entries",
    "maxProperties": "has at most {} entries",
}


def _measure(value: Json) -> str:
    return str(len(value)) if isinstance(value, (str, list, dict)) else str(value)
