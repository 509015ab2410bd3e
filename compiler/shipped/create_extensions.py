"""Creates extensions in a PostgreSQL database: over TLS that is verified, as the master user, who is in a secret.

Needs nothing that Lambda's Python runtime lacks. It speaks as much of PostgreSQL's protocol as that takes.
Source: PostgreSQL documentation, "Frontend/Backend Protocol" and "SASL Authentication"; RFC 5802.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import socket
import ssl
import struct
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

CONNECTING = 60
"""Seconds; a paused serverless cluster takes up to half of them to wake up."""
ANSWERING = 200
"""Seconds that a statement may take; this function has 300 in all."""
AUTHORITIES = ("/var/runtime/ca-cert.pem", "/etc/pki/tls/certs/ca-bundle.crt")
"""Where Lambda's runtimes have the certificates of RDS (Lambda developer guide, "Using Lambda with Amazon RDS")."""
TRUST_STORE = "https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem"
ASKS_FOR_TLS = struct.pack("!ii", 8, 80877103)
"""The question whether the server has TLS, in the clear as all that comes before its answer."""


class Refused(Exception):
    """What the database says, or what it lacks."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, list[str]]:
    """``{"host", "port", "database", "secret", "region", "extensions", "preloaded"}`` → which of them are new."""
    config = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3})
    client: Any = boto3.client("secretsmanager", config=config)
    login = json.loads(client.get_secret_value(SecretId=event["secret"])["SecretString"])
    database = connected(event["host"], int(event["port"]), event.get("region", ""))
    try:
        database.sign_in(login["username"], login["password"], event["database"])
        return create(database, event["extensions"], event["preloaded"])
    finally:
        database.close()


def create(database: Connection, wanted: Iterable[str], preloaded: Mapping[str, str]) -> dict[str, list[str]]:
    """CREATE EXTENSION of each that is not there, and of what it needs. None is ever dropped."""
    loaded = {one.strip() for one in database.query("SHOW shared_preload_libraries")[0].split(",")}
    before = set(database.query("SELECT extname FROM pg_extension"))
    new = [one for one in wanted if one not in before]
    missing = sorted({preloaded[one] for one in new if one in preloaded} - loaded)
    if missing:
        message = f"shared_preload_libraries, which counts from the start of the database, lacks {', '.join(missing)}"
        raise Refused(f"{message}: set it in 'engine_parameters', deploy, restart the database, and deploy this again")
    for one in new:
        quoted = one.replace('"', '""')
        database.query(f'CREATE EXTENSION IF NOT EXISTS "{quoted}" CASCADE')
    print(json.dumps({"created": new}))
    return {"created": new}


def connected(host: str, port: int, region: str) -> Connection:
    """By the certificates that the runtime has or, where they are not enough, by those that RDS publishes."""
    context = ssl.create_default_context()
    # As OpenSSL itself: some authorities of RDS lack what Python 3.13 asks of them beyond that.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    for path in AUTHORITIES:
        if Path(path).exists():
            context.load_verify_locations(path)
    try:
        return Connection(host, port, context)
    except ssl.SSLCertVerificationError:
        with urllib.request.urlopen(TRUST_STORE.format(region=region), timeout=10) as published:
            context.load_verify_locations(cadata=published.read().decode())
        return Connection(host, port, context)


class Connection:
    """A connection that is encrypted before anything else is said."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        plain = socket.create_connection((host, port), timeout=CONNECTING)
        try:
            plain.sendall(ASKS_FOR_TLS)
            if plain.recv(1) != b"S":
                raise Refused("the database has no TLS")
            self._socket = context.wrap_socket(plain, server_hostname=host)
            self._socket.settimeout(ANSWERING)
        except BaseException:
            plain.close()
            raise
        self._stream = self._socket.makefile("rb")

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def sign_in(self, user: str, password: str, database: str) -> None:
        said = b"".join(f"{part}\0".encode() for part in ("user", user, "database", database))
        body = struct.pack("!i", 196608) + said + b"\0"
        self._socket.sendall(struct.pack("!i", len(body) + 4) + body)
        method, rest = self._authentication()
        if method == 5:
            self._send(b"p", md5(user, password, rest) + b"\0")
            method, rest = self._authentication()
        elif method == 10:
            self._scram(password, rest)
            method, rest = self._authentication()
        if method != 0:
            raise Refused(f"the database asks for a way to sign in that is not known here ({method})")
        for _ in self._answers():
            pass

    def query(self, statement: str) -> list[str]:
        """The first column of what `statement` gives."""
        self._send(b"Q", statement.encode() + b"\0")
        return [first_column(body) for kind, body in self._answers() if kind == b"D"]

    def _scram(self, password: str, offered: bytes) -> None:
        if b"SCRAM-SHA-256" not in offered.split(b"\0"):
            raise Refused("the database offers no SCRAM-SHA-256")
        scram = Scram(password)
        first = scram.first()
        self._send(b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(first)) + first)
        self._send(b"p", scram.final(self._expected(11)))
        scram.check(self._expected(12))

    def _expected(self, wanted: int) -> bytes:
        method, rest = self._authentication()
        if method != wanted:
            raise Refused(f"the database answers {method} to SCRAM, not {wanted}")
        return rest

    def _authentication(self) -> tuple[int, bytes]:
        kind, body = self._message()
        while kind != b"R":
            kind, body = self._message()
        return struct.unpack("!i", body[:4])[0], body[4:]

    def _answers(self) -> Iterator[tuple[bytes, bytes]]:
        """Up to ReadyForQuery."""
        kind, body = self._message()
        while kind != b"Z":
            yield kind, body
            kind, body = self._message()

    def _message(self) -> tuple[bytes, bytes]:
        head = self._stream.read(5)
        if len(head) < 5:
            raise Refused("the database ended the connection")
        body = self._stream.read(struct.unpack("!i", head[1:])[0] - 4)
        if head[:1] == b"E":
            raise Refused(error_in(body))
        return head[:1], body

    def _send(self, kind: bytes, body: bytes) -> None:
        self._socket.sendall(kind + struct.pack("!i", len(body) + 4) + body)


