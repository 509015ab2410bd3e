"""Attributes of CloudFormation's resource types that are not strings: lists of strings, and structures.

The facts are data in `schema/`, so that the templates do not depend on which cfn-lint is installed.
`tests/test_attribute_forms.py --update` writes them anew from the resource schemas of cfn-lint.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping

from compiler.language.schema import schema_folder

DATA = schema_folder() / "attribute_forms.json"


@functools.cache
def _forms() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    forms: Mapping[str, Mapping[str, tuple[str, ...]]] = json.loads(DATA.read_bytes())
    return forms


def is_list(resource_type: str, attribute: str) -> bool:
    """Whether Fn::GetAtt gives a list of texts, none of which has a comma: addresses, ARNs, ids, names."""
    return attribute in _forms()["lists"].get(resource_type, ())


def is_structure(resource_type: str, attribute: str) -> bool:
    """Whether Fn::GetAtt gives an object, a list of objects, or a list of texts that may have any character."""
    return attribute in _forms()["structures"].get(resource_type, ())
