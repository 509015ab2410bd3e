"""Read the platform's outputs where the root has too many, and its nested stacks show them."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.stacks.compiled import Compiled
from compiler.stacks.packed_root import SHOWN
from compiler.stacks.packing import SEPARATOR
from deployer.deployed import find_stack, nested_stacks
from deployer.session import Aws


def packs_outputs(root: Compiled) -> bool:
    """Whether nested stacks of `root` show outputs of the platform."""
    return any(name.startswith(SHOWN) for child in root.children for name in child.body.get("Outputs", {}))


def read_packed_outputs(aws: Aws, root: Compiled) -> dict[str, str]:
    """The outputs that the deployed nested stacks of `root` show."""
    stack = find_stack(aws, root.stack_name)
    found: dict[str, str] = {}
    for nested in nested_stacks(aws, stack.id).values() if stack else ():
        child = find_stack(aws, nested)
        found |= unpacked(child.outputs) if child else {}
    return found


def unpacked(outputs: Mapping[str, str]) -> dict[str, str]:
    """Outputs of the platform that the outputs of one nested stack hold."""
    texts = [value.split(SEPARATOR) for name, value in outputs.items() if name.startswith(SHOWN)]
    return {name: value for text in texts for name, value in zip(text[::2], text[1::2], strict=True)}
