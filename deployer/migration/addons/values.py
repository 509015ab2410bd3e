"""Values of an addon's template as they are in one environment: parameters, conditions and mappings are put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_NAME = re.compile(r"\$\{([A-Za-z0-9_:.]+)\}")
_NOTHING = {"Ref": "AWS::NoValue"}
_OF_THE_ENVIRONMENT = {"VpcId": "${network.vpc_id}"}
"""Exports of Copilot's environment stack, without `<app>-<env>-`, that the spec has too."""


class UnknownValue(Exception):
    """A value that can't be known from the template; the text says which."""


@frozen(eq=True)
class Values:
    """What a template's names stand for. `environment` is the name that conditions compare."""

    template: Mapping[str, Json]
    words: Mapping[str, str]
    """Parameters that Copilot gives: `App`, `Env`, `Name`."""
    environment: str
    parameters: Mapping[str, Json]
    reference: Callable[[str, str], Json]
    """What `Ref` (with an empty attribute) or `Fn::GetAtt` of a resource becomes."""

    def of(self, value: Json) -> Json:
        """The value in the words of a spec. Raises `UnknownValue`."""
        if isinstance(value, list):
            return [made for one in value if (made := self.of(one)) != _NOTHING]
        if isinstance(value, str):
            return value.replace("${", "$${")
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            ((name, given),) = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name.removeprefix("Fn::"), given)
        made = {key: self.of(one) for key, one in value.items()}
        return {key: one for key, one in made.items() if one != _NOTHING}

    def _function(self, name: str, given: Json) -> Json:
        known: Mapping[str, Callable[[Json], Json]] = {
            "Ref": lambda value: self._ref(str(value)),
            "If": lambda value: self.of(value[1 if self.holds(str(value[0])) else 2]),
            "FindInMap": lambda value: self._found(*(str(self._literal(one)) for one in value)),
            "GetAtt": lambda value: self.reference(str(value[0]), str(value[1])),
            "Sub": self._sub,
            "ImportValue": lambda value: self._imported(self.of(value)),
        }
        if name in known:
            return known[name](given)
        made = self.of(given)
        if name == "Join" and all(isinstance(one, str) for one in made[1]):
            return str(made[0]).join(made[1])
        return {f"Fn::{name}": made}

    def _ref(self, name: str) -> Json:
        if name in self.words:
            return self.words[name]
        if name.startswith("AWS::"):
            return {"Ref": name}
        if name in self.template.get("Parameters", {}):
            return self._parameter(name)
        return self.reference(name, "")

    def _parameter(self, name: str) -> Json:
        if name in self.parameters:
            return self.of(self.parameters[name])
        default = self.template["Parameters"][name].get("Default")
        if default is None:
            raise UnknownValue(f"the parameter {name} has no value")
        return default

    def _found(self, mapping: str, first: str, second: str) -> Json:
        try:
            return self.template["Mappings"][mapping][first][second]
        except (KeyError, TypeError):
            raise UnknownValue(f"the mapping {mapping} has no '{first}' with '{second}'") from None

    def _sub(self, given: Json) -> Json:
        text, own = (given[0], given[1]) if isinstance(given, list) else (given, {})
        pieces = [self._named(name, own) for name in _NAME.findall(str(text))]
        waiting = iter(pieces)
        made = _NAME.sub(lambda _: next(waiting), str(text))
        return {"Fn::Sub": made} if any(_of_cloudformation(one) for one in pieces) else made

    def _named(self, name: str, own: Mapping[str, Json]) -> str:
        """What stands in place of `${name}`: a pointer, a text, or a name of CloudFormation's as it is."""
        if name in own:
            value = self.of(own[name])
        elif "." in name:
            value = self.reference(*name.split(".", 1))
        else:
            value = self._ref(name)
        if isinstance(value, Mapping):
            ((function, target),) = value.items()
            if function == "Ref":
                return f"${{{target}}}"
            if function == "Fn::GetAtt":
                return f"${{{'.'.join(target)}}}"
            raise UnknownValue(f"{function} can't stand in a text")
        return str(value)

    def _imported(self, name: Json) -> Json:
        word = str(name).removeprefix("${platform}-${env}-")
        if word not in _OF_THE_ENVIRONMENT:
            raise UnknownValue(f"the export '{word}' of Copilot's stacks is not in the spec")
        return _OF_THE_ENVIRONMENT[word]

    def _literal(self, value: Json) -> Json:
        """A value that is compared or looked up: the environment by its name."""
        if value == {"Ref": "Env"}:
            return self.environment
        return self.of(value)

    def holds(self, name: str, way: tuple[str, ...] = ()) -> bool:
        """Whether a condition holds in the environment; `way` are those that ask for it. Raises `UnknownValue`."""
        if name in way:
            raise UnknownValue(f"the condition {name} asks for itself")
        return self._true(self.template.get("Conditions", {}).get(name), (*way, name))

    def _true(self, condition: Json, way: tuple[str, ...]) -> bool:
        if isinstance(condition, Mapping) and len(condition) == 1:
            ((function, given),) = condition.items()
            if function == "Condition":
                return self.holds(str(given), way)
            if function == "Fn::Equals":
                return bool(self._literal(given[0]) == self._literal(given[1]))
            if function == "Fn::Not":
                return not self._true(given[0], way)
            if function in ("Fn::And", "Fn::Or"):
                return (all if function == "Fn::And" else any)(self._true(one, way) for one in given)
        raise UnknownValue(f"the condition {way[-1]} can't be evaluated")


def _of_cloudformation(text: str) -> bool:
    return bool(re.match(r"\$\{[A-Z]", text))
