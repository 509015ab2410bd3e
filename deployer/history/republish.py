"""Deploy again what is in the bucket: the same templates and archives, with the parameters of then."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.stacks.compiled import Compiled
from deployer.deployed import Stack
from deployer.history.secrets import HIDDEN
from deployer.publish import Choice, Published, root_parameters, url_of
from deployer.session import Aws
from reviewer.template_set import ROOT


def republish(aws: Aws, choice: Choice, compiled: Compiled, stack: Stack | None) -> Published:
    """What `publish` gave then, with outputs of other regions as they are now.

    A parameter that was not recorded, since it is a secret, keeps the value that the stack has. Raises `DeployError`
    for one that has none.
    """
    if choice.back is None:
        raise ValueError("nothing to return to")
    version = choice.back.versions[compiled.region]
    made = version.materials
    known = {name: value for name, value in version.parameters.items() if HIDDEN not in value} | dict(choice.inputs)
    kept = _kept(compiled, stack, {**known, **choice.parameters})
    values = root_parameters(compiled, {**known, **dict.fromkeys(kept, "")}, choice.parameters)
    parameters = {name: value for name, value in values.items() if name not in kept}
    return Published(url_of(aws, made.bucket, made.templates[ROOT]), parameters, made, kept)


def _kept(compiled: Compiled, stack: Stack | None, known: Mapping[str, str]) -> tuple[str, ...]:
    declared = compiled.root.body.get("Parameters", {})
    have = stack.parameters if stack else {}
    single = declared.keys() - compiled.packed.keys()
    return tuple(sorted(name for name in single if name not in known and name in have))
