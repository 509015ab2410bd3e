"""Events of databases and document databases: what is subscribed to, who may publish, and what a spec can get wrong."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings
from tests.kinds.database_specs import AURORA, PROXIED, REPLICAS, spec

TOPICS = "topics: {alerts: {}, others: {}, ordered: {fifo: true}}\n"
POSTGRES = "engine: postgres, version: '17'"
DOCUMENTS = "version: '5.0.0', instances: 2"
FAR = "arn:aws:sns:eu-west-1:222222222222:alerts"
NEAR = "arn:aws:sns:us-east-1:222222222222:alerts"


def built(settings: str, events: str = "alerts", topics: str = TOPICS) -> Mapping[str, Json]:
    return resources(compiled(spec(f"{settings}, events: {events}", topics)))


def of_documents(settings: str, events: str = "alerts") -> str:
    return spec().partition("databases:")[0] + f"documents: {{main: {{{settings}, events: {events}}}}}\n{TOPICS}"


def subscribed(found: Mapping[str, Json]) -> dict[str, tuple[str, list[str], Json]]:
    """Logical id of each subscription → source type, logical ids of the sources, categories."""
    return {
        name: (
            body["Properties"]["SourceType"],
            [one["Ref"] for one in body["Properties"]["SourceIds"]],
            body["Properties"].get("EventCategories"),
        )
        for name, body in found.items()
        if body["Type"].endswith("::EventSubscription")
    }


def test_a_name_is_the_topic_of_all_events_of_an_instance_its_replicas_and_parameters() -> None:
    assert subscribed(built(REPLICAS)) == {
        "MainDatabaseInstanceEvents": (
            "db-instance",
            ["MainDatabase", "MainDatabaseReplica1", "MainDatabaseReplica2"],
            None,
        ),
        "MainDatabaseParameterEvents": ("db-parameter-group", ["MainDatabaseParameters"], None),
    }


def test_an_aurora_cluster_has_events_beside_those_of_its_instances() -> None:
    assert subscribed(built(f"{AURORA}, readers: 1")) == {
        "MainDatabaseInstanceEvents": ("db-instance", ["MainDatabaseInstance1", "MainDatabaseInstance2"], None),
        "MainDatabaseClusterEvents": ("db-cluster", ["MainDatabaseCluster"], None),
    }


def test_a_proxy_has_its_own() -> None:
    assert subscribed(built(PROXIED))["MainDatabaseProxyEvents"] == ("db-proxy", ["MainDatabaseProxy"], None)


def test_a_cluster_of_documents_has_them_by_its_own_type() -> None:
    found = resources(compiled(of_documents(DOCUMENTS)))
    assert subscribed(found) == {
        "MainDocumentsInstanceEvents": ("db-instance", ["MainDocumentsInstance1", "MainDocumentsInstance2"], None),
        "MainDocumentsClusterEvents": ("db-cluster", ["MainDocuments"], None),
    }
    assert found["MainDocumentsClusterEvents"]["Type"] == "AWS::DocDB::EventSubscription"


def test_a_subscription_comes_after_the_policy_and_reads_the_topic() -> None:
    found = built(POSTGRES)["MainDatabaseInstanceEvents"]
    assert found["Type"] == "AWS::RDS::EventSubscription"
    assert found["Properties"]["SnsTopicArn"] == {"Ref": "AlertsTopic"}
    assert "SubscriptionName" not in found["Properties"]
    root = compiled(spec(f"{POSTGRES}, events: alerts", TOPICS)).root.body["Resources"]
    assert "MessagingStack" in str(root["DataStack"])


@pytest.mark.parametrize(
    ("settings", "events", "expected"),
    [
        (
            POSTGRES,
            "{topic: alerts, instances: [failover, low storage], parameters: false}",
            {"MainDatabaseInstanceEvents": ["failover", "low storage"]},
        ),
        (POSTGRES, "{topic: alerts, instances: []}", {"MainDatabaseParameterEvents": None}),
        (
            AURORA,
            "{topic: alerts, instances: [], cluster: [global-failover]}",
            {"MainDatabaseClusterEvents": ["global-failover"]},
        ),
        (
            PROXIED,
            "{topic: alerts, instances: [], parameters: false, proxy: [failure]}",
            {"MainDatabaseProxyEvents": ["failure"]},
        ),
    ],
)
def test_the_long_form_says_which(settings: str, events: str, expected: dict[str, Json]) -> None:
    assert {name: one[2] for name, one in subscribed(built(settings, events)).items()} == expected


def test_turned_off_they_stay() -> None:
    off, on = built(POSTGRES, "{topic: alerts, enabled: false}"), built(POSTGRES, "{topic: alerts}")
    assert off["MainDatabaseInstanceEvents"]["Properties"]["Enabled"] is False
    assert on == built(POSTGRES)


def test_only_databases_of_this_account_and_region_may_publish_to_that_topic() -> None:
    for found in (built(POSTGRES), resources(compiled(of_documents(DOCUMENTS)))):
        _, allow = found["AlertsTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        assert (allow["Effect"], allow["Principal"]) == ("Allow", {"Service": "events.rds.amazonaws.com"})
        assert (allow["Action"], allow["Resource"]) == (["sns:Publish"], [{"Ref": "AlertsTopic"}])
        assert allow["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
            "ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:*"}},
        }
        assert "rds.amazonaws.com" not in str(found["OthersTopicPolicy"])


def test_rds_may_use_the_key_of_that_topic_and_only_then() -> None:
    statements = built(POSTGRES)["PlatformKey"]["Properties"]["KeyPolicy"]["Statement"]
    (one,) = (one for one in statements if one.get("Principal") == {"Service": "events.rds.amazonaws.com"})
    assert (one["Effect"], one["Action"]) == ("Allow", ["kms:Decrypt", "kms:GenerateDataKey"])
    without = resources(compiled(spec(POSTGRES, TOPICS)))
    assert "events.rds" not in str(without["PlatformKey"]) + str(without["AlertsTopicPolicy"])


def test_statements_of_rds_and_of_eventbridge_in_one_key_have_two_names() -> None:
    bus = "buses: {orders: {rules: {all: {pattern: {source: [shop]}, to: alerts}}}}\n"
    found = built(POSTGRES, topics=TOPICS + bus)
    sids = [one["Sid"] for one in found["PlatformKey"]["Properties"]["KeyPolicy"]["Statement"]]
    assert {"ServiceEvents", "ServiceRdsEvents"} <= set(sids)
    assert len(sids) == len(set(sids))


def test_the_policy_and_the_key_of_an_existing_topic_are_not_ours() -> None:
    found = built(POSTGRES, topics=f"topics: {{alerts: {{existing: '{NEAR}'}}}}\n")
    subscription = found["MainDatabaseInstanceEvents"]
    assert subscription["Properties"]["SnsTopicArn"] == NEAR
    assert "DependsOn" not in subscription
    assert "events.rds" not in str(found["PlatformKey"])


@pytest.mark.parametrize(
    ("settings", "events", "code", "at"),
    [
        (POSTGRES, "ordered", "fifo-limit", "ordered"),
        (POSTGRES, "{topic: ordered}", "fifo-limit", "ordered"),
        (POSTGRES, "nobody", "unknown-component", "nobody"),
        (POSTGRES, "encryption", "wrong-kind", "encryption"),
        (POSTGRES, "{instances: [failure]}", "missing-property", "{instances"),
        (POSTGRES, "{topic: alerts, cluster: [failover]}", "unused-setting", "[failover]"),
        (POSTGRES, "{topic: alerts, proxy: [failure]}", "unused-setting", "[failure]"),
        (POSTGRES, "{topic: alerts, instances: [], parameters: false}", "unused-setting", "{topic"),
        (AURORA, "{topic: alerts, parameters: false}", "unused-setting", "false"),
        (AURORA, "{topic: alerts, instances: [], cluster: []}", "unused-setting", "{topic"),
        (POSTGRES, "{topic: alerts, instances: [Failure]}", "bad-value", "Failure"),
    ],
)
def test_what_events_of_a_database_can_not_be(settings: str, events: str, code: str, at: str) -> None:
    text = spec(f"{settings}, events: {events}", TOPICS)
    (found,) = faults(text)
    assert (found.code, found.component) == (code, "databases.main")
    assert text.splitlines()[found.place.line - 1][found.place.column - 1 :].startswith(at)


@pytest.mark.parametrize(
    ("settings", "events", "code"),
    [
        (DOCUMENTS, "ordered", "fifo-limit"),
        (DOCUMENTS, "{topic: alerts, instances: [], cluster: []}", "unused-setting"),
        ("elastic: {shards: 2, capacity: 4}, keep: delete", "alerts", "unused-setting"),
    ],
)
def test_what_events_of_documents_can_not_be(settings: str, events: str, code: str) -> None:
    assert [one.code for one in faults(of_documents(settings, events))] == [code]


def test_a_topic_of_another_region_gets_none() -> None:
    (found,) = faults(spec(f"{POSTGRES}, events: alerts", f"topics: {{alerts: {{existing: '{FAR}'}}}}\n"))
    assert (found.code, found.suggestion) == ("not-allowed", "name a topic of us-east-1")
    assert found.message == "'alerts' is in eu-west-1, and RDS notifies topics of its own region, us-east-1, only"


def test_a_category_that_is_not_known_is_passed_with_a_warning() -> None:
    text = spec(f"{POSTGRES}, events: {{topic: alerts, instances: [failovers]}}", TOPICS)
    assert [(one.code, one.suggestion) for one in warnings(text)] == [("unknown-value", "did you mean 'failover'?")]
    found = resources(compiled(text))["MainDatabaseInstanceEvents"]["Properties"]
    assert found["EventCategories"] == ["failovers"]


def test_an_existing_database_takes_no_subscriptions() -> None:
    existing = "{host: a.b.us-east-1.rds.amazonaws.com, security_group: sg-0123456789abcdef0, secret: "
    existing += "'arn:aws:secretsmanager:us-east-1:222222222222:secret:shop-AbCdEf'}"
    found = faults(spec(f"engine: postgres, existing: {existing}, events: alerts", TOPICS))
    assert [(one.code, one.component) for one in found] == [("bad-name", "databases.main")]
