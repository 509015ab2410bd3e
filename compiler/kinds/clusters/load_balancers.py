"""What load balancers of Kubernetes need: tags of subnets, and the role of the AWS Load Balancer Controller.

Source: AWS Load Balancer Controller, docs/install/iam_policy.json and docs/deploy/subnet_discovery.md. Where that
policy takes whatever has the tag of any cluster, this one takes what has the tag of this cluster, instead of every
security group the one of the cluster, and instead of every resource those of the account and region. ``*`` stands only
where IAM takes no resource (Service Authorization Reference).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, eks

from compiler.kinds.clusters.rules import CONTROLLER, SYSTEM
from compiler.kinds.clusters.settings import ClusterSettings
from compiler.program.component import Grant, Platform, Value
from compiler.shared.pod_identity import pod_trust
from compiler.shared.roles import policy, role
from compiler.source.json_value import Json

_TAGS = {"Public": "kubernetes.io/role/elb", "Private": "kubernetes.io/role/internal-elb"}
_TAG = "elbv2.k8s.aws/cluster"
_ASKED = tuple(
    f"ec2:{one}"
    for one in (
        *("DescribeAccountAttributes", "DescribeAddresses", "DescribeAvailabilityZones", "DescribeCoipPools"),
        *("DescribeInstances", "DescribeInternetGateways", "DescribeIpamPools", "DescribeNetworkInterfaces"),
        *("DescribeRouteTables", "DescribeSecurityGroups", "DescribeSubnets", "DescribeTags"),
        *("DescribeVpcPeeringConnections", "DescribeVpcs"),
    )
) + tuple(
    f"elasticloadbalancing:Describe{one}"
    for one in (
        *("CapacityReservation", "ListenerAttributes", "ListenerCertificates", "Listeners", "LoadBalancerAttributes"),
        *("LoadBalancers", "Rules", "SSLPolicies", "Tags", "TargetGroupAttributes", "TargetGroups", "TargetHealth"),
        "TrustStores",
    )
)
_BESIDE = ("acm:ListCertificates", "shield:GetSubscriptionState")
"""What certificates and protection there are, which annotations of an Ingress name."""
_NAMED = {
    "FindVpc": ("ec2", "GetSecurityGroupsForVpc", "vpc/*"),
    "FindPool": ("ec2", "GetCoipPoolUsage", "coip-pool/*"),
    "Certificate": ("acm", "DescribeCertificate", "certificate/*"),
    "SignIn": ("cognito-idp", "DescribeUserPoolClient", "userpool/*"),
    "FirewallKnown": ("wafv2", "GetWebACL", "regional/webacl/*/*"),
}
"""Statement id → service, action and resources of the account and region, which the controller can't know before."""
_ON_NOTHING = ("elasticloadbalancing:SetWebAcl", "shield:CreateProtection")
_OWN_CHANGED = (
    *("DeleteLoadBalancer", "DeleteTargetGroup", "DeregisterTargets", "ModifyCapacityReservation", "ModifyIpPools"),
    *("ModifyListenerAttributes", "ModifyLoadBalancerAttributes", "ModifyTargetGroup", "ModifyTargetGroupAttributes"),
    *("RegisterTargets", "SetIpAddressType", "SetSecurityGroups", "SetSubnets"),
)
_LISTENERS = (
    *("AddListenerCertificates", "CreateListener", "CreateRule", "DeleteListener", "DeleteRule", "ModifyListener"),
    *("ModifyRule", "RemoveListenerCertificates", "SetRulePriorities"),
)
_RULES = ("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress")
_BALANCERS = ("targetgroup/*/*", "loadbalancer/net/*/*", "loadbalancer/app/*/*")
_PARTS = ("listener/net/*/*/*", "listener/app/*/*/*", "listener-rule/net/*/*/*", "listener-rule/app/*/*/*")


def tags(tier: str) -> Mapping[str, str]:
    """What a subnet is found by, for load balancers that face the internet and for internal ones."""
    return {_TAGS[tier]: "1"} if tier in _TAGS else {}


