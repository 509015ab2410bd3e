"""W9704: every site may act as the user who is signed in."""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.cors import TYPES, sharing_of
from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule


class CorsCredentials(OwnRule):
    id = "W9704"
    shortdesc = "No CORS for every origin with credentials"
    description = (
        "With the origin '*' and credentials, any page that a user visits could call the API as that user. Browsers "
        "refuse the pair, so it either fails or is a server that repeats each origin, which is worse."
    )
    source_url = "https://fetch.spec.whatwg.org/#cors-protocol-and-credentials"
    tags = (
        "apigateway",
        "lambda",
        "cloudfront",
        "cors",
    )
    types = TYPES
    fix = "name the origins"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        for sharing in sharing_of(resource):
            if sharing.any_origin and sharing.credentials:
                yield sharing.path, "every origin ('*') is allowed with credentials"
