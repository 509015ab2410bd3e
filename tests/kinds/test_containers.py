"""Sidecars, their order, and what containers of a task see: file systems and shared volumes."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

HEAD = """
platform: demo
environments: {dev: {posture: development}}
filesystems: {files: {}, shared: {access_points: {a: {}, b: {}}}}
databases: {main: {engine: postgres, version: "16"}}
"""
ECR = "222222222222.dkr.ecr.us-east-1.amazonaws.com"


def spec(settings: str, section: str = "services") -> str:
    return f"{HEAD}{section}: {{web: {{image: 'example/web:1', {settings}}}}}"


def built(settings: str, section: str = "services") -> dict[str, Json]:
    return dict(resources(compiled(spec(settings, section))))


def task(found: dict[str, Json]) -> Json:
    (definition,) = (one for one in found.values() if one["Type"] == "AWS::ECS::TaskDefinition")
    return definition["Properties"]


def containers(found: dict[str, Json]) -> dict[str, Json]:
    return {one["Name"]: one for one in task(found)["ContainerDefinitions"]}


@pytest.mark.parametrize("section", ["services", "jobs"])
def test_a_sidecar_can_do_as_little_as_the_main_container(section: str) -> None:
    found = containers(built("sidecars: {proxy: {image: 'envoy:1'}}", section))
    main, proxy = found["web"], found["proxy"]
    same = ("User", "ReadonlyRootFilesystem", "LinuxParameters", "LogConfiguration", "StopTimeout", "Essential")
    assert {key: proxy[key] for key in same} == {key: main[key] for key in same}
    assert "Environment" not in proxy and "PortMappings" not in proxy and "Privileged" not in proxy


def test_a_sidecar_has_what_it_says() -> None:
    said = "image: 'envoy:1', port: 9000, cpu: 64, memory: 128, essential: false, environment: {A: b}, user: '101'"
    proxy = containers(built(f"sidecars: {{proxy: {{{said}}}}}"))["proxy"]
    assert (proxy["Cpu"], proxy["Memory"], proxy["Essential"], proxy["User"]) == (64, 128, False, "101")
    assert proxy["PortMappings"] == [{"ContainerPort": 9000, "Protocol": "tcp"}]
    assert proxy["Environment"] == [{"Name": "A", "Value": "b"}]


@pytest.mark.parametrize(("inherit", "there"), [("true", True), ("false", False)])
def test_variables_and_secrets_of_uses_are_for_sidecars_that_ask(inherit: str, there: bool) -> None:
    said = f"sidecars: {{proxy: {{image: 'p:1', inherit_environment: {inherit}}}}}, uses: {{main: connect}}"
    proxy = containers(built(said))["proxy"]
    assert ("MAIN_HOST" in str(proxy.get("Environment"))) is there
    assert ("MAIN_PASSWORD" in str(proxy.get("Secrets"))) is there


def pulled(found: dict[str, Json]) -> dict[str, list[Json]]:
    """Policy of the execution role → what it allows to pull."""
    policies = found["WebServiceExecutionRole"]["Properties"]["Policies"]
    statements = {one["PolicyName"]: one["PolicyDocument"]["Statement"] for one in policies}
    pulls = {
        name: [one["Resource"] for one in each if "ecr:BatchGetImage" in one["Action"]]
        for name, each in statements.items()
    }
    return {name: resources[0] for name, resources in pulls.items() if resources}


OWN = {"Ref": "AppRepositoryArn"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("image: '${app.uri}:1'", {"image": [OWN]}),
        ("image: '${app.uri}:1', uses: {app: push}", {"image": [OWN]}),
        ("image: 'x:1', sidecars: {proxy: {image: '${app.uri}@sha256:1'}}", {"image": [OWN]}),
        ("image: '${app.uri}:1', sidecars: {proxy: {image: '${app.uri}:2'}}", {"image": [OWN]}),
        ("image: 'x:1', tracing: {image: '${app.uri}:1'}", {"image": [OWN]}),
        ("image: '${app.uri}:1', uses: {app: pull}", {"secrets": [OWN]}),
        ("image: '${app.uri}:1', uses: {app: [push, pull]}", {"secrets": [OWN]}),
        ("image: '${app.uri}:1', uses: {app: {verbs: pull, as: IMAGES}}", {"secrets": [OWN]}),
        ("image: 'x:1', environment: {A: '${app.uri}'}", {}),
        ("image: 'app.uri:1'", {}),
    ],
)
def test_an_image_of_a_repository_of_the_platform_is_pulled_without_a_word(
    settings: str, expected: dict[str, Json]
) -> None:
    text = f"{HEAD}repositories: {{app: {{}}, other: {{}}}}\nservices: {{web: {{{settings}}}}}"
    assert faults(text) == ()
    assert pulled(dict(resources(compiled(text)))) == expected


def test_images_that_are_built_are_pulled_from_their_own_repositories() -> None:
    said = "image: {build: ./web}, sidecars: {proxy: {image: {build: ./proxy}}, other: {image: 'x:1'}}"
    text = f"{HEAD}services: {{web: {{{said}}}}}"
    root = compiled(text)
    assert [(one.parameter, one.repository) for one in root.images] == [
        ("WebServiceImage", "demo/dev/services/web"),
        ("WebServiceProxyImage", "demo/dev/services/web/proxy"),
    ]
    found = dict(resources(root))
    arn = "arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/demo/dev/services/web"
    assert pulled(found) == {"image": [{"Fn::Sub": arn}, {"Fn::Sub": f"{arn}/proxy"}]}
    assert {name: one["Image"] for name, one in containers(found).items()} == {
        "web": {"Ref": "WebServiceImage"},
        "proxy": {"Ref": "WebServiceProxyImage"},
        "other": "x:1",
    }
    assert all("Default" not in root.parameters[one.parameter] for one in root.images)


@pytest.mark.parametrize("section", ["services", "jobs"])
@pytest.mark.parametrize(
    ("image", "codes"),
    [
        ("{build: ./web}", []),
        ("{build: '.'}", []),
        ("{build: '../../web', file: 'docker/../Dockerfile'}", []),
        ("{build: /web}", ["bad-path"]),
        ("{build: '~/web'}", ["bad-path"]),
        ("{build: '../../../web'}", ["bad-path"]),
        ("{build: './web-${env}'}", []),
        ("{build: '${main.endpoint}'}", ["bad-path"]),
        ("{build: ./web, file: ../Dockerfile}", ["bad-path"]),
        ("{build: ./web, file: /Dockerfile}", ["bad-path"]),
        ("{build: ./web, args: {HOST: '${main.endpoint}'}}", ["image-build"]),
        ("{build: ./web, platform: linux/amd64}", []),
        ("{build: ./web, platform: linux/arm64}", ["image-build"]),
        ("{build: ./web, platform: linux/arm64/v8}", ["image-build"]),
    ],
)
def test_what_an_image_is_built_from(section: str, image: str, codes: list[str]) -> None:
    assert [one.code for one in faults(f"{HEAD}{section}: {{web: {{image: {image}}}}}")] == codes


def test_a_secret_among_the_arguments_of_a_build_is_told() -> None:
    image = "{build: ./web, args: {NPM_TOKEN: npm_abcdefghijklmnopqrstuvwxyz0123456789}}"
    (told,) = warnings(f"{HEAD}jobs: {{web: {{image: {image}}}}}")
    assert told.code == "secret-in-environment"


def test_the_agent_pulls_the_images_of_all_containers() -> None:
    said = f"sidecars: {{a: {{image: '{ECR}/tools/a:1'}}, b: {{image: '{ECR}/tools/b:1'}}, c: {{image: 'c:1'}}}}"
    policies = built(said)["WebServiceExecutionRole"]["Properties"]["Policies"]
    (image,) = [one for one in policies if one["PolicyName"] == "image"]
    _, pull = image["PolicyDocument"]["Statement"]
    assert [one["Fn::Join"][1][-1] for one in pull["Resource"]] == ["repository/tools/a", "repository/tools/b"]


@pytest.mark.parametrize("section", ["services", "jobs"])
def test_traces_go_to_a_collector_beside_the_container(section: str) -> None:
    found = built("tracing: {}", section)
    collector = containers(found)["collector"]
    assert (collector["Essential"], collector["RestartPolicy"]) == (False, {"Enabled": True})
    assert (collector["User"], collector["ReadonlyRootFilesystem"], collector["Memory"]) == ("1000", True, 128)
    assert collector["Command"] == ["--config=/etc/ecs/ecs-xray.yaml"]
    assert containers(found)["web"]["Environment"] == [{"Name": "OTEL_SERVICE_NAME", "Value": "web"}]
    (role,) = (one for name, one in found.items() if name.endswith("TaskRole"))
    (policy,) = role["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert {action.split(":")[0] for action in statement["Action"]} == {"xray"}


def test_the_collector_has_the_image_and_the_memory_that_are_set() -> None:
    found = built(
        f"tracing: {{image: '{ECR}/tools/collector:1', memory: 256}}, environment: {{OTEL_SERVICE_NAME: shop}}"
    )
    collector = containers(found)["collector"]
    assert (collector["Image"], collector["Memory"]) == (f"{ECR}/tools/collector:1", 256)
    assert containers(found)["web"]["Environment"] == [{"Name": "OTEL_SERVICE_NAME", "Value": "shop"}]
    assert "repository/tools/collector" in str(found["WebServiceExecutionRole"])


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ("tracing: {}, sidecars: {proxy: {image: 'p:1', port: 4319}}", []),
        ("tracing: {}, sidecars: {collector: {image: 'p:1'}}", ["duplicate-name"]),
        ("tracing: {}, sidecars: {proxy: {image: 'p:1', port: 4317}}", ["port-taken"]),
        ("tracing: {}, port: 13133", ["port-taken"]),
        ("tracing: {memory: 511}", []),
        ("tracing: {memory: 512}", ["sidecar-size"]),
        ("tracing: {image: '${app.uri}:1'}", []),
        ("sidecars: {collector: {image: 'p:1', port: 4317}}", []),
    ],
)
def test_a_collector_beside_other_containers(settings: str, codes: list[str]) -> None:
    text = f"{HEAD}repositories: {{app: {{}}}}\nservices: {{web: {{image: 'web:1', {settings}}}}}"
    assert [one.code for one in faults(text)] == codes


@pytest.mark.parametrize(
    ("state", "more", "condition"),
    [
        ("start", "", "START"),
        ("healthy", ", health_check: {command: 'true'}", "HEALTHY"),
        ("complete", ", essential: false", "COMPLETE"),
        ("success", ", essential: false", "SUCCESS"),
    ],
)
def test_the_main_container_waits(state: str, more: str, condition: str) -> None:
    found = containers(built(f"start_after: {{proxy: {state}}}, sidecars: {{proxy: {{image: 'p:1'{more}}}}}"))
    assert found["web"]["DependsOn"] == [{"ContainerName": "proxy", "Condition": condition}]


def test_a_sidecar_waits_for_main_by_that_word() -> None:
    found = containers(built("sidecars: {proxy: {image: 'p:1', start_after: {main: start}}}"))
    assert found["proxy"]["DependsOn"] == [{"ContainerName": "web", "Condition": "START"}]


def test_requests_may_go_to_a_sidecar() -> None:
    found = built("port: 9000, ingress: {sidecar: proxy}, sidecars: {proxy: {image: 'p:1', port: 8080}}")
    (balanced,) = found["WebService"]["Properties"]["LoadBalancers"]
    assert (balanced["ContainerName"], balanced["ContainerPort"]) == ("proxy", 8080)
    assert found["WebServiceTargetGroup"]["Properties"]["Port"] == 8080
    assert found["WebServiceFromInternalLoadBalancer"]["Properties"]["FromPort"] == 8080


def test_a_mount_goes_through_the_access_point_with_the_tasks_role_and_tls() -> None:
    found = built("mounts: {files: {path: /data, read_only: true}}, uses: {files: mount}")
    (volume,) = task(found)["Volumes"]
    assert volume == {
        "Name": "files",
        "EFSVolumeConfiguration": {
            "FilesystemId": {"Ref": "FilesFileSystem"},
            "TransitEncryption": "ENABLED",
            "AuthorizationConfig": {"AccessPointId": {"Ref": "FilesFileSystemDataAccessPoint"}, "IAM": "ENABLED"},
        },
    }
    assert containers(found)["web"]["MountPoints"] == [
        {"SourceVolume": "files", "ContainerPath": "/data", "ReadOnly": True}
    ]
    assert "FilesFileSystem2049FromWebService" in found["WebService"]["DependsOn"]


def test_a_mount_has_the_access_point_that_is_said() -> None:
    found = built("mounts: {shared: {path: /data, access_point: b}}, uses: {shared: mount}")
    (volume,) = task(found)["Volumes"]
    point = volume["EFSVolumeConfiguration"]["AuthorizationConfig"]["AccessPointId"]
    assert point == {"Ref": "SharedFileSystemBAccessPoint"}


@pytest.mark.parametrize(("mounts", "there"), [("true", True), ("false", False)])
def test_sidecars_see_mounts_only_when_they_ask(mounts: str, there: bool) -> None:
    said = f"sidecars: {{p: {{image: 'p:1', mounts: {mounts}}}}}, mounts: {{files: {{path: /data}}}}"
    assert ("MountPoints" in containers(built(f"{said}, uses: {{files: mount}}"))["p"]) is there


def test_a_volume_of_one_name_is_shared() -> None:
    found = built("volumes: {work: /a}, sidecars: {p: {image: 'p:1', volumes: {work: /b, own: /c}}}")
    assert task(found)["Volumes"] == [{"Name": "own"}, {"Name": "work"}]
    seen = {name: [one["ContainerPath"] for one in each["MountPoints"]] for name, each in containers(found).items()}
    assert seen == {"web": ["/a"], "p": ["/c", "/b"]}


def test_a_renamed_file_system_stays_mounted() -> None:
    text = spec("mounts: {documents: {path: /data}}, uses: {documents: mount}")
    renamed = text.replace("files: {}", "documents: {renamed_from: files}")
    (volume,) = task(dict(resources(compiled(renamed))))["Volumes"]
    assert volume["Name"] == "files"


def test_open_files() -> None:
    (limit,) = containers(built("open_files: 131072"))["web"]["Ulimits"]
    assert limit == {"Name": "nofile", "SoftLimit": 131072, "HardLimit": 131072}
    assert "Ulimits" not in containers(built("port: 80"))["web"]


@pytest.mark.parametrize("section", ["services", "jobs"])
@pytest.mark.parametrize(
    ("settings", "code", "help_text"),
    [
        ("sidecars: {web: {image: 'x:1'}}", "duplicate-name", "rename"),
        ("sidecars: {main: {image: 'x:1'}}", "duplicate-name", "rename"),
        ("start_after: {main: start}", "unknown-container", ""),
        ("start_after: {x: start}, sidecars: {xy: {image: 'x:1'}}", "unknown-container", "'xy'"),
        ("start_after: {x: healthy}, sidecars: {x: {image: 'x:1'}}", "start-order", "health_check"),
        ("start_after: {x: success}, sidecars: {x: {image: 'x:1'}}", "start-order", "'essential: false'"),
        ("sidecars: {x: {image: 'x:1', start_after: {main: complete}}}", "start-order", "another state"),
        (
            "sidecars: {a: {image: 'x:1', start_after: {b: start}}, b: {image: 'x:1', start_after: {a: start}}}",
            "start-order",
            "one of them start first",
        ),
        ("sidecars: {x: {image: 'x:1', cpu: 256}}", "sidecar-size", "'cpu'"),
        ("sidecars: {x: {image: 'x:1', memory: 512}}", "sidecar-size", "'memory'"),
        ("sidecars: {x: {image: 'x:1', memory: 32}}", "writable-size", "32 MiB"),
        ("sidecars: {x: {image: 'x:1', port: 80}, y: {image: 'x:1', port: 80}}", "port-taken", "another port"),
        ("volumes: {a: /x, b: /x}", "folder-taken", "another folder"),
        ("volumes: {a: /tmp}", "folder-taken", "another folder"),
        ("mounts: {file: {path: /x}}", "unknown-component", "'files'"),
        ("mounts: {main: {path: /x}}", "unknown-component", ""),
        ("mounts: {files: {path: /x}}", "missing-property", "'uses: {filesystems.files: mount}'"),
        ("mounts: {shared: {path: /x}}, uses: {shared: mount}", "missing-property", "a, b"),
        ("mounts: {shared: {path: /x, access_point: c}}, uses: {shared: mount}", "not-allowed", "a, b"),
        ("mounts: {files: {path: /x}}, volumes: {files: /y}, uses: {files: mount}", "duplicate-name", "rename"),
        (
            "sidecars: {x: {image: 'x:1', mounts: true, volumes: {v: /x}}}, "
            "mounts: {files: {path: /x}}, uses: {files: mount}",
            "folder-taken",
            "another folder",
        ),
    ],
)
def test_faults(section: str, settings: str, code: str, help_text: str) -> None:
    (found,) = faults(spec(settings, section))
    assert (found.code, found.component) == (code, f"{section}.web")
    assert help_text in found.suggestion


@pytest.mark.parametrize("folder", ["/tmp", "/x"])
def test_a_folder_may_be_mounted_where_the_root_is_writable(folder: str) -> None:
    assert faults(spec(f"volumes: {{a: {folder}}}, read_only_root: false")) == ()
