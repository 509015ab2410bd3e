"""Upload what is not in the bucket yet: a few things in turn, many at once by a bounded number of threads."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from deployer.bucket import upload
from deployer.session import Aws

_UPLOADERS = 8
"""Threads; a client of boto3 keeps ten connections."""
_IN_TURN = 16
"""So many are uploaded one after the other, which is as fast and in the same order each time."""


def upload_all(aws: Aws, bucket: str, objects: Mapping[str, bytes]) -> None:
    """Each key once, the first fault of them raised."""
    if len(objects) <= _IN_TURN:
        for key, body in objects.items():
            upload(aws, bucket, key, body)
        return
    with ThreadPoolExecutor(_UPLOADERS) as uploaders:
        waiting = [uploaders.submit(upload, aws, bucket, key, body) for key, body in objects.items()]
        try:
            for one in waiting:
                one.result()
        finally:
            uploaders.shutdown(cancel_futures=True)
