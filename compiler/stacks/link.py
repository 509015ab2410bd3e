"""Divide the resources of a platform into nested stacks; values between stacks become Outputs and Parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field

from compiler.language.names import pascal
from compiler.meaning.cycles import in_order
from compiler.program.intrinsics import Target, composed, relinked, targets
from compiler.program.program import Program
from compiler.program.resource import Resource, waiting_for, waits_for
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Template
from compiler.stacks.crossing import LIST, as_list, as_text, crossings
from compiler.stacks.packed_root import PackedParameter, declared, places, shown_in_stacks, shown_outputs
from compiler.stacks.wires import Flow, wires

FORMAT = "2010-09-09"


@frozen(eq=True)
class Frame:
    """Description, tags and component paths of the platform, the same in every root."""

    description: str
    tags: Mapping[str, str]
    paths: Mapping[str, str]
    """Address of a component → its path in the spec."""
    bundles: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Root parameter → those that are packed in it, with what they declare."""
    passed: frozenset[str] = frozenset()
    """Outputs that other regions take, which have to be the root's."""

    @property
    def packed(self) -> Mapping[str, PackedParameter]:
        """Packed root parameter → where its value is."""
        return places(self.bundles)


def link(program: Program, stack_of: Mapping[str, str], frame: Frame) -> tuple[Template, tuple[Template, ...]]:
    """The root template and its nested ones, each after those it takes values from.

    `stack_of` gives the stack of each logical id; stacks must not depend on each other in a cycle.
    """
    linker = _Linker(program, stack_of, frame)
    children = linker.children()
    return linker.root(children), children


def stack_id(stack: str) -> str:
    """Logical id of a nested stack in the root."""
    return f"{pascal(stack)}Stack"


