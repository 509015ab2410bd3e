"""Find what a word on the command line means in the language: a code, a section, a setting."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from compiler.language.schema import Schema
from compiler.source.diagnostics import Diagnostic, SpecError, did_you_mean
from reviewer.explain.codes import code_topic, codes
from reviewer.explain.topics import Topic, topic

_RULE = re.compile(r"[EFWI][0-9]{4}", re.IGNORECASE)
"""How codes of cfn-lint look, and those of our own rules; with F, an error of cloudformation-validate, which takes
their numbers.
"""
_CHECKOV = re.compile(r"CKV2?_[A-Z]+_[0-9]+", re.IGNORECASE)
_CHECKOV_PAGE = "https://www.checkov.io/5.Policy%20Index/cloudformation.html"
_OWN_RULE = re.compile(r".97[0-9]{2}")


def explain_word(word: str, schema: Schema, rule: Callable[[str], Sequence[str]]) -> Topic:
    """A code, a section, or a setting of one; `rule` gives the lines of a code of the lint.

    Raises `SpecError` for an unknown word.
    """
    if word in codes():
        return code_topic(word)
    if _RULE.fullmatch(word) and (lines := rule(known := word.upper().replace("F", "E"))):
        owner = "Stackwright" if _OWN_RULE.fullmatch(known) else "cfn-lint"
        return Topic({"name": known, "kind": f"rule of {owner}", "description": "\n".join(lines)}, (known, *lines))
    if _CHECKOV.fullmatch(word):
        message = f"'{word}' is a rule of checkov, which describes its rules itself"
        raise SpecError([Diagnostic("unknown-subject", message, suggestion=f"look it up at {_CHECKOV_PAGE}")])
    if _RULE.fullmatch(word) or ("-" in word and "." not in word):
        message = f"there is no code '{word}'"
        raise SpecError([Diagnostic("unknown-subject", message, suggestion=did_you_mean(word, codes()))])
    return topic(word, schema)
