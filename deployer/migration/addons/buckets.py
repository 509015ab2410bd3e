"""`AWS::S3::Bucket` as a component of `buckets`, where it has nothing else."""

from __future__ import annotations

from compiler.source.json_value import Json

TYPE = "AWS::S3::Bucket"
SECTION = "buckets"
VERBS = ("read", "write")
ATTRIBUTES = {"": "name", "Arn": "arn", "RegionalDomainName": "domain"}
_ALWAYS = {
    "AccessControl": "Private",
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    },
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
}
"""What each bucket of a spec has."""
_SET = frozenset({"BucketName", "BucketEncryption", "VersioningConfiguration", "LifecycleConfiguration"})


def native(properties: dict[str, Json]) -> dict[str, Json] | None:
    """The settings; None where a property has no setting."""
    always = {key: properties[key] for key in _ALWAYS if key in properties}
    if any(_ALWAYS[key] != value for key, value in always.items()) or not properties.keys() <= {*_ALWAYS, *_SET}:
        return None
    rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
    settings: dict[str, Json] = {"versioning": properties.get("VersioningConfiguration", {}).get("Status") == "Enabled"}
    for rule in rules:
        made = _rule(rule)
        if made is None:
            return None
        settings |= made
    return {key: value for key, value in settings.items() if (key, value) != ("versioning", True)}


def _rule(rule: dict[str, Json]) -> dict[str, Json] | None:
    """A rule of all objects that ends former versions, unfinished uploads or objects."""
    rest = {key: value for key, value in rule.items() if key not in ("Id", "Status")}
    uploads = rest.pop("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation")
    former, days = rest.pop("NoncurrentVersionExpirationInDays", None), rest.pop("ExpirationInDays", None)
    if rest or rule.get("Status") != "Enabled":
        return None
    found = {"noncurrent_days": former, "abort_uploads_days": uploads, "expire": days}
    return {key: value for key, value in found.items() if value is not None}
