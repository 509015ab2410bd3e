"""Paths of a cdn: cache policies, methods, functions that are run in Node, signatures and failover."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.kinds.building import resources

GOLDEN = Path(__file__).parents[1] / "golden" / "cdn-behaviors"
PAGE = Path(__file__).parents[2] / "docs" / "cdn.md"
RSA = (GOLDEN / "keys" / "main.pem").read_text(encoding="utf-8")
P256 = (GOLDEN / "keys" / "next.pem").read_text(encoding="utf-8")
PASS = "function handler(event) { return event.request; }\n"
HEAD = """
platform: demo
environments:
  dev: {posture: development}
buckets: {static: {}, spare: {}}
functions: {api: {runtime: python3.13, code: ., handler: app.handler}}
apis: {orders: {auth: iam, routes: {$default: api}}}
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pass.js").write_text(PASS, encoding="utf-8")
    Path("rsa.pem").write_text(RSA, encoding="utf-8")


def written(settings: str) -> str:
    paths = 'paths: {"/api/*": orders, "/*": static}'
    Path("spec.yaml").write_text(f"{HEAD}cdn: {{front: {{{paths}, {settings}}}}}\n", encoding="utf-8")
    return "spec.yaml"


def built(settings: str) -> dict[str, Json]:
    return {name: one for root in compile_spec(written(settings)) for name, one in resources(root).items()}


def behaviors(settings: str) -> dict[str, Json]:
    config = built(settings)["FrontDistribution"]["Properties"]["DistributionConfig"]
    return {"/*": config["DefaultCacheBehavior"], **{one["PathPattern"]: one for one in config["CacheBehaviors"]}}


def wrong(settings: str) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as problem:
        check_spec(written(settings))
    return sorted((one.code, one.message) for one in problem.value.diagnostics)


def test_a_path_without_settings_stays_as_it_is() -> None:
    found = behaviors('behaviors: {"/api/*": {cache: {seconds: 60}}}')
    policy = found["/*"]["CachePolicyId"]
    assert policy == "658327ea-f89d-4fab-a63d-7e88639e58f6" and "OriginRequestPolicyId" not in found["/*"]
    assert list(found["/api/*"]["CachePolicyId"]) == ["Ref"]
    assert found["/api/*"]["OriginRequestPolicyId"] and len(found["/api/*"]["AllowedMethods"]) == 7


@pytest.mark.parametrize(
    ("said", "path", "methods"),
    [
        ("{methods: read}", "/api/*", ["GET", "HEAD"]),
        ("{methods: options}", "/*", ["GET", "HEAD", "OPTIONS"]),
        ("{methods: all}", "/*", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]),
        ("{failover: {to: spare}}", "/api/*", ["GET", "HEAD", "OPTIONS"]),
        ("{failover: {to: spare}, methods: read}", "/*", ["GET", "HEAD"]),
    ],
)
def test_methods_are_those_that_cloudfront_lets_together(said: str, path: str, methods: list[str]) -> None:
    assert behaviors(f'behaviors: {{"{path}": {said}}}')[path]["AllowedMethods"] == methods


def test_two_paths_with_one_failover_share_a_group() -> None:
    both = 'behaviors: {"/api/*": {failover: {to: spare}}, "/*": {failover: {to: "https://b.example.com"}}}'
    config = built(both)["FrontDistribution"]["Properties"]["DistributionConfig"]
    groups = {one["Id"]: one for one in config["OriginGroups"]["Items"]}
    assert config["OriginGroups"]["Quantity"] == len(groups) == 2
    origins = {one["Id"] for one in config["Origins"]}
    assert {member["OriginId"] for one in groups.values() for member in one["Members"]["Items"]} <= origins
    assert {config["DefaultCacheBehavior"]["TargetOriginId"], config["CacheBehaviors"][0]["TargetOriginId"]} == {
        *groups
    }


def test_a_bucket_that_is_only_fallen_back_to_lets_cloudfront_read() -> None:
    policy = built('behaviors: {"/api/*": {failover: {to: spare}}}')["SpareBucketPolicy"]["Properties"]
    assert "CloudFrontReads" in {one["Sid"] for one in policy["PolicyDocument"]["Statement"]}


def test_a_changed_key_is_another_resource_in_the_same_group() -> None:
    signed = 'signing_keys: {main: rsa.pem}, behaviors: {"/*": {signed: true}}'
    before = built(signed)
    Path("rsa.pem").write_text(P256, encoding="utf-8")
    after = built(signed)
    (old,) = [name for name, one in before.items() if one["Type"] == "AWS::CloudFront::PublicKey"]
    (new,) = [name for name, one in after.items() if one["Type"] == "AWS::CloudFront::PublicKey"]
    assert old != new and after[new]["Properties"]["PublicKeyConfig"]["EncodedKey"] == P256
    group = after["FrontDistributionKeyGroup"]["Properties"]["KeyGroupConfig"]
    assert group["Items"] == [{"Ref": new}]
    assert behaviors(signed)["/*"]["TrustedKeyGroups"] == [{"Ref": "FrontDistributionKeyGroup"}]


