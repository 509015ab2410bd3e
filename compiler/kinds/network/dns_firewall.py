"""Names that may be resolved in the VPC, by Route 53 Resolver DNS Firewall: listed ones, AWS's, and private ones.

AWS Network Firewall would look into the connections themselves, for a few hundred dollars a month and zone and two more
hops of routing. The DNS Firewall costs cents by the million queries, and needs no route.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import AWSObject, Ref, Tags, route53resolver

from compiler.kinds.network.resolved_names import ALWAYS, resolved
from compiler.program.component import Component, Platform
from compiler.shared.physical_names import physical_name
from compiler.shared.security_groups import VPC_ID
from compiler.shared.service_names import namespace
from compiler.shared.sites import Site

_LONGEST = 64
_PRIORITY = 101
"""Above what AWS Firewall Manager may have first, which takes those up to 99 (Route 53 developer guide)."""


def dns_firewall(network: Component, domains: Sequence[str], platform: Platform, tags: Tags) -> Iterator[AWSObject]:
    allowed, others = f"{network.stem}AllowedDomains", f"{network.stem}OtherDomains"
    own = [name for name in _own(platform) if not resolved(name, ALWAYS)]
    yield _list(allowed, (*ALWAYS, *own, *domains), _name(platform, "allowed"), tags)
    yield _list(others, ("*",), _name(platform, "others"), tags)
    yield route53resolver.FirewallRuleGroup(
        f"{network.stem}DomainRules",
        Name=_name(platform, "domains"),
        FirewallRules=[
            route53resolver.FirewallRule(
                Priority=1,
                Action="ALLOW",
                FirewallDomainListId=Ref(allowed),
                # a listed name may lead to a name of its provider's cdn, which nobody could list
                FirewallDomainRedirectionAction="TRUST_REDIRECTION_DOMAIN",
            ),
            route53resolver.FirewallRule(
                Priority=2, Action="BLOCK", BlockResponse="NXDOMAIN", FirewallDomainListId=Ref(others)
            ),
        ],
        Tags=tags,
    )
    yield route53resolver.FirewallRuleGroupAssociation(
        f"{network.stem}DomainRulesOfVpc",
        FirewallRuleGroupId=Ref(f"{network.stem}DomainRules"),
        Name=_name(platform, "domains"),
        Priority=_PRIORITY,
        VpcId=Ref(VPC_ID),
        Tags=tags,
    )


def _own(platform: Platform) -> Iterator[str]:
    """Names of the services and of the platform's domains: the firewall is asked before a private zone is."""
    yield f"*.{namespace(platform)}"
    for site in platform.of(Site):
        yield from (site.domain, f"*.{site.domain}")


def _list(logical_id: str, domains: Sequence[str], name: str, tags: Tags) -> route53resolver.FirewallDomainList:
    return route53resolver.FirewallDomainList(logical_id, Name=name, Domains=list(dict.fromkeys(domains)), Tags=tags)


def _name(platform: Platform, what: str) -> str:
    return physical_name((platform.name_in_account, what), _LONGEST)
