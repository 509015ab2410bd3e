"""Checks of sign-in at a load balancer.

Source: Elastic Load Balancing user guide, "Authenticate users using an Application Load Balancer".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.ingress import internal_name
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_ANSWERED_AT = "/oauth2/idpresponse"


def sign_in_faults(said: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of a resolved `ingress` or rule that has `sign_in`."""
    sign_in = said["sign_in"]
    if sign_in is None:
        return
    path = (*path, "sign_in")
    if not (said["public"] or internal_name(spec)):
        message = "users sign in only by HTTPS, and the internal load balancer takes HTTP"
        yield Fault("needs-https", message, path, "set 'public: true', or the load balancer's 'internal_domain'")
    yield from _way_to_provider(said["public"], path, spec)
    if bool(sign_in["users"]) == bool(sign_in["oidc"]):
        message = "users sign in in exactly one place"
        yield Fault("one-of-two", message, path, "write exactly one of users, oidc")
    elif sign_in["oidc"] and sign_in["client"]:
        message = "'client' is one of a user pool, and 'oidc' has its own"
        yield Fault("unused-setting", message, (*path, "client"), "remove it")
    pool = spec.offering(sign_in["users"], "sign_in") if not sign_in["oidc"] else None
    if pool and pool.settings["existing"] is None:
        yield from _pool(pool, sign_in["client"], path)


def _way_to_provider(public: bool, path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """The load balancer itself asks the provider, by IPv4 only. The routes of existing subnets are not known."""
    (balancer,), (network,) = spec.able("balance"), spec.able("subnets")
    if balancer.settings["existing"] is not None:
        return
    if public and balancer.settings["ip_address_type"] == "dualstack-without-public-ipv4":
        message = "the load balancer asks who signs in by IPv4 alone, and has no public IPv4 address to do so"
        yield Fault("no-egress", message, path, "set 'ip_address_type: dualstack' of the load balancer")
    elif not public and network.settings["existing"] is None and network.settings["nat"] == "none":
        message = (
            "the internal load balancer asks who signs in over the internet, and there is no way to it without NAT"
        )
        yield Fault("no-egress", message, path, "set 'nat: single' of the network, or 'public: true'")


def _pool(pool: ResolvedComponent, client: str | None, path: Path) -> Iterator[Fault]:
    if not pool.settings["domain"]:
        message = f"{pool.address} has no sign-in pages to send users to"
        yield Fault("sign-in-client", message, (*path, "users"), "set its 'domain', such as 'domain: {prefix: shop}'")
    known = pool.settings["clients"]
    if client is None:
        message = f"needs 'client', the one of {pool.address} that the load balancer is"
        yield Fault("missing-property", message, path, f"one of {', '.join(known)}" if known else "give it a client")
    elif client not in known:
        message = f"{pool.address} has no client '{client}'"
        yield Fault("sign-in-client", message, (*path, "client"), did_you_mean(client, known))
    else:
        yield from _client(pool, client, (*path, "client"))


def _client(pool: ResolvedComponent, client: str, path: Path) -> Iterator[Fault]:
    settings = pool.settings["clients"][client]
    if settings["machine"] or not settings["secret"]:
        message = f"the client '{client}' of {pool.address} has no secret, and a load balancer needs one"
        help_text = "use one for users" if settings["machine"] else "set its 'secret: true'"
        yield Fault("sign-in-client", message, path, help_text)
    elif not any(url.endswith(_ANSWERED_AT) for url in settings["callback_urls"]):
        message = f"the client '{client}' of {pool.address} may not send users back to the load balancer"
        yield Fault("sign-in-client", message, path, f"add https://<host>{_ANSWERED_AT} to its 'callback_urls'")
