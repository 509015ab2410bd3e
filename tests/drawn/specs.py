"""Draws whole platforms: components of any kind that use each other, environments, overrides, defaults and `each`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from compiler.language.names import pascal
from compiler.language.schema import Schema, beside_existing, load_schema
from compiler.source.json_value import Json
from tests.drawn.grouping import grouped, groups_of
from tests.drawn.values import NOTHING, Cast, Values

WORDS = (
    *("main", "jobs", "api", "web", "logs", "media", "mail", "a", "x1", "order-events", "blue_green", "people"),
    *("shop", "b-2", "nightly", "alerts", "cache", "files", "site", "edge", "billing", "tenants", "z9-z", "key"),
    *("a-name-of-thirty-two-characters0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11"),
)
REGIONS = ("us-east-1", "eu-central-1", "us-west-2")
POSTURES = ("development", "staging", "production")
BELOW = "below.yaml"
"""The spec beside a drawn one, which it may import."""
RAW: tuple[Mapping[str, Json], ...] = (
    {"Type": "AWS::IoT::ThingGroup"},
    {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}},
    {"Type": "AWS::SNS::Topic", "layer": "messaging", "verbs": {"post": {"actions": ["sns:Publish"]}}},
)
"""Raw resources: CloudFormation's own properties are in no schema of ours."""
_OF_INSTANCES = (
    *("version", "instance", "instances", "serverless", "storage_type", "password", "port", "tls", "audit", "profiler"),
    *("log_days", "engine_parameters", "performance_insights", "ca", "deletion_protection", "restore_from"),
    *("snapshot_before_deployment", "events"),
)
"""What an elastic cluster of documents does not have."""
_OF_NODES = (
    *("node", "nodes", "shards", "port", "eviction", "engine_parameters"),
    *("maintenance_window", "auto_minor_upgrade"),
)
"""What a serverless cache does not have."""
_OF_USERS = ("shards", "auth", "access", "eviction", "keeps_data", "snapshot_days", "snapshot_window")
"""What a Memcached cluster does not have."""
_OF_BUCKETS = {"index": None, "backup": None, "fields": True, "retry_seconds": 300}
_METRIC = {"namespace": "Shop", "metric": "Carts"}
_STEPS = {"busy": {"of": "cpu", "steps": [{"above": 60, "add": 1}, {"above": 90, "add": 3}, {"below": 9, "remove": 1}]}}
TOGETHER: Mapping[str, Sequence[Mapping[str, Json]]] = {
    "budgets": [{"email": ["ops@example.com"]}],
    "buckets": [
        {"website": None},
        {
            "receives_logs": False,
            "public_read": {"reason": "Pages of the spring fair", "paths": ["*"]},
            "website": {"error": "404.html", "redirects": [{"prefix": "a/", "replace_prefix": "b/"}]},
        },
    ],
    "caches": [
        {"engine": "redis", "version": "7.1", "serverless": None},
        {"engine": "valkey", "version": "8.1", "serverless": None, "nodes": 2},
        {"engine": "valkey", "version": "8.1", "serverless": {"max_gb": 10}, **dict.fromkeys(_OF_NODES)},
        {"engine": "memcached", "version": "1.6.22", "serverless": None, **dict.fromkeys(_OF_USERS)},
        {"engine": "memcached", "version": "1.6.22", "serverless": {}, **dict.fromkeys((*_OF_USERS[:5], *_OF_NODES))},
    ],
    "cdn": [
        {"behaviors": {}, "functions": {}, "signing_keys": {}},
        {
            "functions": {},
            "signing_keys": {},
            "redirects": {},
            "spa": False,
            "paths": {"/a/*": "https://a.example.com", "/*": "https://example.com"},
            "behaviors": {
                "/a/*": {"cache": {"seconds": 60, "query": ["a"]}, "failover": {"to": "https://b.example.com"}},
                "/*": {"methods": "read", "cache": {"cookies": "all", "headers": ["origin"]}},
            },
        },
    ],
    "clusters": [
        {"version": "1.35", "nodes": {"general": {}}},
        {"version": "1.34", "auto": True, "nodes": {}, "fargate": {}},
        {"version": "1.35", "nodes": {}, "fargate": {"all": {"namespaces": {"kube-system": {}, "default": {}}}}},
    ],
    "databases": [
        {"engine": "postgres", "version": "16"},
        {"engine": "mysql", "version": "8.4"},
        {"engine": "mariadb", "version": "11.4"},
        {
            "engine": "aurora-postgresql",
            "version": "17",
            "instance": "db.r7g.large",
            "password": "generated",
            "data_api": True,
            "global_database": {"name": "drawn-main"},
        },
    ],
    "documents": [
        {"version": "5.0.0", "elastic": None},
        {"elastic": {"shards": 1, "capacity": 2}, "keep": "retain", **dict.fromkeys(_OF_INSTANCES)},
    ],
    "domains": [
        {"zone": {"create": True}, "certificate": {}},
        {"zone": {"id": "Z0123456789ABCDEFGHIJ"}, "certificate": {}},
        {
            "zone": {"create": True},
            "records": {
                "one": {"type": "A", "name": "www", "values": ["203.0.113.7"], "routing": {"weight": 1}},
                "two": {"type": "A", "name": "www", "values": ["203.0.113.8"], "routing": {"weight": 2}},
            },
        },
        {"zone": {"create": True, "private": True}},
    ],
    "functions": [
        {},
        {"triggers": [{"deploy": "before"}], "timeout": 600, "concurrency": None},
        {"image": None, "code": "./api", "runtime": "python3.13", "handler": "app.handler", "ignore": ["code"]},
        {"image": {"parameter": "/team/api"}, "code": None, "runtime": None, "handler": None, "ignore": []},
        {"triggers": [{"deploy": "after", "with": {"release": 42}}], "timeout": 30, "concurrency": 1},
    ],
    "imports": [{"platform": f"./{BELOW}", "environment": "dev", "components": None}],
    "jobs": [
        {"image": {"parameter": "/team/job"}, "ignore": []},
        {"image": "public.ecr.aws/a/b:1", "ignore": ["image"]},
        {"cpu": 256, "memory": 512},
        {"cpu": 1024, "memory": 2048, "read_only_root": False},
    ],
    "load_balancer": [
        {"rules": {}},
        {
            "rules": {
                "gone": {"path": "/gone", "query": {"v": "1"}, "answer": {"status": 410}},
                "moved": {"path": "/old/*", "methods": ["GET"], "redirect": {"path": "/new/#{path}"}},
            }
        },
    ],
    "log_subscriptions": [
        {"pattern": "?ERROR ?WARN", "distribution": "by_log_stream", "rotation": "day", **_OF_BUCKETS},
        {"pattern": "", "distribution": "by_log_stream"},
    ],
    "models": [
        {},
        {"image": {"build": "./model"}},
        {"image": {"parameter": "/team/m", "repository": "222222222222.dkr.ecr.us-east-1.amazonaws.com/m"}},
    ],
    "monitoring": [
        {"default_alarms": False},
        {
            "log_alarms": {"errors": {"pattern": '{ $.level = "error" }'}},
            "composite": {"down": {"rule": "ALARM(errors)"}},
        },
        {
            "custom": {
                "rate": {"expression": "a * 2", "metrics": {"a": {"namespace": "Shop", "metric": "A"}}, "band": 2}
            }
        },
    ],
    "network_load_balancers": [
        {
            "static_addresses": False,
            "ip_address_type": "ipv4",
            "allow_from_ipv6": None,
            "certificate": None,
            "domain": None,
            "logs_to": None,
            "listeners": {"web": {"port": 80, "load_balancer": "internal"}},
        },
        {
            "public": True,
            "static_addresses": True,
            "ip_address_type": "ipv4",
            "certificate": "arn:aws:acm:us-east-1:222222222222:certificate/12345678-1234-1234-1234-123456789012",
        },
    ],
    "network": [
        {"cidr": "10.0.0.0/16"},
        {"cidr": "10.8.0.0/16", "more_cidrs": ["100.64.0.0/16", "10.9.0.0/22"], "ipv6": True, "peerings": {}},
        {
            "cidr": "10.0.0.0/16",
            "peerings": {
                "stock": {"vpc": "vpc-0123456789abcdef0", "cidrs": ["10.50.0.0/16"]},
                "office": {"connection": "pcx-0123456789abcdef0", "cidrs": ["10.60.0.0/16"], "tiers": ["private"]},
            },
            "transit_gateways": {"core": {"id": "tgw-0123456789abcdef0", "cidrs": ["172.16.0.0/12"]}},
        },
        {
            "nat": "none",
            "transit_gateways": {
                "core": {"id": "tgw-0123456789abcdef0", "cidrs": ["0.0.0.0/0"], "tiers": ["private", "isolated"]}
            },
        },
        {
            "endpoints": ["s3", "sqs", "logs"],
            "endpoint_policy": {"within": "o-a1b2c3d4e5"},
            "egress": {"https_anywhere": False, "to": [{"list": "pl-63a5400a"}, {"cidr": "10.50.0.0/16"}]},
        },
    ],
    "search": [
        {"domain": {"version": "2.19"}, "collection": None},
        {"domain": None, "collection": {"type": "vector"}},
        {"domain": None},
        {"collection": None},
    ],
    "services": [
        {"image": {"parameter": "/team/web"}, "ignore": ["desired_count"]},
        {"image": "public.ecr.aws/a/b:1", "ignore": ["image"]},
        {"cpu": 256, "memory": 512},
        {"cpu": 1024, "memory": 2048, "read_only_root": False},
        {"cpu": 256, "memory": 512, "spot": False, "scale": {"min": 1, "max": 3, "metrics": _STEPS}},
        {"cpu": 256, "memory": 512, "scale": {"min": 1, "max": 3, "steps": _STEPS["busy"]["steps"]}},
        {"cpu": 256, "memory": 512, "port": 8080, "ports": {"monitor": 9090}, "ingress": {"port": "monitor"}},
        {
            "cpu": 256,
            "memory": 512,
            "ports": {"client": 4222, "cluster": 6222},
            "peers": {"ports": ["cluster"]},
            "scale": {"min": 3, "max": 3},
            "deployment": {},
        },
        {"cpu": 256, "memory": 512, "scale": {"metrics": {"carts": {**_METRIC, "target": 4.5}}}},
    ],
}
"""Settings that only fit each other; one of a section's rows is in most of its components."""
_OF_THE_COMPONENT = ("only", "renamed_from", "properties", "uses")


