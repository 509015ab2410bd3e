"""What `connect` and `backup` give to whoever uses a document database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from troposphere import Ref, Sub

from compiler.kinds.documents.settings import DocumentsSettings
from compiler.program.component import Capability, Platform, Port, Value
from compiler.shared.cluster_backups import cluster_copies
from compiler.shared.secrets import by_secret


def connect(documents: DocumentsSettings, platform: Platform) -> Capability:
    """The way to the cluster, with the master user's sign-in where the template knows its secret.

    A role that signs in needs no permission of IAM (DocumentDB developer guide, authentication using IAM identity).
    """
    sign_in = Capability() if documents.managed else by_secret(Ref(documents.secret_id), _keys(documents), platform)
    attached = (documents.part("SecretAttachment"),) if documents.attached else ()
    return replace(
        sign_in,
        ports=(Port(documents.port, Ref(documents.group_id)),),
        environment={**_variables(documents), **sign_in.environment},
        after=(*documents.member_ids, *attached),
    )


def _keys(documents: DocumentsSettings) -> Mapping[str, Value]:
    """Keys of the secret, as ECS reads them (ECS developer guide: ``arn:json-key:version-stage:version-id``)."""
    return {key.upper(): Sub(f"${{{documents.secret_id}}}:{key}::") for key in ("username", "password")}


def _variables(documents: DocumentsSettings) -> Mapping[str, Value]:
    reader = {"READER_HOST": documents.reader_host} if documents.has_readers else {}
    return {"HOST": documents.host, "PORT": str(documents.port), "TLS": "true", **reader}


def backup(documents: DocumentsSettings) -> Capability:
    """DocumentDB's snapshots are those of the RDS API; the checks refuse an elastic cluster, whose are not."""
    return Capability(cluster_copies(documents.arn), environment={"ARN": documents.arn})
