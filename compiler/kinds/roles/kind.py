"""IAM roles for what is outside of the platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, iam

from compiler.kinds.roles.trust_policy import Trusted, trust_policy
from compiler.language.times import in_seconds
from compiler.program.component import Capability, Grant, Output, Platform, User, Value
from compiler.shared.logs import Logs, log_group
from compiler.shared.roles import policy
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_WRITE_LOGS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")


@frozen(kw_only=True)
class Role(User):
    """A role that may do what it uses."""

    description: str | None
    trusted: Trusted
    instance_profile: bool
    session_hours: int | str
    boundary: str | None
    logs: Logs | None

    @property
    def role_id(self) -> str:
        return self.main_id

    @property
    def log_group_id(self) -> str:
        return f"{self.stem}LogGroup"

    @property
    def profile_id(self) -> str:
        return f"{self.stem}InstanceProfile"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        if self.logs:
            yield log_group(self.log_group_id, self, self.logs, platform)
        yield iam.Role(
            self.main_id,
            Description=self.description or f"{self.name} of {platform.name} {platform.environment}",
            AssumeRolePolicyDocument=trust_policy(self.trusted),
            MaxSessionDuration=in_seconds(self.session_hours, "hours"),
            **self._options(),
        )
        if self.instance_profile:
            yield iam.InstanceProfile(self.profile_id, Roles=[Ref(self.main_id)])

    def _options(self) -> dict[str, Json]:
        found: dict[str, Json] = {}
        if self.boundary:
            found["PermissionsBoundary"] = self.boundary
        if self.logs:
            write = Grant(_WRITE_LOGS, (GetAtt(self.log_group_id, "Arn"),))
            found["Policies"] = [policy("logs", [("Logs", write)])]
        return found

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {"logs": Capability(log_groups=(self.log_group_id,) if self.logs else ())}

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": GetAtt(self.main_id, "Arn"), "name": Ref(self.main_id)}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Arn", GetAtt(self.main_id, "Arn"), f"ARN of the role {self.name}")
        if self.instance_profile:
            about = f"Instance profile of the role {self.name}"
            yield Output(f"{self.stem}InstanceProfileName", Ref(self.profile_id), about)
        if self.logs:
            yield Output(f"{self.stem}LogGroupName", Ref(self.log_group_id), f"Log group of the role {self.name}")


KIND = Role
