"""Ask AWS about one existing resource: clients, responses that mean "not found", and KMS keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from botocore.exceptions import ClientError

from compiler.meaning.existing_facts import arn_parts
from compiler.meaning.lookup import ExistingComponent
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.faults import error_code, read
from deployer.session import Aws

_NONE = re.compile("NotFound|NoSuch|NonExist|NotExist|Malformed")
_AWS_ALIAS = "alias/aws/"


class Unfound(Exception):
    """The resource does not exist, or several match."""


@frozen(eq=True)
class Question:
    """The component to ask about, the account to ask, and the form of its ARN."""

    component: ExistingComponent
    aws: Aws
    arn_form: str

    @property
    def settings(self) -> Mapping[str, Json]:
        return self.component.settings

    @property
    def attributes(self) -> Mapping[str, Json]:
        """The attributes that `existing` sets."""
        return self.component.attributes

    @property
    def id(self) -> str:
        return str(self.attributes.get("id", ""))

    @property
    def name(self) -> str:
        """The id, or the name in an ARN."""
        return str(arn_parts(self.arn_form, self.id)["name"]) if self.id.startswith("arn:") else self.id

    @property
    def arn(self) -> str:
        """The id, or the ARN that it has in this account and region."""
        if self.id.startswith("arn:"):
            return self.id
        here = {"partition": self.aws.s3.meta.partition, "region": self.region, "account": self.aws.account}
        return self.arn_form.format(**here, name=self.id)

    @property
    def region(self) -> str:
        return _of_arn(self.id, 3) or self.component.region

    @property
    def account(self) -> str:
        return _of_arn(self.id, 4) or self.aws.account

    def wants(self, word: str) -> bool:
        return word in self.component.unset

    def client(self, service: str) -> Json:
        return self.aws.client(service, self.region)

    def pages(self, service: str, operation: str, items: str, **request: Json) -> Iterator[Json]:
        """All items of a paginated response."""
        pages = self.client(service).get_paginator(operation).paginate(**request)
        for page in self.ask(lambda: list(pages)):
            yield from page.get(items) or ()

    def ask(self, call: Callable[[], Json], called: str = "") -> Json:
        """The response of a request. Raises `Unfound` when it means that the resource `called` does not exist."""
        response = maybe(call)
        if response is None:
            called = called or self.id or next(iter(self.attributes.values()), "")
            raise Unfound(f"there is no '{called}' in account {self.account}, {self.region}")
        return response

    def customer_key(self, key: str | None) -> str | None:
        """ARN of a customer managed key by its id, alias or ARN; None for a key that AWS manages."""
        if not key or _AWS_ALIAS in key:
            return None
        if ":key/" in key and _of_arn(key, 4) != self.aws.account:
            return key  # a key of another account is a customer's, and often can't be described from here
        client = self.aws.client("kms", _of_arn(key, 3) or self.region)
        metadata = maybe(lambda: client.describe_key(KeyId=key)["KeyMetadata"])
        if metadata is None:
            raise Unfound(f"there is no key '{key}', which it is encrypted with")
        return str(metadata["Arn"]) if metadata.get("KeyManager") == "CUSTOMER" else None

    def one_group(self, groups: Iterable[str]) -> str | None:
        """The security group, if it is only one. Raises `Unfound` when there are several and the spec needs it."""
        different = sorted(set(groups))
        if len(different) > 1 and self.wants("security_group"):
            raise Unfound(f"it has the security groups {', '.join(different)}: set one as 'security_group'")
        return different[0] if different else None


def maybe(call: Callable[[], Json]) -> Json:
    """The response of a request, or None when it means that the resource does not exist."""
    try:
        return read(call)
    except ClientError as fault:
        if _NONE.search(error_code(fault)):
            return None
        raise


def _of_arn(text: str, index: int) -> str:
    """A part of an ARN; empty where it has none, and for text that is not an ARN."""
    return text.split(":")[index] if text.startswith("arn:") else ""


def first(items: Sequence[Json]) -> Json:
    return items[0] if items else None


def secret_key(question: Question, secret: str | None) -> str | None:
    """The customer managed key of a secret, by the secret's ARN. Raises `Unfound` when there is no such secret."""
    if not secret or not question.wants("key") or secret.split(":")[4] != question.aws.account:
        return None
    client = question.aws.client("secretsmanager", secret.split(":")[3])
    description = maybe(lambda: client.describe_secret(SecretId=secret))
    if description is None:
        raise Unfound(f"there is no secret '{secret}'")
    return question.customer_key(description.get("KmsKeyId"))


def check_port(port: int | None, expected: int | None) -> None:
    """Raise `Unfound` if the resource listens on another port than the spec expects."""
    if port and expected and port != expected:
        raise Unfound(f"it listens on port {port}, not {expected}: set 'port: {port}' beside 'existing'")
