"""How an import reads, in each form of a review."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from compiler.source.json_value import Json
from reviewer.change import Change, ComponentChange, Review, ServiceChange, review_from_json
from reviewer.files import FORMS, review_json
from reviewer.sides import Before, sides_of
from reviewer.view import render
from tests.deployer.platforms import messaging, platform

BUCKET = "AWS::S3::Bucket"
REVIEW = Review(
    platform="shop",
    environment="prod",
    stack="shop-prod",
    region="us-east-1",
    account="1",
    operation="import",
    changes=(Change("Import", "data", "MediaBucket", BUCKET, "buckets.media", note="is my-media"),),
    components=(ComponentChange("buckets.media", "import", resources=1, place="shop.yaml:3:4"),),
    service=(ServiceChange("Import", "MediaBucket", BUCKET, stack="DataStack"),),
    notes=("an import changes no setting",),
)


def test_an_import_says_what_becomes_which_resource() -> None:
    lines = render(REVIEW).splitlines()
    assert lines[0] == "shop · prod · import · us-east-1 · account 1"
    assert lines[1] == "No risks found."
    assert lines[3] == "← buckets.media  imported  MediaBucket is my-media  shop.yaml:3:4"
    assert "Components: 1 imported. Resources: 1. CloudFormation's own change set agrees." in lines
    assert "| ← | `buckets.media` | imported | `MediaBucket is my-media` | shop.yaml:3:4 |" in FORMS[".md"]([REVIEW])
    assert '<span class="sign import">←</span>' in FORMS[".html"]([REVIEW])


def test_its_json_is_as_published() -> None:
    file = Path(__file__).parents[2] / "schema" / "review.schema.json"
    schema: Json = json.loads(file.read_text(encoding="utf-8"))
    data = json.loads(review_json([REVIEW]))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []
    assert review_from_json(data["reviews"][0]) == REVIEW


def test_what_was_imported_belongs_to_the_component_that_compiles_it() -> None:
    """The root records components with its next deployment; of a stack deployed by other means it never did."""
    compiled = platform("shop", messaging())
    templates = {"": compiled.root.body, "MessagingStack": compiled.children[0].body}
    recorded = sides_of(Before(templates, origins={"MessagingStack": {}}), compiled, {})
    assert recorded.before.origins["MessagingStack"] == {"JobsQueue": "queues.jobs"}
    assert recorded.stays("queues.jobs")
    assert sides_of(Before(templates), compiled, {}).before.origins == {}