class _Linker:
    def __init__(self, program: Program, stack_of: Mapping[str, str], frame: Frame) -> None:
        self._program = program
        self._stack_of = stack_of
        self._frame = frame
        self._packed = frame.packed
        self._members: dict[str, list[Resource]] = {}
        for logical_id, stack in sorted(stack_of.items()):
            self._members.setdefault(stack, []).append(program.resources[logical_id])
        self._targets = {
            stack: {target for one in members for target in one.targets} for stack, members in self._members.items()
        }
        self._foreign = {stack: self._from_others(stack) for stack in self._members}
        self._shown = shown_in_stacks(program, stack_of, frame.passed)
        self._composed: dict[str, str] = {}
        self._for_root: set[Target] = set()
        for name, output in program.outputs.items():
            found = [] if name in self._shown else self._placed(output["Value"])
            stacks = {stack_of[target.logical_id] for target in found}
            if len(stacks) == 1 and composed(output["Value"]) and not self._of_parameters(output["Value"]):
                self._composed[name] = stacks.pop()
            else:
                self._for_root.update(found)
        wanted = {target for found in self._foreign.values() for target in found} | self._for_root
        reserved = dict.fromkeys((*program.parameters, *frame.bundles, *self._composed))
        self._crossings = crossings(wanted, program.resources, reserved)
        self._made = self._outputs()
        self._wires = wires(self._flow())
        self._alone = self._for_root.union(*(self._single(stack) for stack in self._members))

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

    def _outputs(self) -> dict[str, dict[str, Json]]:
        """Stack → its outputs of the platform, by themselves or, where the root has too many, together."""
        made: dict[str, dict[str, Json]] = {stack: {} for stack in self._members}
        for name, stack in self._composed.items():
            made[stack][name] = {"Value": self._program.outputs[name]["Value"]}
        shown: dict[str, list[str]] = {}
        for name, stack in self._shown.items():
            shown.setdefault(stack, []).append(name)
        for stack, names in shown.items():
            made[stack] |= shown_outputs(names, self._program, len(self._frame.description) + len(stack_id(stack)))
        return made

    def _flow(self) -> Flow:
        """What crosses, and how many parameters or outputs each stack would have for it."""
        given = Counter(self._stack_of[target.logical_id] for target in self._crossings.names)
        counts = {
            stack: max(len(foreign) + len(self._of_root(stack)), given[stack] + len(self._made[stack]))
            for stack, foreign in self._foreign.items()
        }
        return Flow(self._program.resources, self._stack_of, self._foreign, counts, len(self._frame.description))

    def _single(self, stack: str) -> list[Target]:
        """What `stack` takes of others by itself, not packed."""
        picks = self._wires.picks.get(stack, {})
        return [target for target in self._foreign[stack] if target not in picks]

    def _of_root(self, stack: str) -> set[str]:
        """The root's parameters that `stack` needs."""
        known, packed = self._program.parameters, self._packed
        read = {target.logical_id for target in self._targets[stack]} & known.keys()
        return {packed[name].bundle if name in packed else name for name in read}

    def sources(self, stack: str) -> set[str]:
        """Stacks that must come before `stack`."""
        after = {
            self._stack_of[logical_id] for resource in self._members[stack] for logical_id in waits_for(resource.body)
        }
        return ({self._stack_of[target.logical_id] for target in self._foreign[stack]} | after) - {stack}

    def children(self) -> tuple[Template, ...]:
        needed = {stack: self.sources(stack) for stack in sorted(self._members)}
        alone: dict[str, list[Target]] = {stack: [] for stack in needed}
        for target in self._crossings.names:
            if target in self._alone:
                alone[self._stack_of[target.logical_id]].append(target)
        return tuple(self._child(stack, needed[stack], alone[stack]) for stack in in_order(needed))

    def _child(self, stack: str, needed: Iterable[str], alone: Iterable[Target]) -> Template:
        crossing, members = self._crossings, self._members[stack]
        outputs: dict[str, Json] = {crossing.names[target]: {"Value": crossing.value(target)} for target in alone}
        outputs |= {bundle.name: {"Value": bundle.value()} for bundle in self._wires.bundles.get(stack, ())}
        outputs |= self._made[stack]
        parameters = self._parameters(stack)
        body: dict[str, Json] = {
            "AWSTemplateFormatVersion": FORMAT,
            "Description": f"{self._frame.description}: {stack}",
            "Resources": self._resources(stack),
        }
        body |= {"Parameters": parameters} if parameters else {}
        body |= {"Outputs": outputs} if outputs else {}
        origins = {resource.logical_id: self._frame.paths[resource.component] for resource in members}
        return Template(stack, stack_id(stack), body, origins, tuple(sorted(needed)))

    def _parameters(self, stack: str) -> dict[str, Json]:
        names, known = self._crossings.names, self._program.parameters
        carried: dict[str, Json] = {
            names[target]: {"Type": self._crossings.type(target)} for target in self._single(stack)
        }
        carried |= {name: {"Type": "String"} for name in self._wires.taken(stack)}
        of_root = {name: known.get(name, {"Type": "String"}) for name in sorted(self._of_root(stack))}
        return carried | {name: _passed_on(about) for name, about in of_root.items()}

    def _resources(self, stack: str) -> dict[str, Json]:
        """The resources in the template of their stack; a DependsOn on another stack is the root's."""
        names = {target: self._crossings.names[target] for target in self._foreign[stack]}
        values = {names[target]: self._wires.pick(stack, target) for target in self._wires.picks.get(stack, {})}
        read = {target.logical_id for target in self._targets[stack]} & self._packed.keys()
        values |= {name: self._packed[name].value() for name in sorted(read)}
        resources: dict[str, Json] = {}
        for resource in self._members[stack]:
            changed = not resource.targets.isdisjoint(names) or not read.isdisjoint(_ids(resource))
            body = relinked(resource.body, names.get, values) if changed else resource.body
            inside = [name for name in waits_for(resource.body) if self._stack_of[name] == stack]
            resources[resource.logical_id] = waiting_for(body, sorted(inside))
        return resources

    def root(self, children: tuple[Template, ...]) -> Template:
        resources = {child.logical_id: self._stack_resource(child) for child in children}
        body: dict[str, Json] = {
            "AWSTemplateFormatVersion": FORMAT,
            "Description": self._frame.description,
            # W3002 only reports that the children are local files, which is what `aws cloudformation package` wants
            "Metadata": {"cfn-lint": {"config": {"ignore_checks": ["W3002"]}}},
            "Resources": resources,
        }
        parameters = {name: about for name, about in self._program.parameters.items() if name not in self._packed} | {
            name: declared(names) for name, names in self._frame.bundles.items()
        }
        body |= {"Parameters": parameters} if parameters else {}
        outputs = {
            name: {**output, "Value": self._lifted(name, output["Value"])}
            for name, output in self._program.outputs.items()
            if name not in self._shown
        }
        body |= {"Outputs": outputs} if outputs else {}
        return Template("root", "", body, {child.logical_id: child.name for child in children})

    def _stack_resource(self, child: Template) -> Json:
        values = {self._crossings.names[target]: self._output(target) for target in self._single(child.name)}
        values |= {name: _output_of(one.giver, name) for name, one in self._wires.taken(child.name).items()}
        values |= {name: self._passed(name) for name in child.body.get("Parameters", {}) if name not in values}
        properties: dict[str, Json] = {"TemplateURL": f"{child.name}.template.json"}
        properties |= {"Parameters": values} if values else {}
        properties["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(self._frame.tags.items())]
        carried = {self._stack_of[target.logical_id] for target in self._foreign[child.name]}
        waits = sorted(stack_id(stack) for stack in child.depends_on if stack not in carried)
        resource: dict[str, Json] = {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
        # a nested stack that leaves the spec takes its resources with it by their own deletion policies
        resource |= {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
        return resource | ({"DependsOn": waits} if waits else {})

    def _passed(self, name: str) -> Json:
        """A root parameter as a nested stack receives it: a list as text, the only type that Parameters can have."""
        listed = self._program.parameters.get(name, {}).get("Type") == LIST
        return as_text({"Ref": name}) if listed else {"Ref": name}

    def _output(self, target: Target) -> Json:
        return _output_of(self._stack_of[target.logical_id], self._crossings.names[target])

    def _lifted(self, name: str, value: Json) -> Json:
        """A root output's value, with outputs of the nested stacks in place of attributes."""
        if name in self._composed:
            return _output_of(self._composed[name], name)
        references = self._placed(value)
        if references and references[0].to_json() == value:
            return self._output(references[0])
        names, lists = self._crossings.names, self._crossings.lists
        values = {
            names[target]: as_list(self._output(target)) if target in lists else self._output(target)
            for target in references
        }
        values |= {one: place.value() for one, place in self._packed.items()}
        return relinked(value, {target: names[target] for target in references}.get, values)


def _ids(resource: Resource) -> set[str]:
    return {target.logical_id for target in resource.targets}


def _output_of(stack: str, name: str) -> Json:
    return {"Fn::GetAtt": [stack_id(stack), f"Outputs.{name}"]}


def _passed_on(parameter: Mapping[str, Json]) -> dict[str, Json]:
    """A nested stack's parameter has no default: only the root has it, so that there is one place to read it.

    What the root reads from an SSM parameter it passes on as text.
    """
    rest = {key: value for key, value in parameter.items() if key != "Default"}
    return {**rest, "Type": "String"} if str(rest["Type"]).startswith("AWS::SSM::") else rest
