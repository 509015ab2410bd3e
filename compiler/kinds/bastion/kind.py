"""The bastion: an instance that only Systems Manager reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, Tags, ec2, iam

from compiler.program.component import AlarmSpec, Chart, Grant, Output, Platform, User, Value
from compiler.program.glue import waits
from compiler.shared.metrics import query
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.roles import policy, role
from compiler.shared.security_groups import outgoing_group
from compiler.shared.subnets import private_subnets
from compiler.source.frozen import frozen

_IMAGE = "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}}"
"""The newest Amazon Linux 2023, which has the agent (EC2 user guide, public parameters)."""
_ROOT = "/dev/xvda"
_SESSIONS = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""Source: Systems Manager user guide, IAM role with minimal Session Manager permissions, which names no resources."""


@frozen(kw_only=True)
class Bastion(User):
    """One instance without a way in; a new image replaces it at the next change of its stack."""

    instance: str
    storage: int

    @property
    def main_id(self) -> str:
        return f"{self.stem}Instance"

    @property
    def role_id(self) -> str:
        return f"{self.stem}Role"

    @property
    def security_group_id(self) -> str:
        return f"{self.stem}SecurityGroup"

    @property
    def profile_id(self) -> str:
        """Logical id of the instance profile."""
        return f"{self.stem}Profile"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield outgoing_group(platform, self.security_group_id, "Bastion: nothing comes in")
        yield role(self.role_id, _trust(), [policy("sessions", [("Sessions", Grant(_SESSIONS, ("*",)))])])
        yield iam.InstanceProfile(self.profile_id, Roles=[Ref(self.role_id)])
        yield self._instance(platform)

    def _instance(self, platform: Platform) -> ec2.Instance:
        after = waits(platform, self)
        return ec2.Instance(
            self.main_id,
            ImageId=_IMAGE,
            InstanceType=self.instance,
            IamInstanceProfile=Ref(self.profile_id),
            SubnetId=private_subnets(platform)[0],
            SecurityGroupIds=[GetAtt(self.security_group_id, "GroupId")],
            BlockDeviceMappings=[ec2.BlockDeviceMapping(DeviceName=_ROOT, Ebs=self._volume())],
            EbsOptimized=True,
            MetadataOptions=ec2.MetadataOptions(HttpTokens="required", HttpPutResponseHopLimit=1),
            PropagateTagsToVolumeOnCreation=True,
            Tags=Tags(Name=f"{platform.name}-{platform.environment}-{self.name}"),
            **({"DependsOn": after} if after else {}),
        )

    def _volume(self) -> ec2.EbsBlockDevice:
        return ec2.EbsBlockDevice(
            DeleteOnTermination=True, Encrypted=True, KmsKeyId=KEY_ARN, VolumeSize=self.storage, VolumeType="gp3"
        )

    def attributes(self) -> Mapping[str, Value]:
        return {"id": Ref(self.main_id), "security_group": Ref(self.security_group_id)}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}InstanceId", Ref(self.main_id), "Instance to open a session with")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield AlarmSpec(
            name="Failed",
            description="The bastion fails the checks of EC2 for 5 minutes",
            metrics=(query("AWS/EC2", "StatusCheckFailed", "Maximum", {"InstanceId": Ref(self.main_id)}),),
            threshold=0,
            evaluation_periods=5,
            datapoints=5,
        )

    def charts(self, platform: Platform) -> Iterable[Chart]:
        yield Chart("Bastion", tuple(self._rows()))

    def _rows(self) -> Iterator[tuple[Value, ...]]:
        for metric in ("CPUUtilization", "CPUCreditBalance"):
            yield "AWS/EC2", metric, "InstanceId", Ref(self.main_id)


def _trust() -> PolicyDocument:
    """Without aws:SourceAccount, which EC2 does not send; iam:PassRole keeps a role to its own account."""
    instances = Statement(
        Effect=Allow,
        Principal=Principal("Service", "ec2.amazonaws.com"),
        Action=[Action("sts", "AssumeRole")],
    )
    return PolicyDocument(Version="2012-10-17", Statement=[instances])


KIND = Bastion
