"""DocumentDB clusters, of instances or elastic, with their subnet, parameter, security and log groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, Ref

from compiler.kinds.documents.access import backup, connect
from compiler.kinds.documents.cluster import cluster, log_group_ids
from compiler.kinds.documents.elastic import elastic_cluster
from compiler.kinds.documents.events import events
from compiler.kinds.documents.metrics import alarms, charts
from compiler.kinds.documents.settings import DocumentsSettings
from compiler.kinds.documents.sign_in import attachment, own_secret
from compiler.program.component import AlarmSpec, Capability, Chart, Output, Platform, Value
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.security_groups import security_group
from compiler.shared.snapshots import snapshot_capability
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Documents(DocumentsSettings):
    """One cluster. Its secret is ours: CloudFormation does not tell the ARN of one that DocumentDB manages.

    Source: the registry schema of AWS::DocDB::DBCluster, whose read-only properties have no MasterUserSecret.
    """

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield security_group(self.group_id, f"Document database {self.name}")
        yield from elastic_cluster(self, self.elastic, platform) if self.elastic else cluster(self, platform)
        if not self.managed:
            yield own_secret(self)
        if self.attached:
            yield attachment(self)
        if self.events:
            yield from events(self, platform)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {
            "connect": connect(self, platform),
            "backup": backup(self),
            "recover": Capability(),
            "snapshot": self._snapshot(platform),
            "logs": Capability(log_groups=log_group_ids(self)),
        }

    def _snapshot(self, platform: Platform) -> Capability:
        wanted = self.snapshot_before_deployment
        return snapshot_capability(platform, self.physical(platform), cluster=True) if wanted else Capability()

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        reader = {"reader": self.reader_host} if self.has_readers else {}
        return {
            "id": self.arn,
            "host": self.host,
            **reader,
            "secret": Ref(self.secret_id),
            "key": KEY_ARN,
            "security_group": Ref(self.group_id),
        }

    def attributes(self) -> Mapping[str, Value]:
        return {
            "endpoint": self.host,
            "reader_endpoint": self.reader_host,
            "port": str(self.port),
            "secret_arn": Ref(self.secret_id),
            "arn": self.arn,
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(self.part("Endpoint"), self.host, f"Host name of the document database {self.name}")
        if not self.managed:
            about = f"Secret with the master user's name and password of {self.name}"
            yield Output(self.part("SecretArn"), Ref(self.secret_id), about)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        return alarms(self, platform)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        return charts(self, platform)


KIND = Documents
