"""W9703: sign-in that returns over plain http."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import pattern

_LISTS = ("CallbackURLs", "LogoutURLs", "DefaultRedirectURI")
_HERE = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])([:/?#]|$)", re.IGNORECASE)
"""The browser's own machine, which Cognito takes for testing."""


class HttpCallbacks(OwnRule):
    id = "W9703"
    shortdesc = "No http addresses to return to after sign-in"
    description = (
        "After a sign-in the authorization code goes to the callback address. Over plain http anyone on the way reads "
        "it. An address of the developer's own machine is accepted outside of production only: there, any program on "
        "the user's machine could wait for the code."
    )
    source_url = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-app-idp-settings.html"
    tags = (
        "cognito",
        "oauth",
    )
    types = ("AWS::Cognito::UserPoolClient",)
    fix = "use https"
    asks_posture = True

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        local = not self.in_production(resource)
        for name in _LISTS:
            for path, address in resource.each(name):
                text = pattern(address) or ""
                if text.lower().startswith("http://") and not (local and _HERE.match(text)):
                    yield ("Properties", *path), f"'{name}' has {text}"
