"""W9713: builds that lie in a bucket without a key of the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.document import Path
from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import computed, missing


class PipelineKey(OwnRule):
    id = "W9713"
    shortdesc = "Artefacts of pipelines with a key"
    description = (
        "Artefacts hold the code and what it is built to. Without a key of its own the pipeline takes the one of AWS "
        "for S3, whose policy nobody can narrow and which another account can't use."
    )
    source_url = "https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption.html"
    tags = (
        "codepipeline",
        "encryption",
    )
    types = ("AWS::CodePipeline::Pipeline",)
    fix = "name a KMS key: EncryptionKey: {Type: KMS, Id: …}"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        for path in (("ArtifactStore",), *_regional(resource)):
            store = resource.get(*path)
            if isinstance(store, Mapping) and not computed(store) and missing(store.get("EncryptionKey")):
                yield ("Properties", *path), "the 'ArtifactStore' has no 'EncryptionKey'"


def _regional(resource: TemplateResource) -> Iterator[Path]:
    yield from ((*path, "ArtifactStore") for path, _ in resource.each("ArtifactStores"))
