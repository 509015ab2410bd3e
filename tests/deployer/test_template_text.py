"""Templates as others deploy them."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from deployer.template_text import parse_template

EXPECTED = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "${AWS::StackName}-q"}}}},
    "Outputs": {"A": {"Value": {"Fn::GetAtt": ["Q", "Arn"]}}, "U": {"Value": {"Ref": "Q"}}},
}
SHORT = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Q: {Type: "AWS::SQS::Queue", Properties: {QueueName: !Sub "${AWS::StackName}-q"}}
Outputs:
  A: {Value: !GetAtt [Q, Arn]}
  U: {Value: !Ref Q}
"""


@pytest.mark.parametrize("body", [EXPECTED, SHORT], ids=["parsed", "yaml"])
def test_all_forms_are_the_same(body: Json) -> None:
    assert parse_template(body) == EXPECTED


def test_json_text_and_nothing() -> None:
    assert parse_template('{"Resources": {}}') == {"Resources": {}}
    assert parse_template("") == {}
