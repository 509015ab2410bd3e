"""Certificates of clients: the trust store of the internet-facing load balancer.

Source: Elastic Load Balancing user guide, "Mutual authentication with TLS in Application Load Balancer".
"""

from __future__ import annotations

import posixpath

from troposphere import Parameter, Ref
from troposphere import elasticloadbalancingv2 as elb

from compiler.program.artifact import Artifact
from compiler.program.component import Platform
from compiler.shared.balancers import PUBLIC
from compiler.shared.physical_names import physical_name
from compiler.source.frozen import frozen

_STORE_ID = f"{PUBLIC.id}TrustStore"
_KEY = f"{PUBLIC.id}TrustKey"
_MOST_OF_A_NAME = 32


@frozen()
class MutualTls:
    """Whose certificates are taken."""

    trust: str
    expired: bool
    names: bool

    def store(self, platform: Platform) -> elb.TrustStore:
        """A new bundle has a new key, and the store takes it without being replaced."""
        return elb.TrustStore(
            _STORE_ID,
            Name=physical_name((platform.name_in_account, "public"), _MOST_OF_A_NAME),
            CaCertificatesBundleS3Bucket=Ref("ArtifactBucket"),
            CaCertificatesBundleS3Key=Ref(_KEY),
        )

    def of_listener(self) -> elb.MutualAuthentication:
        return elb.MutualAuthentication(
            Mode="verify",
            TrustStoreArn=Ref(_STORE_ID),
            IgnoreClientCertificateExpiry=self.expired,
            AdvertiseTrustStoreCaNames="on" if self.names else "off",
        )

    def declared(self) -> Parameter:
        about = "S3 key of the authorities whose clients the load balancer takes"
        return Parameter(_KEY, Type="String", Description=about, MinLength=1)

    def artifact(self, component: str) -> Artifact:
        return Artifact(parameter=_KEY, component=component, source=posixpath.normpath(self.trust))
