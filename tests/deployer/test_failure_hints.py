"""Reasons as CloudFormation words them, and the hint that each gets."""

from __future__ import annotations

import boto3
import pytest

from deployer.failure_hints import HANDLER, HINTS, fitting

REASONS = [
    ("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)", "bucket not empty"),
    (
        "The repository with name 'web' in registry with id '1' cannot be deleted because it still contains images",
        "image repository not empty",
    ),
    (
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
        "secret scheduled for deletion",
    ),
    (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename jobs and update",
        "custom name in the way of a replacement",
    ),
    (
        "One or more of the CNAMEs you provided are already associated with a different resource. (HandlerErrorCode: "
        "AlreadyExists)",
        "domain name used by another distribution",
    ),
    (
        "shop-orders already exists in stack arn:aws:cloudformation:eu-west-1:1:stack/other/1",
        "name taken by another stack",
    ),
    ("Resource of type 'AWS::SQS::Queue' with identifier 'jobs' already exists.", "name taken"),
    ("The security token included in the request is expired (Service: Ecs)", "credentials expired"),
    (
        "The role defined for the function cannot be assumed by Lambda. (Service: Lambda, HandlerErrorCode: "
        "InvalidRequest)",
        "role not assumable",
    ),
    (
        'User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::site" '
        "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
        "public access blocked",
    ),
    (
        "User: arn:aws:iam::1:user/x is not authorized to perform: sqs:CreateQueue on resource: y because no "
        "identity-based policy allows the action",
        "permission missing",
    ),
    (
        "Cannot perform more than one GSI creation or deletion in a single update (HandlerErrorCode: InvalidRequest)",
        "one index an update",
    ),
    ("The maximum number of addresses has been reached. (HandlerErrorCode: ServiceLimitExceeded)", "quota reached"),
    ("Rate exceeded (Service: Lambda, Status Code: 429, HandlerErrorCode: Throttling)", "throttled"),
    ("Too Many Requests (Service: Lambda; Error Code: TooManyRequestsException)", "throttled"),
    ("InsufficientDBInstanceCapacity: db.t4g.micro", "no capacity"),
    (
        "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'. (HandlerErrorCode: "
        "GeneralServiceException)",
        "containers do not start",
    ),
    ("Custom Resource failed to stabilize in expected time.", "custom resource without an answer"),
    ("WaitCondition timed out. Received 0 conditions when expecting 1", "no signal"),
    ("Exceeded attempts to wait (HandlerErrorCode: NotStabilized)", "not ready in time"),
    ("Export shop:VpcId cannot be deleted as it is in use by web", "export in use"),
    ("resource sg-9f14bae0 has a dependent object (Service: Ec2, Status Code: 400)", "still in use"),
    ("The vpc 'vpc-1' has dependencies and cannot be deleted. (HandlerErrorCode: InvalidRequest)", "still in use"),
    (
        "Cannot delete protected DB Instance, please disable deletion protection and try again.",
        "protected from deletion",
    ),
    ("Invalid principal in policy: AWS:arn:aws:iam::1:role/x (HandlerErrorCode: InvalidRequest)", "principal unknown"),
    ("Invalid request provided: x (HandlerErrorCode: NotUpdatable)", "no change in place"),
    ("The operation cannot be performed at this time (HandlerErrorCode: ResourceConflict)", "busy resource"),
    ("Internal Failure", "internal failure of the service"),
    ("Queue does not exist (HandlerErrorCode: NotFound)", "resource gone"),
]


@pytest.mark.parametrize(("reason", "about"), REASONS)
def test_a_reason_gets_its_hint(reason: str, about: str) -> None:
    first = next(hint for hint in HINTS if hint.fits(reason))
    assert (first.about, fitting(reason)) == (about, first)


def test_each_hint_is_reached_by_a_reason_and_is_there_once() -> None:
    assert [hint.about for hint in HINTS] == list(dict.fromkeys(about for _, about in REASONS))


def test_an_unknown_reason_gets_no_hint() -> None:
    assert fitting("Value 3 for parameter x is invalid") is None


@pytest.mark.parametrize("source", sorted({hint.source for hint in HINTS}))
def test_a_source_is_a_page_of_aws_or_an_exception_of_its_api(source: str) -> None:
    if not source.startswith("https://docs.aws.amazon.com/"):
        service, exception = source.split(":")
        model = boto3.client(service, region_name="us-east-1").meta.service_model
        assert exception in model.shape_names
        assert model.shape_for(exception).metadata.get("exception")


@pytest.mark.parametrize("code", ["AccessDenied", "AlreadyExists", "NotFound", "NotStabilized", "NotUpdatable"])
def test_codes_of_handlers_are_those_of_the_api(code: str) -> None:
    model = boto3.client("cloudformation", region_name="us-east-1").meta.service_model
    assert code in model.shape_for("HandlerErrorCode").enum
    assert any(hint.fits(f"x (HandlerErrorCode: {code})") and hint.source for hint in HINTS)
    assert HANDLER.endswith("errors.html")
