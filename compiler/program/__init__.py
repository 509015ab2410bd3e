"""Build the components of a platform into one flat set of CloudFormation resources."""

from __future__ import annotations

import importlib.util
import sys

# troposphere imports cfn_flip for YAML, which is never used here, and which takes as long to load as Python
# itself: it is loaded when one of its functions is called.
_YAML = importlib.util.find_spec("cfn_flip")
if _YAML and _YAML.loader and _YAML.name not in sys.modules:
    _YAML.loader = importlib.util.LazyLoader(_YAML.loader)
    sys.modules[_YAML.name] = importlib.util.module_from_spec(_YAML)
    _YAML.loader.exec_module(sys.modules[_YAML.name])