class Scram:
    """SCRAM-SHA-256 without channel binding, both ways: the server has to know the password too."""

    def __init__(self, password: str, nonce: str = "") -> None:
        self._password = password.encode()
        self._bare = f"n=,r={nonce or secrets.token_urlsafe(24)}"
        self._signature = b""

    def first(self) -> bytes:
        return f"n,,{self._bare}".encode()

    def final(self, challenge: bytes) -> bytes:
        said = dict(part.split("=", 1) for part in challenge.decode().split(","))
        if not said["r"].startswith(self._bare.split("r=", 1)[1]):
            raise Refused("the database answers another sign-in than this one")
        salted = hashlib.pbkdf2_hmac("sha256", self._password, base64.b64decode(said["s"]), int(said["i"]))
        client = hmac.digest(salted, b"Client Key", "sha256")
        without_proof = f"c=biws,r={said['r']}"
        agreed = f"{self._bare},{challenge.decode()},{without_proof}".encode()
        self._signature = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), agreed, "sha256")
        signed = hmac.digest(hashlib.sha256(client).digest(), agreed, "sha256")
        proof = bytes(one ^ other for one, other in zip(client, signed, strict=True))
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def check(self, answer: bytes) -> None:
        if answer != b"v=" + base64.b64encode(self._signature):
            raise Refused("the database does not know the password that it asked for")


def md5(user: str, password: str, salt: bytes) -> bytes:
    """What versions before 14 ask for by default."""
    inner = hashlib.md5(f"{password}{user}".encode()).hexdigest()
    return b"md5" + hashlib.md5(inner.encode() + salt).hexdigest().encode()


def first_column(body: bytes) -> str:
    (length,) = struct.unpack("!i", body[2:6])
    return body[6 : 6 + length].decode() if length >= 0 else ""


def error_in(body: bytes) -> str:
    """``message (SQLSTATE)`` with the hint, of an ErrorResponse."""
    said = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    hint = f"; {said[b'H']}" if b"H" in said else ""
    return f"{said.get(b'M', '')} ({said.get(b'C', '')}){hint}"
