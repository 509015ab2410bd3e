"""W9722: a database with a public address, and nobody says why."""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import computed, on


class PublicDatabase(OwnRule):
    id = "W9722"
    shortdesc = "Public databases with a reason"
    description = (
        "With a public address only a security group stands between the internet and the login. That may be meant, "
        "for a while; then the template says why, where reviewers and scanners look: Metadata: {stackwright: "
        "{reason: …}}, or the comment of a skipped rule of checkov."
    )
    source_url = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html"
    tags = (
        "rds",
        "redshift",
        "dms",
        "public",
    )
    types = (
        "AWS::DMS::ReplicationInstance",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
        "AWS::RedshiftServerless::Workgroup",
    )
    fix = "set it to false, or give the reason in 'Metadata'"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        value = resource.get("PubliclyAccessible")
        if on(value) and not computed(value) and not resource.reason:
            yield ("Properties", "PubliclyAccessible"), "'PubliclyAccessible' is on"
