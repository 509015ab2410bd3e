"""What functions run: container images, who may fetch them, and layers of their own."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
repositories: {app: {}, other: {}}
"""
CODE = "runtime: python3.13, code: api, handler: app.handler"
REGISTRY = "111122223333.dkr.ecr.us-east-1.amazonaws.com"


def spec(settings: str) -> str:
    return f"{HEAD}functions: {{api: {{{settings}}}}}\n"


def built(settings: str) -> dict[str, Json]:
    return dict(resources(compiled(spec(settings))))


def test_an_image_takes_the_place_of_code() -> None:
    one = compiled(spec("image: '${app.uri}:1.0'"))
    found = resources(one)["ApiFunction"]["Properties"]
    assert found["PackageType"] == "Image"
    assert found["Code"] == {"ImageUri": {"Fn::Sub": "${AppRepositoryRepositoryUri}:1.0"}}
    assert not {"Runtime", "Handler", "Layers", "ImageConfig"} & set(found)
    assert one.artifacts == () and "ArtifactBucket" not in one.root.body.get("Parameters", {})


@pytest.mark.parametrize(
    ("settings", "config"),
    [
        ("command: [app.handler]", {"Command": ["app.handler"]}),
        ("entrypoint: [/start, --now]", {"EntryPoint": ["/start", "--now"]}),
        ("working_directory: /srv", {"WorkingDirectory": "/srv"}),
    ],
)
def test_what_an_image_runs_instead(settings: str, config: Json) -> None:
    assert built(f"image: '{REGISTRY}/a:1', {settings}")["ApiFunction"]["Properties"]["ImageConfig"] == config


def test_lambda_may_fetch_from_a_repository_whose_image_a_function_runs() -> None:
    found = built("image: '${app.uri}:1.0'")
    (statement,) = found["AppRepository"]["Properties"]["RepositoryPolicyText"]["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert statement["Action"] == ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    functions = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"
    assert statement["Condition"] == {"ArnLike": {"aws:SourceArn": {"Fn::Sub": functions}}}
    assert "RepositoryPolicyText" not in found["OtherRepository"]["Properties"]


def test_a_repository_has_no_policy_without_such_a_function() -> None:
    assert "RepositoryPolicyText" not in built(CODE)["AppRepository"]["Properties"]


def test_a_folder_becomes_a_layer_of_its_own() -> None:
    arn = "arn:aws:lambda:us-east-1:017000801446:layer:Tools:7"
    one = compiled(spec(f"{CODE}, architecture: arm64, layers: ['{arn}', ./layers/shared]"))
    found = resources(one)
    ((name, layer),) = ((name, body) for name, body in found.items() if body["Type"] == "AWS::Lambda::LayerVersion")
    assert found["ApiFunction"]["Properties"]["Layers"] == [arn, {"Ref": name}]
    assert layer["Properties"]["Content"] == {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": f"{name}Key"}}
    assert layer["Properties"]["CompatibleRuntimes"] == ["python3.13"]
    assert layer["Properties"]["CompatibleArchitectures"] == ["arm64"]
    assert {(one.parameter, one.source) for one in one.artifacts} == {
        ("ApiFunctionCodeKey", "api"),
        (f"{name}Key", "layers/shared"),
    }
    assert {"ApiFunctionCodeKey", f"{name}Key"} < set(one.root.body["Parameters"])


def test_two_folders_of_one_name_are_two_layers() -> None:
    found = built(f"{CODE}, layers: [./a/shared, ./b/shared]")
    names = {one["Properties"]["LayerName"] for one in found.values() if one["Type"] == "AWS::Lambda::LayerVersion"}
    assert len(names) == 2


def test_the_longest_names_make_a_layer_name_that_lambda_takes() -> None:
    name, folder = "a" * 32, "b" * 60
    text = f"platform: {'p' * 30}\nenvironments: {{{'e' * 20}: {{posture: development}}}}\n"
    text += f"functions: {{{name}: {{{CODE}, layers: [./{folder}]}}}}\n"
    found = resources(compiled(text, "e" * 20))
    (layer,) = (one["Properties"] for one in found.values() if one["Type"] == "AWS::Lambda::LayerVersion")
    assert len(layer["LayerName"]) <= 140


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("memory: 512", "missing-property"),
        ("code: api", "missing-property"),
        ("code: api, runtime: python3.13", "missing-property"),
        ("runtime: python3.13, handler: app.handler", "missing-property"),
        (f"{CODE}, image: '{REGISTRY}/a:1'", "one-of-two"),
        (f"image: '{REGISTRY}/a:1', runtime: python3.13", "unused-setting"),
        (f"image: '{REGISTRY}/a:1', handler: app.handler", "unused-setting"),
        (f"image: '{REGISTRY}/a:1', layers: [./shared]", "unused-setting"),
        (f"image: '{REGISTRY}/a:1', snap_start: true", "snap-start"),
        (f"{CODE}, command: [a]", "unused-setting"),
        (f"{CODE}, working_directory: /srv", "unused-setting"),
        ("image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/a:1'", "bad-value"),
        (f"image: {REGISTRY}/a", "bad-value"),
        ("image: public.ecr.aws/nginx/nginx:1.27", "bad-value"),
        (f"{CODE}, layers: [shared]", "bad-value"),
        (f"{CODE}, layers: [../../../shared]", "bad-path"),
        (f"{CODE}, layers: ['./${{app.name}}']", "bad-path"),
        (f"{CODE}, layers: [./a, ./a]", "duplicate-value"),
    ],
)
def test_what_a_package_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(spec(settings))} == {code}


@pytest.mark.parametrize(
    "image",
    [
        f"{REGISTRY}/team/app:1.4.2",
        f"{REGISTRY}/app@sha256:{'0a' * 32}",
        "${app.uri}:1.0",
        "${account}.dkr.ecr.${region}.amazonaws.com/app:1",
    ],
)
def test_images_that_lambda_takes(image: str) -> None:
    assert faults(spec(f"image: '{image}'")) == ()
