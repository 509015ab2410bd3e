"""Flow logs that go to a bucket of the platform: made beside the bucket, whose stack waits for the network's anyway."""

from __future__ import annotations

from collections.abc import Iterable

from troposphere import AWSObject

from compiler.program.component import Component, Platform
from compiler.source.frozen import frozen

FLOW_LOG_FOLDER = "vpc"
"""Where they lie in the bucket, beside the logs of others."""


@frozen(kw_only=True)
class SendsFlowLogs(Component):
    """What may have its flow log in a bucket.

    Its own stack can't name the bucket: the databases beside the bucket wait for the subnets, and two nested stacks
    can't wait for each other.
    """

    @property
    def flow_log_account(self) -> str:
        """The folder of the account, as text for Fn::Sub; with Hive's names it is called otherwise."""
        raise NotImplementedError

    def flow_log_into(self, platform: Platform, bucket_id: str, after: str) -> Iterable[AWSObject]:
        """The flow log to the bucket with this logical id, once `after`, its policy, is there."""
        raise NotImplementedError
