"""The lock file: what it tells the compiler, when it does not count, and that no content of it gives a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.language.schema import load_schema
from compiler.meaning.lock import Lock, lock_file, read_lock, write_lock
from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from compiler.stacks.emit import render
from tests.kinds.building import resources

SCHEMA = load_schema()
HEAD = "platform: demo\nenvironments: {dev: {posture: development}, prod: {posture: production}}\n"
NETWORK = "network: {existing: {vpc: vpc-10000000}}\nparameters: {range: {value: '${network.cidr}'}}\n"
KEY = "arn:aws:kms:us-east-1:222222222222:key/12345678-1234-1234-1234-123456789012"
HERE = {"account": "222222222222", "region": "us-east-1"}
FOUND = {"cidr": "10.0.0.0/16", "private": ["subnet-10000000", "subnet-20000000"]}
LOCK: Json = {"dev": {**HERE, "network": {"asked": {"vpc": "vpc-10000000"}, "found": FOUND}}}


def written(folder: Path, text: str, lock: Json) -> str:
    spec = folder / "spec.yaml"
    spec.write_text(HEAD + text)
    (folder / "spec.lock.json").write_text(lock if isinstance(lock, str) else json.dumps(lock))
    return str(spec)


def faults(folder: Path, text: str, lock: Json, environment: str = "dev") -> list[str]:
    try:
        compile_spec(written(folder, text, lock), (environment,))
    except SpecError as problem:
        return [str(one).replace(str(folder), "") for one in problem.diagnostics]
    return []


def test_what_the_lock_tells_is_as_if_the_spec_said_it(tmp_path: Path) -> None:
    (compiled,) = compile_spec(written(tmp_path, NETWORK, LOCK), ("dev",))
    assert resources(compiled)["RangeParameter"]["Properties"]["Value"] == "10.0.0.0/16"


def test_the_golden_gives_the_same_whether_said_or_looked_up(tmp_path: Path) -> None:
    golden = Path(__file__).parent / "golden" / "existing" / "spec.yaml"
    spec = yaml.safe_load(golden.read_text(encoding="utf-8"))
    sections: dict[str, Json] = {}
    for section, kind in SCHEMA.kinds.items():
        about = kind.get("x-existing", {})
        if about.get("finds"):
            named = {"": spec[section]} if SCHEMA.singleton(section) else spec[section]
            said = {name: one for name, one in named.items() if isinstance(one.get("existing"), dict)}
            entries = {name: _moved(one, about) for name, one in said.items()}
            sections |= {section: entries.get("", entries)} if entries else {}
    moved = written(tmp_path, "", {"dev": {**HERE, **sections}})
    Path(moved).write_text(yaml.safe_dump(spec, sort_keys=False))
    assert {"network", "databases", "caches", "filesystems", "domains", "email", "tables", "buckets"} <= sections.keys()
    assert render(compile_spec(moved), "json") == render(compile_spec(str(golden)), "json")
    (tmp_path / "spec.lock.json").unlink()
    with pytest.raises(SpecError):
        check_spec(moved)


def _moved(component: Json, about: Json) -> Json:
    """A lock's entry with the words that it takes out of a component."""
    said = component["existing"]
    found = {word: said.pop(word) for word in about["finds"] if word in said and word != "id"}
    asked = {**said, **{word: component[word] for word in about.get("by", ())}}
    return {"asked": asked | ({"region": "us-east-1"} if "abroad" in about else {}), "found": found}


def test_what_the_spec_says_itself_wins(tmp_path: Path) -> None:
    said, asked = (
        "{vpc: vpc-10000000, cidr: 10.7.0.0/16}",
        {"vpc": "vpc-10000000", "cidr": "10.7.0.0/16"},
    )
    lock = {"dev": {**HERE, "network": {"asked": asked, "found": FOUND}}}
    (compiled,) = compile_spec(written(tmp_path, NETWORK.replace("{vpc: vpc-10000000}", said), lock), ("dev",))
    assert resources(compiled)["RangeParameter"]["Properties"]["Value"] == "10.7.0.0/16"


