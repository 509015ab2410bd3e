"""API keys of a REST API and the usage plans that they belong to."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, Ref, apigateway

from compiler.kinds.apis.settings import ApiSettings, Plan
from compiler.language.names import pascal
from compiler.program.component import Output, Platform
from compiler.shared.digest import mark
from compiler.source.json_value import Json


def plans(platform: Platform, api: ApiSettings) -> Iterator[AWSObject]:
    for name, plan in api.plans.items():
        yield _plan(platform, api, name, plan)
        for key in plan.keys:
            yield _key(platform, api, key)
            yield apigateway.UsagePlanKey(
                f"{key_id(api, key)}InPlan",
                KeyId=Ref(key_id(api, key)),
                KeyType="API_KEY",
                UsagePlanId=Ref(_plan_id(api, name)),
            )


def key_outputs(api: ApiSettings) -> Iterator[Output]:
    for key in (key for plan in api.plans.values() for key in plan.keys):
        about = f"Id of the API key {key} of {api.name}: apigateway get-api-key tells its value"
        yield Output(key_id(api, key), Ref(key_id(api, key)), about)


def key_id(api: ApiSettings, key: str) -> str:
    return f"{api.main_id}{pascal(key)}{mark(key)}Key"


def _plan_id(api: ApiSettings, name: str) -> str:
    return f"{api.main_id}{pascal(name)}{mark(name)}Plan"


def _plan(platform: Platform, api: ApiSettings, name: str, plan: Plan) -> apigateway.UsagePlan:
    options: dict[str, Json] = {}
    if plan.quota:
        options["Quota"] = apigateway.QuotaSettings(Limit=plan.quota.limit, Period=plan.quota.per.upper())
    return apigateway.UsagePlan(
        _plan_id(api, name),
        UsagePlanName=f"{platform.name}-{platform.environment}-{api.name}-{name}",
        ApiStages=[apigateway.ApiStage(ApiId=Ref(api.main_id), Stage=Ref(api.stage_id))],
        Throttle=apigateway.ThrottleSettings(RateLimit=plan.rate, BurstLimit=plan.burst),
        **options,
    )


def _key(platform: Platform, api: ApiSettings, key: str) -> apigateway.ApiKey:
    """API Gateway makes its value, which no template ever has."""
    return apigateway.ApiKey(
        key_id(api, key),
        Name=f"{platform.name}-{platform.environment}-{api.name}-{key}",
        Enabled=True,
    )