def test_code_goes_into_the_template_as_it_is() -> None:
    code = "function handler(event) { return `${event.a} $${b} {tenant} ${env}` }\r\n"
    Path("pass.js").write_bytes(code.encode())
    found = built("functions: {one: {code: ./pass.js}}")["FrontDistributionOneEdgeFunction"]
    assert found["Properties"]["FunctionCode"] == code.replace("\r\n", "\n")
    assert found["Properties"]["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ('behaviors: {"/apis/*": {}}', "unknown-path"),
        ('behaviors: {"/*": {cache: {seconds: 10, min_seconds: 20}}}', "cache-times"),
        ('behaviors: {"/*": {cache: {seconds: 2d, max_seconds: 1d}}}', "cache-times"),
        ('behaviors: {"/*": {cache: {headers: [Cookie]}}}', "cache-header"),
        ('behaviors: {"/*": {cache: {headers: [Accept-Language, accept-language]}}}', "duplicate-value"),
        ('behaviors: {"/*": {cache: {headers: [Host]}}}', "cache-header"),
        ('behaviors: {"/api/*": {cache: {headers: [x-tenant, host]}}}', "cache-header"),
        (
            'behaviors: {"/api/*": {cache: {query: all, headers: [host]}, failover: {to: "https://example.com"}}}',
            "cache-header",
        ),
        ('behaviors: {"/*": {cache: {query: some}}}', "bad-value"),
        ('behaviors: {"/*": {failover: {to: static}}}', "failover-target"),
        ('behaviors: {"/api/*": {failover: {to: spare}, methods: all}}', "failover-methods"),
        ('behaviors: {"/api/*": {failover: {to: spare, status: [401]}}}', "failover-status"),
        ('behaviors: {"/api/*": {failover: {to: nowhere}}}', "unknown-component"),
        ('behaviors: {"/*": {signed: true}}', "no-signing-keys"),
        ("signing_keys: {main: rsa.pem}", "unused-setting"),
        ('behaviors: {"/*": {functions: {viewer-request: one}}}', "unknown-edge-function"),
        ('behaviors: {"/*": {functions: {origin-request: one}}}', "unknown-edge-function"),
        (
            'spa: true, functions: {one: {code: pass.js}}, behaviors: {"/*": {functions: {viewer-request: one}}}',
            "edge-function-taken",
        ),
        ("functions: {one: {code: nowhere.js}}", "missing-file"),
        ("functions: {one: {code: ../pass.js}}", "bad-value"),
        ("functions: {one: {code: rsa.pem}}", "bad-value"),
    ],
)
def test_faults(settings: str, code: str) -> None:
    assert [found for found, _ in wrong(settings)] == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (RSA.replace("PUBLIC", "RSA PRIVATE"), "signing-key"),
        (RSA.replace("PUBLIC KEY", "CERTIFICATE"), "signing-key"),
        (RSA[:-60], "signing-key"),
        (RSA.replace("MIIB", "MII!"), "signing-key"),
        ("", "signing-key"),
    ],
)
def test_keys_that_are_none(text: str, code: str) -> None:
    Path("rsa.pem").write_text(text, encoding="utf-8")
    found = wrong('signing_keys: {main: rsa.pem}, behaviors: {"/*": {signed: true}}')
    assert [one for one, _ in found] == [code]


@pytest.mark.parametrize(("size", "fits"), [(10_240, True), (10_241, False)])
def test_code_has_at_most_10_kb(size: int, fits: bool) -> None:
    Path("pass.js").write_text(PASS + "/" * (size - len(PASS)), encoding="utf-8")
    settings = "functions: {one: {code: pass.js}}"
    if fits:
        assert check_spec(written(settings))
    else:
        assert [code for code, _ in wrong(settings)] == ["edge-function-code"]


@pytest.mark.parametrize("code", ["var a = 1;\n", "", "function handle(event) {}\n"])
def test_code_has_a_handler(code: str) -> None:
    Path("pass.js").write_text(code, encoding="utf-8")
    assert [found for found, _ in wrong("functions: {one: {code: pass.js}}")] == ["edge-function-code"]


def run(code: str, event: Json) -> Json:
    """What Node answers for the handler of a function."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(event)})));"
    return json.loads(subprocess.run([node, "-e", script], capture_output=True, text=True, check=True).stdout)


def emitted(word: str) -> str:
    compiled = compile_spec(str(GOLDEN / "spec.yaml"))
    found = {name: one for root in compiled for name, one in resources(root).items()}
    code: str = found[f"SiteDistribution{word}EdgeFunction"]["Properties"]["FunctionCode"]
    return code


def test_emitted_functions_run() -> None:
    request = {"uri": "/app/a", "headers": {"accept-language": {"value": "de-AT"}}}
    assert run(emitted("Rewrite"), {"request": request})["uri"] == "/app/de/a"
    assert run(emitted("Rewrite"), {"request": {"uri": "/app/a", "headers": {}}})["uri"] == "/app/en/a"
    answered = run(emitted("Headers"), {"response": {"headers": {}}})
    assert answered["headers"] == {"x-served-by": {"value": "edge"}}


def test_the_example_of_the_guide(tmp_path: Path) -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Paths")[1].split("\n## ")[0]
    text = section.split("```yaml\n")[1].split("\n```")[0]
    (code,) = (block.split("\n```")[0] for block in section.split("```js\n")[1:])
    assert yaml.safe_load(text)["cdn"]["site"]["functions"] == {"folders": {"code": "edge/folders.js"}}
    for folder, name, content in (("edge", "folders.js", code), ("keys", "main.pem", RSA)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(content, encoding="utf-8")
    Path("spec.yaml").write_text(text, encoding="utf-8")
    assert compile_spec("spec.yaml")
    for asked, given in (("/docs/", "/docs/index.html"), ("/docs", "/docs/index.html"), ("/a.css", "/a.css")):
        assert run(code, {"request": {"uri": asked}})["uri"] == given
