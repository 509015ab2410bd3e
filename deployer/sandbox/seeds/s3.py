"""Buckets."""

from __future__ import annotations

from deployer.sandbox.seed import Seed, arn

SEEDS = {"AWS::S3::Bucket": Seed(("s3", "_buckets"), lambda wanted: {"BucketName": wanted.name}, looks=arn("s3", ""))}
