"""Events of a bucket's objects, for whoever has a rule on them: without a rule they cost nothing."""

from __future__ import annotations

from troposphere import s3

from compiler.program.encode import alike


@alike
def bucket_events() -> s3.NotificationConfiguration:
    """Sends them to EventBridge, to the default bus of the account. Control Tower's rule: CT.S3.PR.4."""
    bridge = s3.EventBridgeConfiguration(EventBridgeEnabled=True)
    return s3.NotificationConfiguration(EventBridgeConfiguration=bridge)
