"""What an error of AWS means: which exit status and code it has, and which next step a message names."""

from __future__ import annotations

from dataclasses import replace

import boto3
import pytest
from botocore.exceptions import ClientError, FlexibleChecksumError, IncompleteReadError, ResponseStreamingError
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber

from compiler.source.json_value import Json
from deployer.bucket import ensure_bucket, upload
from deployer.errors import REFUSED, UNREACHABLE, DeployError
from deployer.faults import check_whole, error_code, explained, read
from deployer.history.ledger import Archive, open_ledger
from deployer.session import Aws


def fault(code: str, status: int = 400, operation: str = "DescribeStacks") -> ClientError:
    response: Json = {"Error": {"Code": code, "Message": "words"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


CUT = (
    ResponseParserError("cut"),
    FlexibleChecksumError(error_msg="Expected checksum onFgBw== did not match calculated checksum: IkyLBQ=="),
    IncompleteReadError(actual_bytes=3, expected_bytes=6),
    ResponseStreamingError(error="connection reset"),
)
"""What the SDK raises for half of an answer, of an object too."""


@pytest.mark.parametrize(
    ("raised", "exit_code", "code"),
    [
        (fault("ExpiredToken", 403), UNREACHABLE, "no-credentials"),
        (fault("RequestExpired"), UNREACHABLE, "no-credentials"),
        (fault("RequestLimitExceeded", 503), UNREACHABLE, "unreachable"),
        (fault("TooManyRequestsException", 429), UNREACHABLE, "unreachable"),
        (fault("InternalError", 500), UNREACHABLE, "unreachable"),
        (fault("503", 503, "HeadBucket"), UNREACHABLE, "unreachable"),
        (fault("404", 404, "GetBucketPolicy"), UNREACHABLE, "unreachable"),
        (fault("UnauthorizedOperation", 403), REFUSED, "access-denied"),
        (fault("ValidationError"), REFUSED, "aws-refused"),
        *((one, UNREACHABLE, "unreachable") for one in CUT),
    ],
    ids=lambda value: error_code(value) if isinstance(value, ClientError) else type(value).__name__,
)
def test_what_an_error_means(raised: Exception, exit_code: int, code: str) -> None:
    with pytest.raises(DeployError, match="while trying") as caught, explained("trying"):
        raise raised
    assert (caught.value.exit_code, caught.value.diagnostics[0].code) == (exit_code, code)
    assert caught.value.hint


def test_what_is_cut_is_asked_for_again() -> None:
    answers: list[Json] = []

    def call() -> Json:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    for cut in (fault("404", 404, "GetBucketPolicy"), *CUT):
        answers[:] = [cut, cut, "whole"]
        assert read(call) == "whole"
    with pytest.raises(ClientError):
        answers[:] = [fault("404", 404, "HeadBucket")]
        read(call)


@pytest.mark.parametrize(("body", "cut"), [(b'{"KeyMetadata": {', True), (b'{"KeyMetadata": {}}', False), (b"", False)])
def test_half_of_a_json_answer_is_no_answer(body: bytes, cut: bool) -> None:
    model = boto3.client("kms", region_name="us-east-1").meta.service_model.operation_model("DescribeKey")
    answer = {"body": body, "status_code": 200}
    if cut:
        with pytest.raises(ResponseParserError, match="DescribeKey: the answer is cut short"):
            check_whole(model, answer)
    else:
        check_whole(model, answer)
    check_whole(model, {**answer, "status_code": 400})  # an error's text is read as it is


@pytest.mark.parametrize(
    ("status", "identity", "code", "exit_code"),
    [
        (403, "", "access-denied", REFUSED),
        (403, "ExpiredToken", "no-credentials", UNREACHABLE),
        (400, "ExpiredToken", "no-credentials", UNREACHABLE),
        (400, "", "aws-refused", REFUSED),
    ],
)
def test_a_head_that_is_refused_is_told_by_asking_who_calls(
    aws: Aws, status: int, identity: str, code: str, exit_code: int
) -> None:
    """Scripted: a HEAD has no body, so that 403 and 400 mean several things."""
    s3, sts = (
        boto3.client(name, "us-east-1", aws_access_key_id="x", aws_secret_access_key="x") for name in ("s3", "sts")
    )
    asked = replace(aws, s3=s3, client=lambda _service, _region: sts, caller="arn:aws:iam::000000000000:user/x")
    for call, permission in (
        (lambda: ensure_bucket(asked, "theirs"), "s3:ListBucket"),
        (lambda: open_ledger(asked, Archive(bucket="records"), "shop"), "s3:ListBucket"),
        (lambda: upload(asked, "ours", "key", b"x"), "s3:GetObject"),
    ):
        with Stubber(s3) as storage, Stubber(sts) as tokens:
            for operation in ("head_bucket", "head_object"):
                if (operation == "head_bucket") == (permission == "s3:ListBucket"):
                    storage.add_client_error(operation, str(status), http_status_code=status)
            if identity:
                tokens.add_client_error("get_caller_identity", identity, "expired", 403)
            else:
                tokens.add_response("get_caller_identity", {"Account": aws.account})
            with pytest.raises(DeployError) as caught:
                call()
            assert (caught.value.exit_code, caught.value.diagnostics[0].code) == (exit_code, code)
            assert (permission in caught.value.message) == (code == "access-denied")