def test_an_id_alone_becomes_a_whole_one_or_gets_its_key(tmp_path: Path) -> None:
    entry = {"asked": {"id": "alias/shop"}, "found": {"id": KEY}}
    queue = {"asked": {"id": "orders"}, "found": {"key": KEY}}
    text = "keys: {signing: {existing: alias/shop}}\nqueues: {orders: {existing: orders}}\n"
    lock = {"dev": {**HERE, "keys": {"signing": entry}, "queues": {"orders": queue}}}
    (checked,) = check_spec(written(tmp_path, text, lock), ("dev",))
    assert checked.document.data["keys"]["signing"]["existing"] == KEY
    assert checked.document.data["queues"]["orders"]["existing"] == {"id": "orders", "key": KEY}


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        ({}, "attributes of the existing resource are not set: private"),
        ({"prod": LOCK["dev"]}, "attributes of the existing resource are not set: private"),
        ({"dev": HERE}, "attributes of the existing resource are not set: private"),
        (
            {"dev": {**HERE, "network": {"asked": {"vpc": "vpc-20000000"}, "found": FOUND}}},
            "the attributes of another resource than 'vpc-10000000'",
        ),
        ({"dev": {**LOCK["dev"], "region": "eu-west-1"}}, "the attributes of another resource than 'vpc-10000000'"),
    ],
)
def test_what_the_lock_does_not_tell_is_asked_for(tmp_path: Path, lock: Json, message: str) -> None:
    (fault,) = faults(tmp_path, NETWORK, lock)
    assert fault.startswith("/spec.yaml:3:21: error[existing-unknown]: network: ")
    assert message in fault
    assert "run: stackwright lookup /spec.yaml --env dev" in fault


def test_a_lock_of_another_account_does_not_count(tmp_path: Path) -> None:
    spec = Path(written(tmp_path, NETWORK, LOCK))
    for account, counts in (("222222222222", True), ("333333333333", False)):
        text = (HEAD + NETWORK).replace("posture: development", f"posture: development, account: '{account}'")
        spec.write_text(text)
        try:
            check_spec(str(spec), ("dev",))
            assert counts
        except SpecError as problem:
            assert not counts and problem.diagnostics[0].code == "existing-unknown"


def test_a_renamed_bucket_does_not_lose_its_key_silently(tmp_path: Path) -> None:
    entry = {"asked": {"id": "old"}, "found": {"key": KEY}}
    lock: Json = {"dev": {**HERE, "buckets": {"media": {**entry, "asked": {"id": "new"}}}}}
    assert faults(tmp_path, "buckets: {media: {existing: new}}\nqueues: {jobs: {}}\n", lock) == []
    lock["dev"]["buckets"]["media"] = entry
    assert "another resource than 'new'" in faults(tmp_path, "buckets: {media: {existing: new}}\n", lock)[0]


def test_a_certificate_for_another_region_does_not_count(tmp_path: Path) -> None:
    """It was found for an API, and now a cdn serves the domain."""
    text = (
        "region: eu-west-1\ndomains: {site: {domain: example.com, existing: {}}}\nbuckets: {static: {}}\n"
        "cdn: {front: {paths: {'/*': static}, domain: site}}\n"
    )
    found = {"zone": "Z1", "certificate": "arn:aws:acm:eu-west-1:222222222222:certificate/x"}
    entry = {"asked": {"domain": "example.com", "region": "eu-west-1"}, "found": found}
    lock: Json = {"dev": {**HERE, "region": "eu-west-1", "domains": {"site": entry}}}
    assert "another resource than 'example.com'" in faults(tmp_path, text, lock)[0]
    entry["asked"] = {"domain": "example.com", "region": "us-east-1"}
    found["certificate"] = found["certificate"].replace("eu-west-1", "us-east-1")
    assert faults(tmp_path, text, lock) == []


