"""W9702: a client that gets tokens in the address of a page."""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule


class ImplicitFlow(OwnRule):
    id = "W9702"
    shortdesc = "No implicit flow of OAuth"
    description = (
        "The implicit flow hands tokens to the browser in the address, where history, logs and other scripts see "
        "them. RFC 9700 says that clients should not use it; the code flow with PKCE does the same without."
    )
    source_url = "https://www.rfc-editor.org/rfc/rfc9700.html#section-2.1.2"
    tags = (
        "cognito",
        "oauth",
    )
    types = ("AWS::Cognito::UserPoolClient",)
    fix = "use 'code'"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        for path, flow in resource.each("AllowedOAuthFlows"):
            if flow == "implicit":
                yield ("Properties", *path), "'AllowedOAuthFlows' has the implicit flow"
