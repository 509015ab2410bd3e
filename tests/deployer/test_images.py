"""Images that are built before a deployment: by a fake builder on the PATH, and the sandbox's registry API."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from compiler.stacks.compiled import Compiled
from deployer.compare_deployed import reviews_of_deployed
from deployer.console import busy
from deployer.deployed import find_stack
from deployer.environment import Deployment, deploy_roots, make_plans
from deployer.errors import DeployError
from deployer.history.reading import reading
from deployer.history.rollback import return_to, roots_of
from deployer.images.builder import run
from deployer.images.images import image_addresses, with_images
from deployer.images.registry import DEPLOYED, in_registry, pushed
from deployer.images.repositories import make_repositories
from deployer.images.stack import repositories_stack
from deployer.publish import AS_SPECIFIED, Choice
from deployer.session import Aws
from linter.gate import findings
from tests.deployer.built_specs import SPEC, compiled, write_context
from tests.deployer.fake_builder import FakeBuilder
from tests.deployer.test_bootstrap import opened


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBuilder:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return FakeBuilder(folder)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    return write_context(tmp_path / "web")


@dataclass(frozen=True, slots=True)
class House:
    """An account for which the sandbox's API stands, a builder, and a folder with a spec and what it builds."""

    aws: Aws
    folder: Path
    builder: FakeBuilder

    def images(self, root: Compiled, choice: Choice = AS_SPECIFIED) -> Choice:
        return with_images(self.aws, root, self.folder, choice)


@pytest.fixture
def house(aws: Aws, tmp_path: Path, web: Path, builder: FakeBuilder) -> House:
    """Not the sandbox of a command, which builds nothing."""
    return House(replace(aws, endpoint="http://127.0.0.1"), tmp_path, builder)


