"""Divide the resources of a platform into nested stacks; values between stacks become Outputs and Parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.language.names import pascal
from compiler.meaning.cycles import in_order
from compiler.program.intrinsics import Target, bound, composed, retargeted, targets
from compiler.program.program import Program
from compiler.program.resource import Resource, waiting_for, waits_for
from compiler.source.json_value import Json
from compiler.stacks.compiled import Template
from compiler.stacks.crossing import LIST, as_list, as_text, crossings

FORMAT = "2010-09-09"


@dataclass(frozen=True, slots=True)
class Frame:
    """Description, tags and component paths of the platform, the same in every root."""

    description: str
    tags: Mapping[str, str]
    paths: Mapping[str, str]
    """Address of a component → its path in the spec."""


def link(program: Program, stack_of: Mapping[str, str], frame: Frame) -> tuple[Template, tuple[Template, ...]]:
    """The root template and its nested ones, each after those it takes values from.

    `stack_of` gives the stack of each logical id; stacks must not depend on each other in a cycle.
    """
    linker = _Linker(program, stack_of, frame)
    needed = {stack: linker.sources(stack) for stack in sorted(set(stack_of.values()))}
    children = tuple(linker.child(stack, needed[stack]) for stack in in_order(needed))
    return linker.root(children), children


def stack_id(stack: str) -> str:
    """Logical id of a nested stack in the root."""
    return f"{pascal(stack)}Stack"


class _Linker:
    def __init__(self, program: Program, stack_of: Mapping[str, str], frame: Frame) -> None:
        self._program = program
        self._stack_of = stack_of
        self._frame = frame
        self._members: dict[str, list[Resource]] = {}
        for logical_id, stack in sorted(stack_of.items()):
            self._members.setdefault(stack, []).append(program.resources[logical_id])
        self._targets = {
            stack: {target for one in members for target in one.targets} for stack, members in self._members.items()
        }
        self._foreign = {stack: self._from_others(stack) for stack in self._members}
        self._composed: dict[str, str] = {}
        wanted = {target for targets_there in self._foreign.values() for target in targets_there}
        for name, output in program.outputs.items():
            found = self._placed(output["Value"])
            stacks = {stack_of[target.logical_id] for target in found}
            if len(stacks) == 1 and composed(output["Value"]) and not self._of_parameters(output["Value"]):
                self._composed[name] = stacks.pop()
            else:
                wanted.update(found)
        self._crossings = crossings(wanted, program.resources, dict.fromkeys((*program.parameters, *self._composed)))

    def _of_parameters(self, value: Json) -> bool:
        return any(target.logical_id in self._program.parameters for target in targets(value))

    def _placed(self, value: Json) -> list[Target]:
        """References in `value` to resources of nested stacks; the others are to parameters of the root."""
        return sorted({target for target in targets(value) if target.logical_id in self._stack_of})

    def _from_others(self, stack: str) -> list[Target]:
        """References from resources of `stack` to other stacks."""
        return sorted(
            target for target in self._targets[stack] if self._stack_of.get(target.logical_id, stack) != stack
        )

    def sources(self, stack: str) -> set[str]:
        """Stacks that must come before `stack`."""
        after = {
            self._stack_of[logical_id] for resource in self._members[stack] for logical_id in waits_for(resource.body)
        }
        return ({self._stack_of[target.logical_id] for target in self._foreign[stack]} | after) - {stack}

    def child(self, stack: str, needed: Iterable[str]) -> Template:
        parameters, outputs = self._parameters(stack), self._outputs(stack)
        body: dict[str, Json] = {
            "AWSTemplateFormatVersion": FORMAT,
            "Description": f"{self._frame.description}: {stack}",
            "Resources": {resource.logical_id: self._local(resource, stack) for resource in self._members[stack]},
        }
        body |= {"Parameters": parameters} if parameters else {}
        body |= {"Outputs": outputs} if outputs else {}
        origins = {resource.logical_id: self._frame.paths[resource.component] for resource in self._members[stack]}
        return Template(stack, stack_id(stack), body, origins, tuple(sorted(needed)))

    def _parameters(self, stack: str) -> dict[str, Json]:
        names, known = self._crossings.names, self._program.parameters
        carried: dict[str, Json] = {
            names[target]: {"Type": self._crossings.type(target)} for target in self._foreign[stack]
        }
        of_root = sorted({target.logical_id for target in self._targets[stack]} & known.keys())
        return carried | {name: _without_default(known[name]) for name in of_root}

    def _outputs(self, stack: str) -> dict[str, Json]:
        crossing = self._crossings
        given = (target for target in crossing.names if self._stack_of[target.logical_id] == stack)
        made = (name for name, where in self._composed.items() if where == stack)
        outputs: dict[str, Json] = {crossing.names[target]: {"Value": crossing.value(target)} for target in given}
        return outputs | {name: {"Value": self._program.outputs[name]["Value"]} for name in made}

    def _local(self, resource: Resource, stack: str) -> Json:
        """A resource in the template of its stack; a DependsOn on another stack is the root's."""
        names = {target: self._crossings.names[target] for target in self._foreign[stack]}
        body = retargeted(resource.body, names.get)
        inside = [logical_id for logical_id in waits_for(resource.body) if self._stack_of[logical_id] == stack]
        return waiting_for(body, sorted(inside))

    def root(self, children: tuple[Template, ...]) -> Template:
        resources = {child.logical_id: self._stack_resource(child) for child in children}
        body: dict[str, Json] = {
            "AWSTemplateFormatVersion": FORMAT,
            "Description": self._frame.description,
            # W3002 only reports that the children are local files, which is what `aws cloudformation package` wants
            "Metadata": {"cfn-lint": {"config": {"ignore_checks": ["W3002"]}}},
            "Resources": resources,
        }
        body |= {"Parameters": dict(self._program.parameters)} if self._program.parameters else {}
        outputs = {
            name: {**output, "Value": self._lifted(name, output["Value"])}
            for name, output in self._program.outputs.items()
        }
        body |= {"Outputs": outputs} if outputs else {}
        return Template("root", "", body, {child.logical_id: child.name for child in children})

    def _stack_resource(self, child: Template) -> Json:
        foreign = self._foreign[child.name]
        values = {self._crossings.names[target]: self._output(target) for target in foreign}
        values |= {name: self._of_root(name) for name in child.body.get("Parameters", {}) if name not in values}
        properties: dict[str, Json] = {"TemplateURL": f"{child.name}.template.json"}
        properties |= {"Parameters": values} if values else {}
        properties["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(self._frame.tags.items())]
        carried = {self._stack_of[target.logical_id] for target in foreign}
        waits = sorted(stack_id(stack) for stack in child.depends_on if stack not in carried)
        resource: dict[str, Json] = {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
        # a nested stack that leaves the spec takes its resources with it by their own deletion policies
        resource |= {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
        return resource | ({"DependsOn": waits} if waits else {})

    def _of_root(self, name: str) -> Json:
        """A root parameter as a nested stack receives it: a list as text, the only type that Parameters can have."""
        listed = self._program.parameters[name]["Type"] == LIST
        return as_text({"Ref": name}) if listed else {"Ref": name}

    def _output(self, target: Target) -> Json:
        name = self._crossings.names[target]
        return {"Fn::GetAtt": [stack_id(self._stack_of[target.logical_id]), f"Outputs.{name}"]}

    def _lifted(self, name: str, value: Json) -> Json:
        """A root output's value, with outputs of the nested stacks in place of attributes."""
        if name in self._composed:
            return {"Fn::GetAtt": [stack_id(self._composed[name]), f"Outputs.{name}"]}
        references = self._placed(value)
        if references and references[0].to_json() == value:
            return self._output(references[0])
        names, lists = self._crossings.names, self._crossings.lists
        values = {
            names[target]: as_list(self._output(target)) if target in lists else self._output(target)
            for target in references
        }
        return bound(retargeted(value, {target: names[target] for target in references}.get), values)


def _without_default(parameter: Mapping[str, Json]) -> dict[str, Json]:
    """A nested stack's parameter has no default: only the root has it, so that there is one place to read it."""
    return {key: value for key, value in parameter.items() if key != "Default"}
