"""Texts of people in the YAML of a workflow, which its system reads a second time."""

from __future__ import annotations

import json


def yaml_text(text: str) -> str:
    """A string in YAML."""
    return json.dumps(text, ensure_ascii=False)


def github(text: str) -> str:
    """A string that GitHub takes as it is: `${{` would begin an expression."""
    return yaml_text(text.replace("${{", "${{ '${{' }}"))


def gitlab(text: str) -> str:
    """The value of a variable that GitLab takes as it is: `$` would begin the name of another one."""
    return yaml_text(text.replace("$", "$$"))