def test_what_the_builder_says_is_told_as_it_comes(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    root = compiled(house.folder, "told")
    house.builder.install("docker")
    house.builder.answer(build=(0, ["\x1b[1m#1 load Dockerfile\x1b[0m", "", "#2 done"]), push=(0, ["layer 1"]))
    with busy("planning"):
        image = house.images(root).images["NightlyJobImage"]
    lines = [
        "building web with docker",
        *("#1 load Dockerfile", "#2 done"),
        *(f"pushing {image.address}", "layer 1"),
    ]
    assert capsys.readouterr().err == "".join(f"jobs.nightly: {line}\n" for line in lines)


def held(aws: Aws, repository: str, tag: str) -> None:
    """What a push would have put there; the fake builder has no layers."""
    manifest = json.dumps({"schemaVersion": 2, "layers": [], "config": {"digest": tag}})
    aws.client("ecr", aws.region).put_image(repositoryName=repository, imageTag=tag, imageManifest=manifest)


def test_an_image_is_built_and_pushed_once(house: House) -> None:
    root, there, builder, tmp_path = compiled(house.folder, "once"), house.aws, house.builder, house.folder
    builder.install("docker")
    image = house.images(root).images["NightlyJobImage"]
    registry = f"{there.account}.dkr.ecr.us-east-1.amazonaws.com"
    address, _, tag = image.address.rpartition(":")
    assert (address, len(tag)) == (f"{registry}/once/dev/jobs/nightly", 32)
    assert image.state == "built and pushed with docker"
    _, login, build, push = builder.calls()
    assert login["arguments"] == ["login", "--username", "AWS", "--password-stdin", registry]
    assert login["given"] and login["given"] not in str([one["arguments"] for one in builder.calls()])
    folder = build["arguments"][-1]
    assert build["arguments"] == [
        *("buildx", "build", "--load", "--provenance=false", "--platform", "linux/arm64"),
        *("--file", f"{folder}/Dockerfile", "--target", "prod", "--build-arg", "A=b c", "--build-arg", "NODE=22"),
        *("--tag", image.address, folder),
    ]
    assert build["files"] == {
        ".dockerignore": "644 315532800",
        "Dockerfile": "644 315532800",
        "latest": "-> src/app.py",
        "src/app.py": "644 315532800",
        "start.sh": "755 315532800",
    }
    assert push["arguments"] == ["push", image.address] and not Path(folder).exists()

    held(there, "once/dev/jobs/nightly", tag)
    again = house.images(root).images["NightlyJobImage"]
    assert (again.address, again.state) == (image.address, "pushed before")
    assert len(builder.calls()) == 4
    assert image_addresses(there, root, tmp_path) == {"NightlyJobImage": image.address}


def test_what_is_built_from_the_same_is_built_once(house: House) -> None:
    line = "hourly: {image: {build: web/, args: {A: 'b c', NODE: '22'}, target: prod}, architecture: arm64}"
    house.builder.install("docker")
    images = house.images(compiled(house.folder, "same", f"{SPEC}  {line}\n")).images
    addresses = sorted(one.address for one in images.values())
    (build,) = house.builder.calls("build")
    assert sorted(one for one in build["arguments"] if one in addresses) == addresses
    assert sorted(one["arguments"][-1] for one in house.builder.calls("push")) == addresses
    assert len({one.rpartition(":")[2] for one in addresses}) == 1


@pytest.mark.parametrize(
    ("names", "answers", "starts"),
    [
        (("podman", "buildx"), {}, ["login", "build", "push"]),
        (("docker", "podman"), {"version": (1, [])}, ["buildx", "login", "build", "push"]),
        (("buildx",), {}, ["build"]),
    ],
)
def test_the_builder_that_is_there_is_taken(
    names: tuple[str, ...], answers: Mapping[str, tuple[int, list[str]]], starts: list[str], house: House
) -> None:
    house.builder.install(*names)
    house.builder.answer(**answers)
    house.images(compiled(house.folder, f"with-{names[0]}-{len(names)}"))
    calls = house.builder.calls()
    assert [one["arguments"][0] for one in calls] == starts
    assert {one["name"] for one in calls} == {names[0]}


def test_buildx_alone_reads_the_password_from_a_file_that_goes(house: House) -> None:
    house.builder.install("buildx")
    house.images(compiled(house.folder, "alone"))
    (build,) = house.builder.calls()
    assert build["arguments"][:3] == ["build", "--push", "--provenance=false"]
    ((registry, entry),) = build["config"]["auths"].items()
    assert registry.startswith(house.aws.account)
    assert base64.b64decode(entry["auth"]).startswith(b"AWS:")


def test_without_a_builder_it_is_said(house: House) -> None:
    root = compiled(house.folder, "none")
    with pytest.raises(DeployError) as told:
        house.images(root)
    assert told.value.diagnostics[0].code == "no-builder"
    given = Choice(parameters={"NightlyJobImage": "web:1"})
    assert house.images(root, given) is given


@pytest.mark.parametrize(
    ("verb", "message"),
    [
        ("login", "docker could not sign in"),
        ("build", "the image of jobs.nightly could not be built from 'web'"),
        ("push", "the image of jobs.nightly could not be pushed"),
    ],
)
def test_what_a_builder_fails_with_is_told(verb: str, message: str, house: House) -> None:
    house.builder.install("docker")
    house.builder.answer(**{verb: (17, [f"line {number}" for number in range(30)])})
    with pytest.raises(DeployError) as told:
        house.images(compiled(house.folder, "failing"))
    (fault,) = told.value.diagnostics
    assert fault.code == "build-failed" and fault.message.startswith(message)
    assert "ended with status 17\nline 10\n" in fault.message and fault.message.endswith("line 29")


def test_whoever_pushes_the_same_first_is_as_good(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    root = compiled(house.folder, "race")
    house.builder.install("docker")
    house.builder.answer(push=(1, ["tag is immutable"]))
    seen = iter([False, True])
    monkeypatch.setattr("deployer.images.images.pushed", lambda *_: next(seen))
    assert dict(image_addresses(house.aws, root, house.folder)) == {
        name: one.address for name, one in house.images(root).images.items()
    }


def test_a_builder_does_not_outlive_an_interruption(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = tmp_path / "slow"
    script.write_text(f"#!/bin/sh\necho $$ > {note}\nexec sleep 60\n", encoding="utf-8")
    script.chmod(0o755)
    # a shell starts what runs in the background with SIGINT ignored
    heeded = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code = f"{heeded}from deployer.images.builder import run\nrun([{str(script)!r}], 'failing')"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL
    ) as one:
        while not (note.exists() and note.read_text().strip()):
            time.sleep(0.05)
        one.send_signal(signal.SIGINT)
        assert one.wait(20) != 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


def test_a_program_that_can_not_be_started_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeployError) as told:
        run([str(tmp_path / "gone")], "failing")
    assert told.value.diagnostics[0].code == "build-failed"


def test_the_repositories_are_there_first_and_stay(aws: Aws, tmp_path: Path) -> None:
    root = compiled(tmp_path, "kept")
    text = SPEC.replace("nightly", "weekly") + "functions: {resize: {image: {build: ./web}}}\n"
    other = compiled(tmp_path, "kept", text)
    assert [make_repositories(aws, one) for one in (root, root, other)] == ["made", "unchanged", "updated"]
    found = aws.client("ecr", "us-east-1").describe_repositories()["repositories"]
    names = {one["repositoryName"] for one in found if one["repositoryName"].startswith("kept/")}
    assert names == {"kept/dev/jobs/nightly", "kept/dev/jobs/weekly", "kept/dev/functions/resize"}
    stack = find_stack(aws, "stackwright-images-kept-dev")
    assert stack is not None and stack.protected


def test_the_stack_of_the_repositories_has_no_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    root = compiled(tmp_path, "shown", SPEC + "functions: {resize: {image: {build: ./web}}}\n")
    stack = repositories_stack(root, {})
    assert findings([stack]) == ()
    resize, nightly = stack.root.body["Resources"].values()
    assert resize["Properties"]["RepositoryPolicyText"]["Statement"][0]["Principal"] == {
        "Service": "lambda.amazonaws.com"
    }
    about = nightly["Properties"]
    assert about["EncryptionConfiguration"] == {"EncryptionType": "KMS"} and about["EmptyOnDelete"] is True
    assert about["ImageScanningConfiguration"] == {"ScanOnPush": True} and "RepositoryPolicyText" not in about
    assert about["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    (moving,) = about["ImageTagMutabilityExclusionFilters"]
    assert moving["ImageTagMutabilityExclusionFilterValue"] == DEPLOYED
    rules = json.loads(about["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    assert rules[0]["selection"]["tagPatternList"] == [DEPLOYED] and rules[-1]["selection"]["tagStatus"] == "any"


def test_a_deployment_in_the_sandbox_names_its_image_and_keeps_it(aws: Aws, tmp_path: Path, web: Path) -> None:
    root = compiled(tmp_path, "whole", SPEC)
    (address,) = image_addresses(aws, root, tmp_path).values()
    note = f"jobs.nightly runs the image {address}, not built: the sandbox runs no containers"
    (plan,) = make_plans([root], tmp_path, opened(aws), AS_SPECIFIED).plans
    assert plan.request.parameters["NightlyJobImage"] == address and note in plan.review.notes
    assert plan.materials.images == {"NightlyJobImage": address} and in_registry(aws, address)
    assert not pushed(aws, "whole/dev/jobs/nightly", DEPLOYED)
    deployment = Deployment([root], tmp_path, AS_SPECIFIED)
    (outcome,) = deploy_roots(deployment, opened(aws), lambda _: None)
    assert outcome.succeeded and outcome.notes == ()
    assert pushed(aws, "whole/dev/jobs/nightly", DEPLOYED)
    task = outcome.outputs["NightlyJobTaskDefinitionArn"]
    found = aws.client("ecs", "us-east-1").describe_task_definition(taskDefinition=task)["taskDefinition"]
    assert found["containerDefinitions"][0]["image"] == address


def test_a_review_tells_the_build_and_a_return_needs_its_image(aws: Aws, tmp_path: Path, web: Path) -> None:
    root = compiled(tmp_path, "built-again")
    (outcome,) = deploy_roots(Deployment([root], tmp_path, AS_SPECIFIED), opened(aws), lambda _: None)
    assert outcome.succeeded
    (before,) = image_addresses(aws, root, tmp_path).values()
    (web / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    (after,) = image_addresses(aws, root, tmp_path).values()
    (review,) = reviews_of_deployed([root], tmp_path, opened(aws))
    (told,) = [one for component in review.components for one in component.settings]
    tags = [address.rpartition(":")[2][:7] for address in (before, after)]
    assert (told.path, told.before, told.after) == ("image built from web", *tags)

    with reading([root], opened(aws)) as history:
        back = return_to(history, 1)
    assert roots_of(back, root, opened(aws))[0].stack_name == root.stack_name
    image = {"repositoryName": "built-again/dev/jobs/nightly", "imageIds": [{"imageTag": before.rpartition(":")[2]}]}
    aws.client("ecr", "us-east-1").batch_delete_image(**image)
    with pytest.raises(DeployError) as gone:
        roots_of(back, root, opened(aws))
    assert gone.value.diagnostics[0].code == "history-incomplete" and before in gone.value.message


def test_the_example_of_the_page_deploys(aws: Aws, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "images.md").read_text(encoding="utf-8")
    text = page.partition("```yaml\n")[2].partition("```")[0].replace("platform: shop", "platform: shown")
    for name in ("web", "proxy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    root = compiled(tmp_path, "page", text)

    (outcome,) = deploy_roots(Deployment([root], tmp_path, AS_SPECIFIED), opened(aws), lambda _: None)
    assert outcome.succeeded
    tasks = aws.client("ecs", "us-east-1").list_task_definitions(familyPrefix="shown-dev-services-web")
    task = aws.client("ecs", "us-east-1").describe_task_definition(taskDefinition=tasks["taskDefinitionArns"][0])
    running = {one["name"]: one["image"] for one in task["taskDefinition"]["containerDefinitions"]}
    addresses = image_addresses(aws, root, tmp_path)
    assert running == {"web": addresses["WebServiceImage"], "proxy": addresses["WebServiceProxyImage"]}