@st.composite
def specs(draw: st.DrawFn, most: int = 6, wild: bool = True, section: str = "") -> dict[str, Json]:
    """A spec that starts with `most` components at most, the first of `section` when that is said.

    Strings of `wild` ones are any that a pattern takes; of others they are likely.
    """
    return _Platform(draw, load_schema(), most, wild).spec(section)


class _Platform:
    def __init__(self, draw: st.DrawFn, schema: Schema, most: int, wild: bool) -> None:
        self._draw = draw
        self._schema = schema
        self._most = most
        names = draw(st.lists(st.sampled_from(["dev", "staging", "prod"]), min_size=1, max_size=2, unique=True))
        self._cast = Cast(schema, {}, names, self._enlist, wild)
        self._waiting: list[str] = []

    def spec(self, section: str) -> dict[str, Json]:
        kinds = [*self._schema.kinds]
        self._add(section or self._draw(st.sampled_from(kinds)))
        for _ in range(self._draw(st.integers(0, self._most - 1))):
            self._add(self._draw(st.sampled_from(kinds)))
        components = self._components()
        spec: dict[str, Json] = {"platform": "drawn", **self._header(), **components}
        spec["environments"] = {name: self._environment(components) for name in self._cast.environments}
        groups = groups_of(components)
        return spec if not groups or self._draw(st.booleans()) else grouped(spec, groups)

    def _enlist(self, sections: Sequence[str]) -> str | None:
        if len(self._cast.sections) >= 3 * self._most or not sections:
            return None
        return self._add(self._draw(st.sampled_from(sections)))

    def _add(self, section: str) -> str:
        """A component of `section` with a name that no other has; a singleton is its section."""
        taken = {pascal(name) for name in self._cast.sections}
        free = [word for word in WORDS if pascal(word) not in taken]
        name = section if self._schema.singleton(section) else self._draw(st.sampled_from(free))
        if name not in self._cast.sections:
            self._cast.sections[name] = section
            self._waiting.append(name)
        return name

    def _components(self) -> dict[str, Json]:
        found: dict[str, Json] = {}
        while self._waiting:
            name = self._waiting.pop(0)
            section = self._cast.sections[name]
            settings = self._settings(name, section)
            if self._schema.singleton(section):
                found[section] = settings
            else:
                said, settings = self._repeated(name, settings)
                found.setdefault(section, {})[said] = settings
        return found

    def _settings(self, name: str, section: str) -> dict[str, Json]:
        if section == "resources":
            return {**self._draw(st.sampled_from(RAW))}
        if "x-exports" in self._schema.kinds[section]:
            return {self._schema.kinds[section]["x-exports"]: self._exported()}
        drawn = self._values(name).settings(self._schema.kinds[section], self._draw(st.sampled_from([2, 6, 12])))
        drawn = self._made_or_there(self._schema.kinds[section], drawn)
        if "existing" in drawn:
            return drawn
        if section in TOGETHER and self._draw(st.integers(0, 5)):
            drawn |= self._draw(st.sampled_from(TOGETHER[section]))
        return drawn

    def _exported(self) -> str | None:
        """A component of a kind that can be shared, which may have settings that keep it from that."""
        able = [name for name, kind in self._schema.kinds.items() if "shares" in kind.get("x-existing", {})]
        name = self._enlist([one for one in able if not self._schema.singleton(one)])
        return f"{self._cast.sections[name]}.{name}" if name else None

    def _made_or_there(self, kind: Mapping[str, Json], drawn: dict[str, Json]) -> dict[str, Json]:
        """Settings of something to be made, or now and then the little that is said of what is there already."""
        if "existing" not in drawn or self._draw(st.integers(0, 3)):
            return {name: value for name, value in drawn.items() if name != "existing"}
        return {name: value for name, value in drawn.items() if name in beside_existing(kind)}

    def _values(self, name: str) -> Values:
        return Values(self._draw, self._cast, name)

    def _repeated(self, name: str, settings: dict[str, Json]) -> tuple[str, dict[str, Json]]:
        """Now and then a template by `each`, of which one has the name that others may use."""
        if "-" not in name or self._draw(st.integers(0, 2)):
            return name, settings
        stem, _, last = name.rpartition("-")
        return f"{stem}-{{word}}", {**settings, "each": {"word": [last, "other"]}}

    def _header(self) -> dict[str, Json]:
        header = self._schema.base["properties"]
        known = {key: header[key] for key in ("region", "tags", "naming")}
        said = self._values("").settings({"properties": known}, 1)
        if "region" in said:
            said["region"] = self._draw(st.sampled_from(REGIONS))
        defaults = self._defaults()
        return {**said, **({"defaults": defaults} if defaults else {})}

    def _defaults(self) -> dict[str, Json]:
        sections = sorted({one for one in self._cast.sections.values() if not self._schema.singleton(one)})
        if not sections or self._draw(st.integers(0, 2)):
            return {}
        section = self._draw(st.sampled_from(sections))
        return {section: self._partly("", section)} if section != "resources" else {}

    def _partly(self, name: str, section: str) -> dict[str, Json]:
        """A few settings of a section's component."""
        kind = self._schema.kinds[section]
        known = {key: about for key, about in kind["properties"].items() if key not in _OF_THE_COMPONENT}
        return self._values(name).settings({"properties": known}, 2, whole=False)

    def _environment(self, components: Mapping[str, Json]) -> dict[str, Json]:
        said: dict[str, Json] = {"posture": self._draw(st.sampled_from(POSTURES))}
        if not self._draw(st.integers(0, 3)):
            said["account"] = "111111111111"
        if not self._draw(st.integers(0, 3)):
            said["region"] = self._draw(st.sampled_from(REGIONS))
        if self._draw(st.booleans()):
            section = self._draw(st.sampled_from([*components]))
            patch = self._patch(section, components[section])
            said |= {} if patch is NOTHING else {section: patch}
        return said

    def _patch(self, section: str, written: Mapping[str, Json]) -> Json:
        """Other settings of one component, or null that takes it away."""
        if section == "resources":
            return NOTHING
        if self._schema.singleton(section):
            return self._partly(section, section)
        name = self._draw(st.sampled_from([*written]))
        return {name: self._partly(name, section) if self._draw(st.integers(0, 4)) else None}
