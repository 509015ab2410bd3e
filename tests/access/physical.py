"""Values of a flat program as AWS would have them: each reference is a name, an id or an ARN of its resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from compiler.source.json_value import Json
from tests.access.unsupported import Unsupported
from tests.goldens.round_trip import Followed

ACCOUNT = "111122223333"
_FORMS: Mapping[str, Mapping[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "physical.yaml").read_text(encoding="utf-8")
)


PASSED_ON = {
    "flag/id": "/flag",
    "key": "arn:aws:kms:{region}:{account}:key/01234567-89ab-cdef-0123-456789abcdef",
    "secret": "arn:aws:secretsmanager:{region}:{account}:secret:below-AbCdEf",
}
"""The end of an export's path → what it is; of a parameter that is exported it is the name, with its slash."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A flat program as if it were deployed to `ACCOUNT`."""

    flat: Followed

    def region(self, logical_id: str) -> str:
        return self.flat.stack_of[logical_id][0]

    def properties(self, logical_id: str) -> Json:
        """The resource's properties with all values put in."""
        return self.value(self.flat.resources[logical_id].get("Properties", {}), self.region(logical_id))

    def property(self, logical_id: str, name: str) -> Json:
        """One property of a resource, None where it is not set."""
        return self.value(self.flat.resources[logical_id].get("Properties", {}).get(name), self.region(logical_id))

    def of_type(self, *types: str) -> tuple[str, ...]:
        return tuple(name for name, body in self.flat.resources.items() if body["Type"] in types)

    def read(self, logical_id: str, attribute: str = "Ref") -> str:
        """What `Ref` or an attribute of a resource gives."""
        body = self.flat.resources[logical_id]
        forms = _FORMS.get(body["Type"], {})
        if attribute not in forms or attribute in ("name", "of"):
            raise Unsupported(f"{attribute} of {body['Type']}")
        region = self.region(logical_id)
        return forms[attribute].format(
            id=logical_id,
            name=self._named(logical_id, forms.get("name")),
            of=self._named(logical_id, forms.get("of")),
            region=region,
            account=ACCOUNT,
        )

    def value(self, written: Json, region: str) -> Json:
        """`written` without intrinsic functions."""
        if isinstance(written, list):
            return [self.value(one, region) for one in written]
        if not isinstance(written, Mapping):
            return written
        if len(written) == 1:
            function, argument = next(iter(written.items()))
            if function == "Ref" or function.startswith("Fn::"):
                return self._called(function, argument, region)
        return {key: self.value(child, region) for key, child in written.items()}

    def _named(self, logical_id: str, name: str | None) -> str:
        """The name that the template gives the resource, else one as CloudFormation makes it."""
        given = self.flat.resources[logical_id].get("Properties", {}).get(name) if name else None
        if given is None:
            return f"example-{logical_id.lower()}"
        return str(self.value(given, self.region(logical_id))).removeprefix("https://")

    def _called(self, function: str, argument: Json, region: str) -> Json:
        match function:
            case "Ref":
                return self._referred(argument, region)
            case "Fn::GetAtt":
                return self.read(argument[0], argument[1])
            case "Fn::Sub":
                pieces = [one[0] if isinstance(one, list) else one for one in argument]
                return "".join(_text(self.value(one, region)) for one in pieces)
            case "Fn::Join":
                return argument[0].join(_text(one) for one in self.value(argument[1], region))
            case "Fn::Split":
                return _text(self.value(argument[1], region)).split(argument[0])
            case "Fn::Select":
                return self.value(argument[1], region)[int(argument[0])]
        raise Unsupported(function)

    def _referred(self, name: str, region: str) -> str:
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": region,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/example/1",
            "AWS::StackName": "example",
        }
        if name in pseudo:
            return pseudo[name]
        if name in self.flat.parameters:
            return self._given(name, region)
        return self.read(name)

    def _given(self, name: str, region: str) -> str:
        """A root parameter's value. What a platform below wrote into Systems Manager is an id, or such an ARN."""
        about = self.flat.parameters[name]
        given = str(about.get("Default", f"value-of-{name}"))
        if not given.startswith("/stackwright/"):
            return given
        form = next((form for end, form in PASSED_ON.items() if given.endswith(f"/{end}")), "")
        return form.format(region=region, account=ACCOUNT) or given.strip("/").replace("/", "-")


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise Unsupported(f"text of {value!r}")
    return value
