"""Hold a document against its JSON Schema and tell every fault in the spec's own words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from compiler.accept import Acceptor
from compiler.compiled import Json
from compiler.diagnostics import Diagnostic, did_you_mean, refuse
from compiler.document import Document, Path

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_TYPE_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def validate(document: Document, schema: Mapping[str, Json]) -> None:
    """Raise `SpecError` with every place where `document` breaks `schema`."""
    if Acceptor(schema).accepts(schema, document.data):
        return
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to load, wanted only for faults

    errors = Draft202012Validator(schema).iter_errors(document.data)
    refuse(found for error in errors for found in _diagnostics(document, error))


def _diagnostics(document: Document, error: ValidationError) -> Iterator[Diagnostic]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _strangers(document, error, path)
    elif "propertyNames" in error.schema_path:
        yield _bad_name(document, error, path)
    elif error.validator == "anyOf" and error.context:
        yield from _closest_branch(document, error)
    else:
        code, message, suggestion = _explained(error)
        yield Diagnostic(code, _subject(path) + message, document.value_place(path), document.component_of(path), suggestion)


def _subject(path: Path) -> str:
    """What of the component is meant: ``ingress.path``; nothing for the component itself."""
    inner = path[2:] if len(path) > 2 else path[1:]
    return f"'{'.'.join(str(step) for step in inner)}' " if inner else ""


def _strangers(document: Document, error: ValidationError, path: Path) -> Iterator[Diagnostic]:
    known = error.schema.get("properties", {})
    top = not path or (len(path) == 2 and path[0] == "environments")
    code, what = ("unknown-section", "section") if top else ("unknown-property", "property")
    for key in error.instance:
        if key not in known:
            where = (*path, key)
            inside = f" of {_subject(path).strip()}" if _subject(path) and not top else ""
            message = f"there is no {what} '{key}'{inside}"
            yield Diagnostic(code, message, document.key_place(where), document.component_of(path), did_you_mean(key, known))


def _bad_name(document: Document, error: ValidationError, path: Path) -> Diagnostic:
    name, expects = error.instance, error.schema.get("x-expects", "another form")
    place = document.key_place((*path, name))
    return Diagnostic("bad-name", f"'{name}' is no name here: it takes {expects}", place, document.component_of(path))


def _closest_branch(document: Document, error: ValidationError) -> Iterator[Diagnostic]:
    """Of several allowed forms, tell the faults of the one that gets furthest into the value."""
    branches: dict[Json, list[ValidationError]] = {}
    for fault in error.context or ():
        branches.setdefault(fault.schema_path[0], []).append(fault)
    best = max(branches.values(), key=lambda faults: (min(len(one.path) for one in faults), -len(faults)))
    for fault in best:
        yield from _diagnostics(document, fault)


def _explained(error: ValidationError) -> tuple[str, str, str]:
    """Code, message and suggestion for one fault of a keyword."""
    wanted, value = error.validator_value, error.instance
    shown = json.dumps(value, ensure_ascii=False) if not isinstance(value, (dict, list)) else "this value"
    expects = str(error.schema.get("x-expects", ""))
    match error.validator:
        case "type":
            words = " or ".join(_TYPE_WORDS[name] for name in ([wanted] if isinstance(wanted, str) else wanted))
            return "wrong-type", f"must be {words}, not {shown}", _type_help(wanted, value)
        case "enum" | "const":
            options = [str(option) for option in (wanted if error.validator == "enum" else [wanted])]
            return "not-allowed", f"can't be {shown}; it is one of {', '.join(options)}", _close(value, options)
        case "required":
            missing = next(name for name in wanted if name not in value)
            return "missing-property", f"needs '{missing}'", _about(error, missing)
        case "pattern":
            return "bad-value", f"can't be {shown}" + (f"; it takes {expects}" if expects else ""), ""
        case "minimum" | "maximum" | "multipleOf" | "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties":
            return "out-of-range", f"{_bound(error)}, not {_measure(error)}", expects
        case "dependentRequired":
            return "missing-property", error.message.replace("is a dependency of", "must be there with"), expects
        case "uniqueItems":
            return "duplicate-value", "has an entry twice", ""
        case _:
            return "not-allowed", expects or "is not allowed here", ""


def _type_help(wanted: Json, value: Json) -> str:
    if wanted == "string" and isinstance(value, (int, float, bool)):
        return f'put it in quotes: "{json.dumps(value)}"'
    if wanted in ("integer", "number") and isinstance(value, str):
        return "write the number without quotes and unit"
    if wanted == "array" and isinstance(value, str):
        return f"write a list: [{value}]"
    return ""


def _close(value: Json, options: list[str]) -> str:
    guess = did_you_mean(str(value), options)
    return guess if guess.startswith("did") else ""


def _about(error: ValidationError, missing: str) -> str:
    about = error.schema.get("properties", {}).get(missing, {})
    return str(about.get("description", ""))


_BOUNDS = {
    "minimum": "is at least {}",
    "maximum": "is at most {}",
    "multipleOf": "is a multiple of {}",
    "minLength": "has at least {} characters",
    "maxLength": "has at most {} characters",
    "minItems": "has at least {} entries",
    "maxItems": "has at most {} entries",
    "minProperties": "has at least {} entries",
}


def _bound(error: ValidationError) -> str:
    return _BOUNDS[str(error.validator)].format(error.validator_value)


def _measure(error: ValidationError) -> str:
    value = error.instance
    return str(len(value)) if isinstance(value, (str, list, dict)) else str(value)
