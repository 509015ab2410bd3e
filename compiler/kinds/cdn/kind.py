"""CloudFront distributions: HTTPS only, over private buckets and APIs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Parameter, Ref, cloudfront

from compiler.kinds.cdn.behaviors import Behavior, Ids, cache_policy, changed, origin_groups, used_functions
from compiler.kinds.cdn.distribution_logs import log_delivery
from compiler.kinds.cdn.edge_functions import associations, edge_function, to_other_hosts, to_root_object, without_port
from compiler.kinds.cdn.edge_lambdas import (
    EdgeLambda,
    EdgeLambdaIds,
    code_artifact,
    code_parameter,
    edge_lambda,
    lambda_association,
)
from compiler.kinds.cdn.origins import (
    address_origin,
    behavior,
    bucket_origin,
    custom_origin,
    is_address,
    origin_headers,
    vpc_origin,
)
from compiler.kinds.cdn.response_headers import Headers, response_headers
from compiler.kinds.cdn.signing import key_group, key_id
from compiler.kinds.cdn.viewers import Countries, ErrorPage, error_response, restrictions, viewer_certificate
from compiler.language.names import pascal
from compiler.program.artifact import Artifact
from compiler.program.component import AlarmSpec, Chart, Component, Output, Platform, Value
from compiler.shared.aliases import Target, aliases
from compiler.shared.digest import mark
from compiler.shared.global_region import GLOBAL_REGION, ZONE_OF_DISTRIBUTIONS
from compiler.shared.physical_names import physical_name
from compiler.shared.sites import domain_of
from compiler.shared.web_acl import acl_of_distribution
from compiler.source.frozen import frozen

_PRICE_CLASSES = {"100": "PriceClass_100", "200": "PriceClass_200", "all": "PriceClass_All"}
_DEFAULT = "/*"


@frozen()
class EdgeFunction:
    """The text of a CloudFront Function."""

    code: str


@frozen(kw_only=True)
class Cdn(Component):
    """A distribution with its origin access control, headers and log."""

    paths: Mapping[str, str] | None
    behaviors: Mapping[str, Behavior]
    functions: Mapping[str, EdgeFunction]
    lambdas: Mapping[str, EdgeLambda]
    signing_keys: Mapping[str, str]
    enabled: bool
    root_object: str
    spa: bool
    redirects: Mapping[str, str]
    redirect_status: int
    errors: Mapping[str, ErrorPage]
    domain: str | None
    domains: tuple[str, ...]
    certificate: str | None
    price_class: str
    headers: Headers
    firewall: str | None
    countries: Countries | None
    logs_to: str | None

    @property
    def access_id(self) -> str:
        return f"{self.stem}OriginAccess"

    @property
    def headers_id(self) -> str:
        return f"{self.stem}Headers"

    @property
    def function_id(self) -> str:
        return f"{self.stem}RootObjectFunction"

    @property
    def redirect_id(self) -> str:
        return f"{self.stem}RedirectFunction"

    @property
    def _leads(self) -> Mapping[str, str]:
        """Path → target. Where all hosts are redirected, CloudFront wants an origin that is never asked."""
        return self.paths or {_DEFAULT: without_port(next(iter(self.redirects.values())))}

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        if any(_is_bucket(platform, target) for target in self._targets):
            yield self._origin_access(platform)
        yield response_headers(self.headers_id, physical_name(self._words(platform), 128), self.headers)
        if self.spa:
            yield self._function(platform)
        if self.redirects and (not self.spa or len(self._leads) > 1):
            yield self._redirecting(platform)
        yield from self._of_behaviors(platform)
        yield cloudfront.Distribution(self.main_id, DistributionConfig=self._config(platform))
        yield from self._records(platform)
        for edge in platform.edges_from(self):
            if edge.verb == "log":
                yield from log_delivery(self, platform, edge)

    @property
    def _targets(self) -> list[str]:
        """All origins, each once."""
        others = [said.failover.to for said in self.behaviors.values() if said.failover]
        return list(dict.fromkeys([*self._leads.values(), *others]))

    def _of_behaviors(self, platform: Platform) -> Iterator[AWSObject]:
        """What the settings of paths point at."""
        words, ids = self._words(platform), Ids(self.stem)
        for path, said in self.behaviors.items():
            if said.cache:
                yield cache_policy(ids.cache(path), physical_name((*words, mark(path)), 128), said.cache)
        for name, one in self.functions.items():
            made = (self._edge_id(name), physical_name((*words, name, "edge"), 64))
            yield edge_function(made, f"{self.name}: {name}", one.code)
        for name, function in self.lambdas.items():
            yield from edge_lambda(platform, EdgeLambdaIds(self.stem, name), function)
        if self.signing_keys:
            yield from key_group(ids.keys, self.stem, self.signing_keys, words)

    def _edge_id(self, name: str) -> str:
        return f"{self.stem}{pascal(name)}EdgeFunction"

    def _records(self, platform: Platform) -> Iterator[AWSObject]:
        site = domain_of(platform, self.domain)
        if site:
            target = Target(GetAtt(self.main_id, "DomainName"), ZONE_OF_DISTRIBUTIONS, ("A", "AAAA"))
            yield from aliases(self, site.alias_zone(platform), site.hosts, target)

    def _words(self, platform: Platform) -> tuple[str, ...]:
        """What makes a name unique in an account."""
        return platform.name, platform.environment, self.name

    def _origin_access(self, platform: Platform) -> cloudfront.OriginAccessControl:
        config = cloudfront.OriginAccessControlConfig(
            Name=physical_name(self._words(platform), 64),
            OriginAccessControlOriginType="s3",
            SigningBehavior="always",
            SigningProtocol="sigv4",
        )
        return cloudfront.OriginAccessControl(self.access_id, OriginAccessControlConfig=config)

    def _function(self, platform: Platform) -> cloudfront.Function:
        about = f"{self.name}: paths of the application are answered with {self.root_object}"
        code = to_root_object(self.root_object, self.redirects, self.redirect_status)
        return edge_function((self.function_id, physical_name(self._words(platform), 64)), about, code)

    def _redirecting(self, platform: Platform) -> cloudfront.Function:
        name = physical_name((*self._words(platform), "redirect"), 64)
        code = to_other_hosts(self.redirects, self.redirect_status)
        return edge_function((self.redirect_id, name), f"{self.name}: redirects to other hosts", code)

    def _functions(self, path: str) -> dict[str, object]:
        """Events and functions of a path: the one of our own sees each request first."""
        own = self.function_id if self.spa and path == _DEFAULT else self.redirect_id if self.redirects else ""
        found = {"viewer-request": own} if own else {}
        used = tuple(used_functions(self.behaviors.get(path)))
        found |= {event: self._edge_id(name) for event, name in used if name in self.functions}
        lambdas = [
            lambda_association(EdgeLambdaIds(self.stem, name), event, self.lambdas[name])
            for event, name in used
            if name in self.lambdas
        ]
        at_the_origin = {"LambdaFunctionAssociations": lambdas} if lambdas else {}
        return {**({"FunctionAssociations": associations(found)} if found else {}), **at_the_origin}

    def elsewhere(self, platform: Platform) -> Mapping[str, str]:
        """Lambda@Edge has its functions in one region, whatever the platform's is."""
        ids = (one for name in self.lambdas for one in EdgeLambdaIds(self.stem, name).all)
        return dict.fromkeys(ids, GLOBAL_REGION)

    def parameters(self) -> Iterable[Parameter]:
        yield from (code_parameter(EdgeLambdaIds(self.stem, name), self.path) for name in self.lambdas)

    def artifacts(self) -> Iterable[Artifact]:
        for name, said in self.lambdas.items():
            yield code_artifact(EdgeLambdaIds(self.stem, name), self.path, said)

    def _config(self, platform: Platform) -> cloudfront.DistributionConfig:
        return cloudfront.DistributionConfig(
            Comment=f"{platform.name} {platform.environment} {self.name}",
            Enabled=self.enabled,
            HttpVersion="http2and3",
            IPV6Enabled=True,
            PriceClass=_PRICE_CLASSES[self.price_class],
            Origins=list(self._origins(platform)),
            DefaultCacheBehavior=cloudfront.DefaultCacheBehavior(**self._behavior(platform, _DEFAULT)),
            CacheBehaviors=list(self._behaviors(platform)),
            Restrictions=restrictions(self.countries),
            ViewerCertificate=viewer_certificate(self._certificate_arn(platform)),
            **self._optional(platform),
        )

    def _certificate_arn(self, platform: Platform) -> Value | None:
        site = domain_of(platform, self.domain)
        return Ref(site.certificate_id) if site else self.certificate

    def _origins(self, platform: Platform) -> Iterator[cloudfront.Origin]:
        for edge in {edge.target: edge for edge in platform.edges_from(self) if edge.verb == "origin"}.values():
            offered = platform.capability(edge).environment
            domain = offered["DOMAIN"]
            if _is_bucket(platform, edge.target):
                yield bucket_origin(edge.target, domain, GetAtt(self.access_id, "Id"))
            elif "VPC_ORIGIN" in offered:
                yield vpc_origin(edge.target, domain, offered["VPC_ORIGIN"])
            else:
                yield custom_origin(edge.target, domain, headers=origin_headers(offered))
        yield from (address_origin(one) for one in self._targets if is_address(one))

    def _behavior(self, platform: Platform, path: str) -> dict[str, object]:
        target, said = self._leads[path], self.behaviors.get(path)
        usual = behavior(target, self.headers_id, _is_bucket(platform, target))
        own = changed(path, target, said, Ids(self.stem)) if said else {}
        return {**usual, **own, **self._functions(path)}

    def _behaviors(self, platform: Platform) -> Iterator[cloudfront.CacheBehavior]:
        for path in self._leads:
            if path != _DEFAULT:
                yield cloudfront.CacheBehavior(PathPattern=path, **self._behavior(platform, path))

    def _optional(self, platform: Platform) -> dict[str, object]:
        pairs = [(self._leads[path], said.failover) for path, said in self.behaviors.items() if said.failover]
        found: dict[str, object] = origin_groups(pairs)
        if _is_bucket(platform, self._leads[_DEFAULT]):
            found["DefaultRootObject"] = self.root_object
        site = domain_of(platform, self.domain)
        hosts = site.hosts if site else self.domains
        if hosts:
            found["Aliases"] = list(hosts)
        if self.errors:
            found["CustomErrorResponses"] = [error_response(code, page) for code, page in sorted(self.errors.items())]
        firewall = acl_of_distribution(platform, self, self.firewall)
        if firewall:
            found["WebACLId"] = firewall
        return found

    def attributes(self) -> Mapping[str, Value]:
        return {"domain": GetAtt(self.main_id, "DomainName"), "id": Ref(self.main_id)}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        domain = GetAtt(self.main_id, "DomainName")
        yield Output(f"{self.stem}DomainName", domain, f"Domain name of the cdn {self.name}")
        yield Output(f"{self.stem}Id", Ref(self.main_id), f"Distribution of the cdn {self.name}")
        for word, text in self.signing_keys.items():
            about = f"Key-Pair-Id of URLs and cookies that are signed with {word}"
            yield Output(f"{self.stem}{pascal(word)}KeyId", Ref(key_id(self.stem, word, text)), about)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        if platform.region != GLOBAL_REGION:
            return
        dimensions = [{"Name": "DistributionId", "Value": Ref(self.main_id)}, {"Name": "Region", "Value": "Global"}]
        metric = {"Namespace": "AWS/CloudFront", "MetricName": "5xxErrorRate", "Dimensions": dimensions}
        yield AlarmSpec(
            name="ServerErrors",
            description=f"More than 5 % of the requests to {self.name} fail",
            metrics=({"Id": "errors", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Average"}},),
            threshold=5,
            evaluation_periods=3,
            datapoints=2,
        )

    def charts(self, platform: Platform) -> Iterable[Chart]:
        if platform.region == GLOBAL_REGION:
            dimensions = ("Region", "Global", "DistributionId", Ref(self.main_id))
            yield Chart(f"CDN {self.name}: requests", (("AWS/CloudFront", "Requests", *dimensions),), "Sum")
            rates = tuple(("AWS/CloudFront", name, *dimensions) for name in ("4xxErrorRate", "5xxErrorRate"))
            yield Chart(f"CDN {self.name}: errors in percent", rates)


def _is_bucket(platform: Platform, name: str) -> bool:
    return not is_address(name) and platform.components[name].section == "buckets"


KIND = Cdn
