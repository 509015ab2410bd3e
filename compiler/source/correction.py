"""Suggestions that know what to write: an editor does what they say.

Each is the sentence itself, so that whoever shows a suggestion need not know of it.
"""

from __future__ import annotations

import re


class Correction(str):
    """A sentence with a change of what it is about."""

    __slots__ = ()

    def applied(self, written: str) -> str | None:
        """What stands in the file in place of `written` afterwards; None where nobody can tell."""
        raise NotImplementedError


class Replacing(Correction):
    """``did you mean 'jobs'?``: one word for another."""

    __slots__ = ("right", "wrong")
    wrong: str
    right: str

    def __new__(cls, sentence: str, wrong: str, right: str) -> Replacing:
        made = super().__new__(cls, sentence)
        made.wrong, made.right = wrong, right
        return made

    def applied(self, written: str) -> str | None:
        word = re.compile(rf"(?<![\w-]){re.escape(self.wrong)}(?![\w-])")
        return word.sub(lambda _: self.right, written) if len(word.findall(written)) == 1 else None


class Enclosing(Correction):
    """``quote it``, ``write a list``: what is written, in quotation marks or brackets."""

    __slots__ = ("after", "before")
    before: str
    after: str

    def __new__(cls, sentence: str, before: str, after: str) -> Enclosing:
        made = super().__new__(cls, sentence)
        made.before, made.after = before, after
        return made

    def applied(self, written: str) -> str | None:
        return None if "\n" in written else f"{self.before}{written}{self.after}"


class Adding(Correction):
    """What a missing setting is; it may be empty."""

    __slots__ = ("key",)
    key: str

    def __new__(cls, sentence: str, key: str) -> Adding:
        made = super().__new__(cls, sentence)
        made.key = key
        return made

    def applied(self, written: str) -> str | None:
        return None  # it is beside what is written
