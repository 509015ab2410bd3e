"""The function that creates extensions, against real servers: PostgreSQL 16 and 18 with pgvector, SCRAM and MD5.

These servers are built without TLS, so that it ends in front of them. That it is asked for and verified is real.
"""

from __future__ import annotations

import io
import json
import ssl
from collections.abc import Iterator

import pytest

from compiler.shipped import create_extensions
from compiler.shipped.create_extensions import Connection, Refused, Scram
from compiler.source.json_value import Json
from tests.shipped.postgres import AUTHORITY, FOLDERS, PASSWORD, Server, running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=sorted(FOLDERS))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with running(request.param) as found:
        yield found


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Lambda, a file of the runtime has the authority."""
    monkeypatch.setattr(create_extensions, "AUTHORITIES", (str(AUTHORITY), "/no/such/file.pem"))


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What Secrets Manager has for the master user."""
    login = {"username": "postgres", "password": PASSWORD}

    class Secrets:
        def get_secret_value(self, SecretId: str) -> Json:
            assert SecretId == "arn:secret"
            return {"SecretString": json.dumps(login)}

    def client(service: str, config: Json) -> Secrets:
        assert service == "secretsmanager" and config.connect_timeout == 5
        return Secrets()

    monkeypatch.setattr("boto3.client", client)
    return login


def event(server: Server, *extensions: str, host: str = "localhost", **preloaded: str) -> Json:
    place = {"host": host, "port": server.tls_port, "database": "postgres", "secret": "arn:secret", "region": "x"}
    return {**place, "extensions": [*extensions], "preloaded": preloaded}


def signed_in(server: Server, user: str = "postgres", password: str = PASSWORD) -> Connection:
    database = create_extensions.connected("localhost", server.tls_port, "")
    database.sign_in(user, password, "postgres")
    return database


def query(server: Server, statement: str) -> list[str]:
    database = signed_in(server)
    try:
        return database.query(statement)
    finally:
        database.close()


def test_pgvector_is_created_once_works_and_is_never_dropped(server: Server, secret: dict[str, str]) -> None:
    query(server, "DROP EXTENSION IF EXISTS vector")
    assert create_extensions.handler(event(server, "vector"), None) == {"created": ["vector"]}
    assert query(server, "SELECT '[1,2,3]'::vector <-> '[1,2,5]'::vector") == ["2"]
    assert create_extensions.handler(event(server, "vector"), None) == {"created": []}
    assert create_extensions.handler(event(server), None) == {"created": []}
    assert query(server, "SELECT extname FROM pg_extension ORDER BY 1") == ["plpgsql", "vector"]


def test_one_that_the_server_lacks_fails_with_what_it_says(server: Server, secret: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r'extension "made_up" is not available \(0A000\)'):
        create_extensions.handler(event(server, "made_up"), None)


def test_a_name_is_never_taken_for_sql(server: Server, secret: dict[str, str]) -> None:
    with pytest.raises(Refused, match='invalid extension name: "x"; DROP TABLE y; --"'):
        create_extensions.handler(event(server, 'x"; DROP TABLE y; --'), None)


def test_one_that_is_not_preloaded_fails_before_anything_is_created(server: Server, secret: dict[str, str]) -> None:
    query(server, "DROP EXTENSION IF EXISTS vector")
    with pytest.raises(Refused, match="lacks pg_cron: set it in 'engine_parameters', deploy, restart"):
        create_extensions.handler(event(server, "vector", "pg_cron", pg_cron="pg_cron"), None)
    assert query(server, "SELECT extname FROM pg_extension") == ["plpgsql"]


def test_one_that_is_there_need_not_be_preloaded_any_more(server: Server, secret: dict[str, str]) -> None:
    create_extensions.handler(event(server, "vector"), None)
    assert create_extensions.handler(event(server, "vector", vector="vector"), None) == {"created": []}


def test_a_wrong_password_is_told_as_the_server_does(server: Server, secret: dict[str, str]) -> None:
    secret["password"] = "wrong"
    with pytest.raises(Refused, match=r'password authentication failed for user "postgres" \(28P01\)'):
        create_extensions.handler(event(server, "vector"), None)


def test_an_old_password_signs_in_by_md5(server: Server) -> None:
    query(server, "SET password_encryption = 'md5'; DROP ROLE IF EXISTS old; CREATE ROLE old LOGIN PASSWORD 'older'")
    database = signed_in(server, "old", "older")
    assert database.query("SELECT current_user") == ["old"]
    database.close()
    with pytest.raises(Refused, match="password authentication failed"):
        signed_in(server, "old", "newer")


def test_a_server_without_tls_gets_no_password(server: Server) -> None:
    with pytest.raises(Refused, match="the database has no TLS"):
        create_extensions.connected("localhost", server.port, "")


def test_an_unknown_authority_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_extensions, "AUTHORITIES", ())
    monkeypatch.setattr(create_extensions, "TRUST_STORE", "file:///no/such/{region}.pem")
    with pytest.raises(OSError, match="No such file"):
        create_extensions.connected("localhost", server.tls_port, "eu-west-1")


def test_the_authorities_that_rds_publishes_are_the_second_chance(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(create_extensions, "AUTHORITIES", ())
    monkeypatch.setattr(create_extensions, "TRUST_STORE", AUTHORITY.as_uri())
    create_extensions.connected("localhost", server.tls_port, "eu-west-1").close()


def test_a_certificate_of_another_host_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_extensions, "TRUST_STORE", AUTHORITY.as_uri())
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        create_extensions.connected("127.0.0.1", server.tls_port, "eu-west-1")


def test_a_server_that_does_not_know_the_password_is_refused() -> None:
    scram = Scram("pencil", "mine")
    assert scram.first() == b"n,,n=,r=mine"
    final = scram.final(b"r=mine+its,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
    assert final.startswith(b"c=biws,r=mine+its,p=")
    with pytest.raises(Refused, match="does not know the password"):
        scram.check(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")


def test_an_answer_to_another_sign_in_is_refused() -> None:
    with pytest.raises(Refused, match="another sign-in"):
        Scram("pencil", "mine").final(b"r=theirs,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")


def test_a_connection_that_ends_is_told() -> None:
    database = Connection.__new__(Connection)
    database._stream = io.BytesIO(b"Z")  # type: ignore[assignment]
    with pytest.raises(Refused, match="ended the connection"):
        database._message()