@pytest.mark.parametrize(
    ("lock", "start"),
    [
        ("", ":1:1: error[empty-file]"),
        ("[]", ":1:1: error[not-a-mapping]"),
        ('{"dev": {\n<<<<<<< HEAD\n "account": "1",\n=======\n', ":2:1: error[yaml-syntax]"),
        ('{"dev": 1}', ":1:9: error[wrong-type]"),
        ('{"dev": {"account": "1", "region": "x"}}', ":1:21: error[bad-value]"),
        ('{"dev": {"region": "x"}}', ":1:9: error[missing-property]"),
        ('{"dev": {"account": "222222222222", "region": "x", "roles": {}}}', ":1:52: error[unknown-property]"),
        ('{"dev": {"account": "222222222222", "region": "x", "network": {"found": {}}}}', ":1:63: error[missing"),
        (json.dumps(LOCK).replace("subnet-20000000", "subnet-x"), ":1:"),
        (json.dumps(LOCK).replace('"cidr"', '"cdir"'), ":1:"),
    ],
)
def test_a_lock_that_is_none_is_told_at_its_place(tmp_path: Path, lock: str, start: str) -> None:
    first, *_ = faults(tmp_path, NETWORK, lock)
    assert first.startswith(f"/spec.lock.json{start}")
    assert first.endswith("delete it and run: stackwright lookup")


def test_a_lock_with_stacks_is_not_to_be_deleted(tmp_path: Path) -> None:
    (only,) = faults(tmp_path, NETWORK, '{"dev": {"stacks": {"compute-2": ')
    assert only.endswith("restore it from version control, as it has the stacks of resources")


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(HEAD + NETWORK)
    (tmp_path / "spec.lock.json").mkdir()
    with pytest.raises(SpecError) as caught:
        check_spec(str(tmp_path / "spec.yaml"))
    assert caught.value.diagnostics[0].code == "unreadable-file"


anything = st.recursive(
    st.sampled_from([None, True, 1, "", "x", "vpc-10000000", "id"]),
    lambda child: (
        st.lists(child, max_size=2)
        | st.dictionaries(st.sampled_from(["dev", "network", "asked", "found", "region", "account", "queues"]), child)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(anything)
def test_whatever_a_lock_holds_is_used_or_told(tmp_path: Path, lock: Json) -> None:
    assert all("error[" in one for one in faults(tmp_path, NETWORK, {"dev": {**LOCK["dev"], "network": lock}}))
    assert all("error[" in one for one in faults(tmp_path, NETWORK, json.dumps(lock)))


def test_a_lock_is_written_sorted_and_read_again(tmp_path: Path) -> None:
    spec = str(tmp_path / "spec.yaml")
    lock = read_lock(spec, SCHEMA).with_environment("dev", LOCK["dev"], ("dev", "prod"))
    write_lock(lock)
    text = (tmp_path / "spec.lock.json").read_text()
    assert text == json.dumps(LOCK, indent=2, sort_keys=True) + "\n"
    assert read_lock(spec, SCHEMA) == lock
    assert lock.attributes("dev", SCHEMA) == {"network.cidr": FOUND["cidr"], "network.private": FOUND["private"]}
    assert [path.name for path in tmp_path.iterdir()] == ["spec.lock.json"]


def test_environments_that_are_gone_leave_the_lock_and_others_stay(tmp_path: Path) -> None:
    lock = Lock("x", {"dev": LOCK["dev"], "old": LOCK["dev"]}).with_environment("prod", LOCK["dev"], ("dev", "prod"))
    assert sorted(lock.data) == ["dev", "prod"]
    assert lock.with_environment("prod", HERE, ("dev", "prod")).data == {"dev": LOCK["dev"]}


def test_nothing_found_makes_no_file(tmp_path: Path) -> None:
    write_lock(Lock(lock_file(str(tmp_path / "spec.yaml")), {}))
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_can_not_be_written_stays(tmp_path: Path) -> None:
    file = tmp_path / "gone" / "spec.lock.json"
    with pytest.raises(SpecError) as caught:
        write_lock(Lock(str(file), LOCK))
    assert caught.value.diagnostics[0].code == "unwritable-output"
