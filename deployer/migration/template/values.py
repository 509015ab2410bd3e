"""Values of a template as they are with the parameters that are given; what only AWS knows stays CloudFormation's."""

from __future__ import annotations

import re
from collections.abc import Mapping

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.migration.addons.values import UnknownValue, Values
from deployer.migration.template.given import Given

_NAME = re.compile(r"\$\{(!?)([A-Za-z0-9_:.]+)\}")
_PARTITION = "AWS::Partition"


@frozen(eq=True)
class TemplateValues(Values):
    """`reference` gives what stands for a resource. A function that no text can hold stays one."""

    given: Given

    def _parameter(self, name: str) -> Json:
        value = self.given.parameter(name)
        if value is None:
            raise UnknownValue(f"the parameter {name} has no value that a spec may have")
        if isinstance(value, list):
            return [one.replace("${", "$${") for one in value]
        return value.replace("${", "$${") if isinstance(value, str) else value

    def _imported(self, name: Json) -> Json:
        return {"Fn::ImportValue": name}

    def _literal(self, value: Json) -> Json:
        """A value that is compared or looked up, of which CloudFormation's own words are known too."""
        words = {"AWS::Region": self.given.region, "AWS::AccountId": self.given.account, _PARTITION: self._partition}
        named = value.get("Ref") if isinstance(value, Mapping) and len(value) == 1 else None
        if named in words:
            if not words[named]:
                raise UnknownValue(f"{named} is known only in AWS")
            return words[named]
        made = self.of(value)
        if isinstance(made, Mapping):
            raise UnknownValue(f"{next(iter(made), 'a map')} is known only in AWS")
        return str(made).lower() if isinstance(made, bool) else made if isinstance(made, list) else str(made)

    @property
    def _partition(self) -> str:
        parts = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
        return next((one for start, one in parts.items() if self.given.region.startswith(f"{start}-")), "aws")

    def _sub(self, given: Json) -> Json:
        text, own = (given[0], given[1]) if isinstance(given, list) else (given, {})
        if re.search(r"\$\$\{(?!!)", str(text)):
            raise UnknownValue("a text with $ before ${…} can't be written in a spec")
        kept: dict[str, Json] = {}

        def replaced(found: re.Match[str]) -> str:
            literal, name = found.groups()
            if literal:
                return f"$${{!{name}}}"
            return self._in_text(name, own, kept)

        made = _NAME.sub(replaced, str(text))
        if kept or re.search(r"(?<!\$)\$\{[A-Z]", made):
            return {"Fn::Sub": [made, kept] if kept else made}
        return made.replace("$${!", "$${")

    def _in_text(self, name: str, own: Mapping[str, Json], kept: dict[str, Json]) -> str:
        """What stands in a text for a name: a value, a pointer, or a name of CloudFormation's."""
        if name in own:
            value = self.of(own[name])
        else:
            value = self.reference(*name.split(".", 1)) if "." in name else self._ref(name)
        if not isinstance(value, Mapping):
            return ",".join(value) if isinstance(value, list) else str(value)
        ((function, target),) = value.items()
        if function == "Ref":
            return f"${{{target}}}"
        if function == "Fn::GetAtt":
            return f"${{{'.'.join(target)}}}"
        if name not in own:
            raise UnknownValue(f"{function} can't stand in a text")
        kept[name] = value
        return f"${{{name}}}"
