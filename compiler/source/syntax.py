"""What the YAML parser refuses, in words for people who do not know its grammar."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

import yaml

from compiler.source.diagnostics import Diagnostic, Place, SpecError

_QUOTES = "put text with special characters in quotes"
_TOLD: Mapping[str, tuple[str, str]] = {
    "undefined alias": ("there is no anchor for the alias '{word}'", "write the value here, or its text in quotes"),
    "cannot start any token": ("a value can't begin with '{character}'", "put it in quotes"),
    "mapping values are not allowed": (
        "a ':' is not expected here",
        f"check the line above for a missing ':' and the indentation; {_QUOTES}",
    ),
    "block sequence entries are not allowed": ("a list is not expected here", "put it on a line of its own, indented"),
    "did not find expected key": (
        "a key is expected here",
        "check the indentation, and that there is no bracket or quote too many",
    ),
    "did not find expected ',' or '}'": ("a ',' or '}}' is expected here{opened}", f"close the bracket; {_QUOTES}"),
    "did not find expected ',' or ']'": ("a ',' or ']' is expected here{opened}", f"close the bracket; {_QUOTES}"),
    "could not find expected ':'": ("this line has no ':'", "write it as 'key: value'"),
    "another document": ("a second document begins here", "remove '---' and what follows: a spec is one document"),
    "did not find expected alphabetic": (
        "'{character}' is not expected here",
        "put text that begins with * or & in quotes",
    ),
    "did not find expected '-' indicator": ("a '- ' is expected here", "check the indentation of the list"),
}
"""What libyaml says → what it means, and what to do."""
_CONFLICT = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)
_ESCAPE = re.compile("escape|hexa?decimal")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKS = {codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32", codecs.BOM_UTF16_LE: "UTF-16"}
_MARKS |= {codecs.BOM_UTF16_BE: "UTF-16"}


def other_encoding(raw: bytes) -> str:
    """The encoding that the first bytes name, if it is another one than UTF-8."""
    return next((name for mark, name in _MARKS.items() if raw.startswith(mark)), "")


def syntax_fault(file: str, text: str, problem: yaml.YAMLError) -> SpecError:
    """The error for a text that is no YAML."""
    conflict, unprintable = _CONFLICT.search(text), _UNPRINTABLE.search(text)
    if unprintable and not isinstance(problem, yaml.MarkedYAMLError):
        message = f"the character U+{ord(unprintable[0]):04X} can't be in a spec"
        help_text = "remove it, or save the file as UTF-8" if unprintable[0] == "\0" else "remove it"
        return _fault(_place(file, text, unprintable.start()), message, help_text)
    if conflict:
        help_text = "keep one of both versions, and remove the lines with <<<<<<<, ======= and >>>>>>>"
        return _fault(_place(file, text, conflict.start()), "a merge left two versions here", help_text)
    if not isinstance(problem, yaml.MarkedYAMLError):
        return _fault(Place(file, 1, 1), f"not YAML: {problem}".splitlines()[0])
    return _marked(file, text, problem)


def _marked(file: str, text: str, problem: yaml.MarkedYAMLError) -> SpecError:
    context, mark = problem.context or "", problem.problem_mark
    if "quoted scalar" in context and mark and _ESCAPE.search(problem.problem or ""):
        return _bad_escape(file, text, mark)
    if "quoted scalar" in context and problem.context_mark:
        mark = problem.context_mark
        return _fault(_at(file, mark), "this quote is never closed", "close the quote that opens here")
    if mark is None:
        return _fault(Place(file, 1, 1), problem.problem or "the file is not YAML")
    if text[mark.index : mark.index + 1] == "\t":
        return _fault(_at(file, mark), *_of_tab(text[: mark.index].rpartition("\n")[2]))
    return _fault(_at(file, mark), *_in_words(text, problem, mark))


def _of_tab(before: str) -> tuple[str, str]:
    if before.strip():
        return "a tab can't be used between values and comments", "use spaces"
    return "a tab can't be used for indentation", "indent with spaces; YAML does not allow tabs"


def _bad_escape(file: str, text: str, mark: yaml.Mark) -> SpecError:
    start = max(text.rfind("\\", 0, mark.index + 1), 0)
    message = f"invalid escape sequence '{text[start : start + 2]}' in double quotes"
    help_text = "put the text in single quotes, or write \\\\ for a backslash"
    return _fault(_place(file, text, start), message, help_text)


def _in_words(text: str, problem: yaml.MarkedYAMLError, mark: yaml.Mark) -> tuple[str, str]:
    told = next((one for part, one in _TOLD.items() if part in (problem.problem or "")), None)
    if told is None:
        context = f" ({problem.context})" if problem.context else ""
        return f"{problem.problem or 'the file is not YAML'}{context}", ""
    word = re.match(r"[*&]?[\w.-]*", text[mark.index :])
    opened = f", for the bracket of line {problem.context_mark.line + 1}" if problem.context_mark else ""
    message = told[0].format(word=word[0] if word else "", character=text[mark.index : mark.index + 1], opened=opened)
    return message, told[1]


def _at(file: str, mark: yaml.Mark) -> Place:
    return Place(file, mark.line + 1, mark.column + 1)


def _place(file: str, text: str, index: int) -> Place:
    before = text[:index]
    return Place(file, before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def _fault(place: Place, message: str, suggestion: str = "") -> SpecError:
    return SpecError([Diagnostic("yaml-syntax", message, place, suggestion=suggestion)])
