"""One question about a thing that is there already, put to AWS: clients, answers that say "there is none", and keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from compiler.meaning.existing_facts import arn_parts
from compiler.meaning.lookup import Thing
from compiler.source.json_value import Json
from deployer.faults import error_code, read
from deployer.session import Aws

_NONE = re.compile("NotFound|NoSuch|NonExist|NotExist|Malformed")
_AWS_ALIAS = "alias/aws/"


class Unfound(Exception):
    """The thing is not there, or it can't be told which one is meant."""


@dataclass(frozen=True, slots=True)
class Question:
    """A thing, the account to ask, and how its ARN is written."""

    thing: Thing
    aws: Aws
    arn_form: str

    @property
    def id(self) -> str:
        return str(self.thing.said.get("id", ""))

    @property
    def name(self) -> str:
        """The id, or what an ARN says of the name."""
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
        return _of_arn(self.id, 3) or self.thing.region

    @property
    def account(self) -> str:
        return _of_arn(self.id, 4) or self.aws.account

    def wants(self, word: str) -> bool:
        return word in self.thing.unsaid

    def client(self, service: str) -> Json:
        return self.aws.client(service, self.region)

    def pages(self, service: str, operation: str, items: str, **request: Json) -> Iterator[Json]:
        """All items of an answer that comes in pages."""
        pages = self.client(service).get_paginator(operation).paginate(**request)
        for page in self.ask(lambda: list(pages)):
            yield from page.get(items) or ()

    def ask(self, call: Callable[[], Json], called: str = "") -> Json:
        """The answer. Raises `Unfound` when it is that there is no such thing as `called`."""
        found = maybe(call)
        if found is None:
            called = called or self.id or next(iter(self.thing.said.values()), "")
            raise Unfound(f"there is no '{called}' in account {self.account}, {self.region}")
        return found

    def customer_key(self, said: str | None) -> str | None:
        """ARN of a key by its id, alias or ARN, if a customer manages it."""
        if not said or _AWS_ALIAS in said:
            return None
        if ":key/" in said and _of_arn(said, 4) != self.aws.account:
            return said  # another account's is a customer's, and can't always be asked about
        client = self.aws.client("kms", _of_arn(said, 3) or self.region)
        about = maybe(lambda: client.describe_key(KeyId=said)["KeyMetadata"])
        if about is None:
            raise Unfound(f"there is no key '{said}', which it is encrypted with")
        return str(about["Arn"]) if about.get("KeyManager") == "CUSTOMER" else None

    def one_group(self, groups: Iterable[str]) -> str | None:
        """The one security group of several mentions. Raises `Unfound` when there are more, and it is asked for."""
        found = sorted(set(groups))
        if len(found) > 1 and self.wants("security_group"):
            raise Unfound(f"it has the security groups {', '.join(found)}: set one as 'security_group'")
        return found[0] if found else None


def maybe(call: Callable[[], Json]) -> Json:
    """The answer, or None when it is that there is no such thing."""
    try:
        return read(call)
    except ClientError as fault:
        if _NONE.search(error_code(fault)):
            return None
        raise


def _of_arn(text: str, index: int) -> str:
    """A part of an ARN; empty where it has none, and for text that is no ARN."""
    return text.split(":")[index] if text.startswith("arn:") else ""


def first(items: Sequence[Json]) -> Json:
    return items[0] if items else None


def secret_key(question: Question, secret: str | None) -> str | None:
    """The customer's key of a secret, by its ARN. Raises `Unfound` when there is no such secret."""
    if not secret or not question.wants("key") or secret.split(":")[4] != question.aws.account:
        return None
    client = question.aws.client("secretsmanager", secret.split(":")[3])
    about = maybe(lambda: client.describe_secret(SecretId=secret))
    if about is None:
        raise Unfound(f"there is no secret '{secret}'")
    return question.customer_key(about.get("KmsKeyId"))


def check_port(port: int | None, said: int | None) -> None:
    if port and said and port != said:
        raise Unfound(f"it listens on port {port}, not {said}: set 'port: {port}' beside 'existing'")
