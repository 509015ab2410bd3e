"""W9705: an API in production that pages of every site may read."""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.cors import APIS, sharing_of
from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule


class CorsProduction(OwnRule):
    id = "W9705"
    shortdesc = "No CORS for every origin in production"
    description = (
        "With the origin '*' scripts of every site may call the API from the browsers of their visitors and read the "
        "answers. In production the sites that do so are known. For an API that is meant for everybody, accept it."
    )
    source_url = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html"
    tags = (
        "apigateway",
        "lambda",
        "cors",
        "production",
    )
    types = APIS
    fix = "name the origins"
    production_only = True

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        for sharing in sharing_of(resource):
            if sharing.any_origin and not sharing.credentials:  # else it is W9704
                yield sharing.path, "every origin ('*') is allowed in production"
