"""CloudFront's access log to a bucket (standard logging v2): source, destination and what joins them.

All three live in us-east-1 (CloudFront developer guide, "Configure standard logging (v2)").
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, Ref, Sub, logs

from compiler.language.address import name_of
from compiler.meaning.edges import Edge
from compiler.program.component import Component, Platform
from compiler.shared.physical_names import physical_name


def log_delivery(component: Component, platform: Platform, edge: Edge) -> Iterator[AWSObject]:
    """The log of `component`, a distribution, to the bucket that `edge` leads to."""
    bucket = platform.capability(edge)
    words = (platform.name, platform.environment, component.name)
    source_id, destination_id = f"{component.stem}LogSource", f"{component.stem}LogDestination"
    distribution = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/"
    yield logs.DeliverySource(
        source_id,
        Name=physical_name(words, 60),
        LogType="ACCESS_LOGS",
        ResourceArn=Sub(f"{distribution}${{{component.main_id}}}"),
    )
    yield logs.DeliveryDestination(
        destination_id,
        # another bucket makes another destination, which must not have the name of the one it replaces
        Name=physical_name((*words, name_of(edge.target)), 60),
        DestinationResourceArn=Sub("arn:${AWS::Partition}:s3:::${Bucket}", Bucket=bucket.environment["NAME"]),
        OutputFormat="json",
    )
    yield logs.Delivery(
        f"{component.stem}LogDelivery",
        DeliverySourceName=Ref(source_id),
        DeliveryDestinationArn=GetAtt(destination_id, "Arn"),
        DependsOn=list(bucket.after),
    )