def controller(cluster: ClusterSettings, platform: Platform) -> Iterator[AWSObject]:
    """The controller's role, and who takes it. Auto Mode has a controller of its own."""
    role_id = cluster.part("LoadBalancerRole")
    trusted = pod_trust(cluster.arn(platform), SYSTEM, CONTROLLER)
    grants = [*_reading(), *_guarding(), *_groups(cluster, platform), *_balancing(cluster, platform)]
    yield role(role_id, trusted, [policy("load-balancers", grants)])
    yield eks.PodIdentityAssociation(
        cluster.part("LoadBalancerIdentity"),
        ClusterName=Ref(cluster.main_id),
        Namespace=SYSTEM,
        ServiceAccount=CONTROLLER,
        RoleArn=GetAtt(role_id, "Arn"),
    )


def _reading() -> Iterator[tuple[str, Grant]]:
    linked = {"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}}
    service_role = (
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"
    )
    yield "ServiceRole", Grant(("iam:CreateServiceLinkedRole",), (Sub(service_role),), linked)
    yield "Find", Grant(_ASKED, ("*",))
    yield "Beside", Grant(_BESIDE, ("*",))
    for sid, (service, action, resource) in _NAMED.items():
        yield sid, Grant((f"{service}:{action}",), (_place(service, resource),))


def _guarding() -> Iterator[tuple[str, Grant]]:
    """Firewalls and protection before load balancers of this account."""
    balancer, firewall = _place("elasticloadbalancing", "loadbalancer/app/*/*"), _place("wafv2", "regional/webacl/*/*")
    actions = ("wafv2:AssociateWebACL", "wafv2:DisassociateWebACL", "wafv2:GetWebACLForResource")
    yield "Firewall", Grant(actions, (balancer, firewall))
    protection = Sub("arn:${AWS::Partition}:shield::${AWS::AccountId}:protection/*")
    yield "Shield", Grant(("shield:DeleteProtection", "shield:DescribeProtection"), (protection,))
    yield "Guard", Grant(_ON_NOTHING, ("*",))


def _groups(cluster: ClusterSettings, platform: Platform) -> Iterator[tuple[str, Grant]]:
    """Security groups that it makes, and its ways in to nodes and pods."""
    name, every = cluster.physical(platform), _place("ec2", "security-group/*")
    nodes = Sub(
        "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:security-group/${Group}",
        Group=GetAtt(cluster.main_id, "ClusterSecurityGroupId"),
    )
    yield "GroupNew", Grant(("ec2:CreateSecurityGroup",), (every, _place("ec2", "vpc/*")))
    created = {"ec2:CreateAction": "CreateSecurityGroup", f"aws:RequestTag/{_TAG}": name}
    yield "GroupTagNew", Grant(("ec2:CreateTags",), (every,), {"StringEquals": created})
    yield "GroupTag", Grant(("ec2:CreateTags", "ec2:DeleteTags"), (every,), _kept(name))
    yield "GroupOwn", Grant((*_RULES, "ec2:DeleteSecurityGroup"), (every,), _own(name))
    yield "GroupNodes", Grant(_RULES, (nodes,))


def _balancing(cluster: ClusterSettings, platform: Platform) -> Iterator[tuple[str, Grant]]:
    name = cluster.physical(platform)
    balancers, parts = (
        tuple(_place("elasticloadbalancing", one) for one in several) for several in (_BALANCERS, _PARTS)
    )
    new = {f"aws:RequestTag/{_TAG}": name}
    create, tag = _elb("CreateLoadBalancer", "CreateTargetGroup"), _elb("AddTags", "RemoveTags")
    yield "New", Grant(create, balancers, {"StringEquals": new})
    actions = {"elasticloadbalancing:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"]}
    yield "TagNew", Grant(_elb("AddTags"), balancers, {"StringEquals": {**actions, **new}})
    yield "Tag", Grant(tag, balancers, _kept(name))
    yield "TagParts", Grant(tag, parts)
    yield "Own", Grant(_elb(*_OWN_CHANGED), (*balancers, *parts[:2]), _own(name))
    yield "Listeners", Grant(_elb(*_LISTENERS), (*balancers[1:], *parts))


def _own(name: str) -> Mapping[str, Mapping[str, Json]]:
    return {"StringEquals": {f"aws:ResourceTag/{_TAG}": name}}


def _kept(name: str) -> Mapping[str, Mapping[str, Json]]:
    """Of the cluster, whose tag stays as it is."""
    return {**_own(name), "Null": {f"aws:RequestTag/{_TAG}": "true"}}


def _elb(*actions: str) -> tuple[str, ...]:
    return tuple(f"elasticloadbalancing:{one}" for one in actions)


def _place(service: str, resource: str) -> Value:
    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
