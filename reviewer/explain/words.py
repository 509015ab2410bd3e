"""Find what a word on the command line means in the language: a code, a section, a setting."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from compiler.language.schema import Schema
from compiler.source.diagnostics import Diagnostic, SpecError, did_you_mean
from reviewer.explain.codes import code_topic, codes
from reviewer.explain.topics import Topic, topic

_RULE = re.compile(r"[EWI][0-9]{4}")
"""How codes of cfn-lint look, and those of our own rules."""
_OWN_RULE = re.compile(r".97[0-9]{2}")


def explain_word(word: str, schema: Schema, rule: Callable[[str], Sequence[str]]) -> Topic:
    """A code, a section, or a setting of one; `rule` gives the lines of a code of the lint.

    Raises `SpecError` for an unknown word.
    """
    if word in codes():
        return code_topic(word)
    if _RULE.fullmatch(word) and (lines := rule(word)):
        owner = "Stackwright" if _OWN_RULE.fullmatch(word) else "cfn-lint"
        return Topic({"name": word, "kind": f"rule of {owner}", "description": "\n".join(lines)}, (word, *lines))
    if _RULE.fullmatch(word) or ("-" in word and "." not in word):
        message = f"there is no code '{word}'"
        raise SpecError([Diagnostic("unknown-subject", message, suggestion=did_you_mean(word, codes()))])
    return topic(word, schema)
