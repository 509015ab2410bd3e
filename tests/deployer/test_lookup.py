"""What `lookup` finds of things that are there already: over real HTTP in the sandbox, and by answers written out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.language.schema import load_schema
from compiler.meaning.lock import read_lock, write_lock
from compiler.pipeline import check_spec, compile_spec, resolved_spec
from compiler.source.json_value import Json
from deployer import finders
from deployer.errors import DeployError
from deployer.finder import finder_names, finder_of
from deployer.lookup import look_up
from deployer.sandbox.process import open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination
from tests.kinds.building import resources

REGION = "us-east-1"
SCHEMA = load_schema()
HEAD = "platform: demo\nenvironments: {dev: {posture: development}, prod: {posture: production}}\n"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with open_sandbox(tmp_path_factory.mktemp("sandbox"), REGION) as running:
        yield connect_to(sandbox_destination(running, REGION))


@pytest.fixture(scope="module")
def key(aws: Aws) -> str:
    """ARN of a customer's key with the alias ``alias/shop``."""
    kms = aws.client("kms", REGION)
    about = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/shop", TargetKeyId=about["KeyId"])
    return str(about["Arn"])


def found(aws: Aws, folder: Path, text: str, environment: str = "dev") -> dict[str, Json]:
    """Word → value of all that is looked up; the spec is sound with it."""
    spec = folder / "spec.yaml"
    spec.write_text(HEAD + text)
    document, environments = resolved_spec(str(spec), environment)
    lock = read_lock(str(spec), SCHEMA).with_environment(environment, look_up(document, SCHEMA, aws), environments)
    write_lock(lock)
    check_spec(str(spec), (environment,))
    return lock.attributes(environment, SCHEMA)


def refused(aws: Aws, folder: Path, text: str) -> str:
    with pytest.raises(DeployError) as caught:
        found(aws, folder, text)
    assert caught.value.exit_code == 4
    return str(caught.value)


def vpc(aws: Aws, *subnets: tuple[str, str, str]) -> tuple[str, list[str]]:
    """A VPC and its subnets: zone, range and where the default route leads; empty for none, ``main`` for no table."""
    ec2 = aws.client("ec2", REGION)
    vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
    ids = []
    for zone_letter, cidr, way in subnets:
        made = ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZone=REGION + zone_letter)["Subnet"]
        ids.append(made["SubnetId"])
        if way == "main":
            continue
        table = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=table, SubnetId=ids[-1])
        target = {"igw": {"GatewayId": gateway}, "nat": {"NatGatewayId": "nat-0123456789abcdef0"}}.get(way)
        if target:
            ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
    return str(vpc_id), ids


def test_subnets_by_tier_in_the_order_of_their_zones(aws: Aws, tmp_path: Path) -> None:
    vpc_id, ids = vpc(
        aws,
        ("b", "10.9.1.0/24", "igw"),
        ("a", "10.9.0.0/24", "igw"),
        ("b", "10.9.3.0/24", "nat"),
        ("a", "10.9.2.0/24", "nat"),
        ("b", "10.9.5.0/24", "main"),
        ("a", "10.9.4.0/24", ""),
    )
    public, private, isolated = ([ids[1], ids[0]], [ids[3], ids[2]], [ids[5], ids[4]])
    text = f"network: {{existing: {{vpc: {vpc_id}}}}}\n"
    text += "functions: {worker: {runtime: python3.13, code: code, handler: app.handler, network: always}}\n"
    assert found(aws, tmp_path, text) == {
        "network.cidr": "10.9.0.0/16",
        "network.public": public,
        "network.private": private,
        "network.isolated": isolated,
    }
    (compiled,) = compile_spec(str(tmp_path / "spec.yaml"), ("dev",))
    assert resources(compiled)["WorkerFunction"]["Properties"]["VpcConfig"]["SubnetIds"] == private


def test_what_the_spec_says_is_not_looked_up(aws: Aws, tmp_path: Path) -> None:
    vpc_id, ids = vpc(aws, ("a", "10.9.0.0/24", "igw"), ("b", "10.9.1.0/24", "igw"))
    lone = f"network: {{existing: {{vpc: {vpc_id}}}}}\nqueues: {{jobs: {{}}}}\n"
    assert "set the ones to use as 'private'" in refused(aws, tmp_path, lone)
    said = lone.replace("}}\n", f", private: [{ids[0]}, {ids[1]}]}}}}\n", 1)
    assert found(aws, tmp_path, said) == {"network.cidr": "10.9.0.0/16", "network.public": ids}


def test_keys_of_what_is_encrypted(aws: Aws, tmp_path: Path, key: str) -> None:
    own: Json = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key.split("/")[-1]}
    }
    for name in ("shop-media", "shop-open"):
        aws.s3.create_bucket(Bucket=name)
    aws.s3.put_bucket_encryption(Bucket="shop-media", ServerSideEncryptionConfiguration={"Rules": [own]})
    sqs, sns = aws.client("sqs", REGION), aws.client("sns", REGION)
    sqs.create_queue(QueueName="orders", Attributes={"KmsMasterKeyId": "alias/shop"})
    sqs.create_queue(QueueName="plain", Attributes={"KmsMasterKeyId": "alias/aws/sqs"})
    topic = sns.create_topic(Name="alerts", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    kinesis = aws.client("kinesis", REGION)
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    kinesis.start_stream_encryption(StreamName="clicks", EncryptionType="KMS", KeyId=key)
    text = (
        "buckets: {media: {existing: shop-media}, open: {existing: 'arn:aws:s3:::shop-open'}}\n"
        "queues: {orders: {existing: orders}, plain: {existing: plain}}\n"
        f"topics: {{alerts: {{existing: '{topic}'}}}}\nstreams: {{clicks: {{existing: clicks}}}}\n"
        "functions: {worker: {runtime: python3.13, code: c, handler: a.b, uses: {orders: send, plain: send}}}\n"
    )
    assert found(aws, tmp_path, text) == {
        "buckets.media.key": key,
        "queues.orders.key": key,
        "topics.alerts.key": key,
        "streams.clicks.key": key,
    }
    (compiled,) = compile_spec(str(tmp_path / "spec.yaml"), ("dev",))
    statements = resources(compiled)["WorkerFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Resource"] for one in statements if "kms:Decrypt" in one["Action"]] == [[key]]


def test_a_table_with_its_stream(aws: Aws, tmp_path: Path) -> None:
    made = aws.client("dynamodb", REGION).create_table(
        TableName="carts",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    text = "tables: {carts: {existing: carts}}\n"
    text += "functions: {worker: {runtime: python3.13, code: c, handler: a.b, triggers: [{table: carts}]}}\n"
    assert found(aws, tmp_path, text)["tables.carts.stream"] == made["LatestStreamArn"]


def test_secrets_by_name_and_keys_by_alias_become_whole(aws: Aws, tmp_path: Path, key: str) -> None:
    secret = aws.client("secretsmanager", REGION).create_secret(Name="stripe", SecretString="{}", KmsKeyId=key)["ARN"]
    text = (
        "encryption: {existing: alias/shop}\nkeys: {signing: {existing: alias/shop}}\n"
        "secrets: {stripe: {existing: stripe, keys: [api_key]}}\n"
        "functions: {worker: {runtime: python3.13, code: c, handler: a.b, uses: {stripe: read, signing: use}}}\n"
    )
    assert found(aws, tmp_path, text) == {
        "encryption.id": key,
        "keys.signing.id": key,
        "secrets.stripe.id": secret,
        "secrets.stripe.key": key,
    }
    (compiled,) = compile_spec(str(tmp_path / "spec.yaml"), ("dev",))
    text = json.dumps(resources(compiled))
    assert secret in text and "alias/shop" not in text


def test_a_domain_has_the_nearest_zone_and_a_certificate_where_it_is_served(aws: Aws, tmp_path: Path) -> None:
    route53 = aws.client("route53", REGION)
    zones = [
        route53.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"].split("/")[-1]
        for name in ("example.org", "shop.example.org")
    ]
    arn = aws.client("acm", REGION).request_certificate(DomainName="*.shop.example.org")["CertificateArn"]
    lone = "domains: {site: {domain: www.example.org, existing: {}}}\nqueues: {jobs: {}}\n"
    assert found(aws, tmp_path, lone) == {"domains.site.zone": zones[0]}
    served = (
        "domains: {site: {domain: api.shop.example.org, existing: {}}}\n"
        "functions: {worker: {runtime: python3.13, code: c, handler: a.b}}\n"
        "apis: {public: {routes: {$default: worker}, domain: site}}\n"
    )
    assert found(aws, tmp_path, served) == {"domains.site.zone": zones[1], "domains.site.certificate": arn}
    bare = served.replace("api.shop.example.org", "api.example.org")
    assert "there is no issued certificate for 'api.example.org' in us-east-1" in refused(aws, tmp_path, bare)


def test_a_certificate_for_a_cdn_is_looked_for_in_its_region(aws: Aws, tmp_path: Path) -> None:
    aws.client("route53", REGION).create_hosted_zone(Name="example.net", CallerReference="net")
    arns = {
        region: aws.client("acm", region).request_certificate(DomainName="example.net")["CertificateArn"]
        for region in ("us-east-1", "eu-west-1")
    }
    text = (
        "region: eu-west-1\ndomains: {site: {domain: example.net, existing: {}}}\nbuckets: {static: {}}\n"
        "cdn: {front: {paths: {'/*': static}, domain: site}}\n"
    )
    assert found(aws, tmp_path, text)["domains.site.certificate"] == arns["us-east-1"]


def test_a_database_by_its_name(aws: Aws, tmp_path: Path) -> None:
    rds, group = aws.client("rds", REGION), aws.client("ec2", REGION).create_security_group
    groups = [group(GroupName=name, Description=name)["GroupId"] for name in ("one", "two")]
    made = rds.create_db_cluster(
        DBClusterIdentifier="shop",
        Engine="aurora-postgresql",
        MasterUsername="shop",
        ManageMasterUserPassword=True,
        VpcSecurityGroupIds=groups[:1],
        Port=5432,
    )["DBCluster"]
    text = "databases: {main: {engine: postgres, existing: {id: shop}}}\n"
    words = found(aws, tmp_path, text)
    assert words["databases.main.id"] == made["DBClusterArn"]
    assert words["databases.main.host"] == made["Endpoint"]
    assert words["databases.main.reader"] == made["ReaderEndpoint"]
    assert words["databases.main.secret"] == made["MasterUserSecret"]["SecretArn"]
    assert words["databases.main.security_group"] == groups[0]
    wrong = text.replace("existing", "port: 5433, existing")
    assert "it listens on port 5432, not 5433" in refused(aws, tmp_path, wrong)


def test_a_file_system_with_its_access_points(aws: Aws, tmp_path: Path) -> None:
    efs, ec2 = aws.client("efs", REGION), aws.client("ec2", REGION)
    vpc_id, (subnet,) = vpc(aws, ("a", "10.9.0.0/24", ""))
    group = ec2.create_security_group(GroupName="files", Description="files", VpcId=vpc_id)["GroupId"]
    files = efs.create_file_system(CreationToken="files")["FileSystemId"]
    efs.create_mount_target(FileSystemId=files, SubnetId=subnet, SecurityGroups=[group])
    point = efs.create_access_point(ClientToken="p", FileSystemId=files, RootDirectory={"Path": "/shop/uploads"})
    text = f"filesystems: {{files: {{existing: {{id: {files}}}}}}}\n"
    assert found(aws, tmp_path, text) == {
        "filesystems.files.security_group": group,
        "filesystems.files.access_points": {"uploads": point["AccessPointId"]},
    }


def test_a_cache_by_its_id(aws: Aws, tmp_path: Path, key: str) -> None:
    group = aws.client("ec2", REGION).create_security_group(GroupName="cache", Description="cache")["GroupId"]
    made = aws.client("elasticache", REGION).create_replication_group(
        ReplicationGroupId="sessions",
        ReplicationGroupDescription="sessions",
        Engine="valkey",
        TransitEncryptionEnabled=True,
        SecurityGroupIds=[group],
        Port=6379,
    )["ReplicationGroup"]
    secrets = aws.client("secretsmanager", REGION)
    secret = secrets.create_secret(Name="cache", SecretString="{}", KmsKeyId=key)["ARN"]
    text = f"caches: {{main: {{engine: valkey, existing: {{id: sessions, user: app, secret: '{secret}'}}}}}}\n"
    words = found(aws, tmp_path, text)
    assert words["caches.main.host"] == made["NodeGroups"][0]["PrimaryEndpoint"]["Address"]
    assert words["caches.main.security_group"] == group
    assert words["caches.main.key"] == key


def test_what_is_only_used_must_be_there(aws: Aws, tmp_path: Path) -> None:
    role = {"RoleName": "deployer", "AssumeRolePolicyDocument": "{}"}
    aws.client("iam", REGION).create_role(**role)
    aws.client("ecr", REGION).create_repository(repositoryName="images")
    aws.client("ssm", REGION).put_parameter(Name="/shop/url", Value="x", Type="String")
    aws.client("ecs", REGION).create_cluster(clusterName="main")
    there = (
        "roles: {deployer: {existing: deployer}}\nrepositories: {images: {existing: images}}\n"
        "parameters: {url: {existing: /shop/url}}\necs: {existing: main}\nbuses: {all: {existing: default}}\n"
    )
    assert found(aws, tmp_path, there) == {}
    gone = there.replace("existing: ", "existing: x").replace("x/shop", "/x").replace("xdefault", "others")
    gone += "functions: {pay: {existing: pay}}\n"
    told = refused(aws, tmp_path, gone)
    names = ("roles.deployer", "repositories.images", "parameters.url", "ecs", "buses.all", "functions.pay")
    assert [name for name in names if f": {name}: there is no " not in told] == []


def test_the_clients_of_a_user_pool_are_found_by_their_names(aws: Aws, tmp_path: Path) -> None:
    client = aws.client("cognito-idp", REGION)
    pool = client.create_user_pool(PoolName="people")["UserPool"]["Id"]
    ids = {
        name: client.create_user_pool_client(UserPoolId=pool, ClientName=name)["UserPoolClient"]["ClientId"]
        for name in ("Web App", "mobile")
    }
    words = found(aws, tmp_path, f"auth: {{people: {{existing: {pool}}}}}\n")
    assert words["auth.people.clients"] == {"web-app": ids["Web App"], "mobile": ids["mobile"]}
    client.create_user_pool_client(UserPoolId=pool, ClientName="web-app")
    assert "several clients with the name 'web-app'" in refused(
        aws, tmp_path, f"auth: {{people: {{existing: {pool}}}}}\n"
    )


def test_a_load_balancer_has_the_listener_and_the_group_that_are_said(aws: Aws, tmp_path: Path) -> None:
    ec2, elb = aws.client("ec2", REGION), aws.client("elbv2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="front", Description="front", VpcId=vpc)["GroupId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{index}.0/24")["Subnet"]["SubnetId"] for index in (0, 1)]
    made = elb.create_load_balancer(Name="front", Subnets=subnets, SecurityGroups=[group])["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    fixed = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    asked = {"LoadBalancerArn": arn, "Protocol": "HTTP", "Port": 80, "DefaultActions": fixed}
    listener = elb.create_listener(**asked)["Listeners"][0]["ListenerArn"]
    text = "topics: {news: {}}\nload_balancer: {existing: {public: {arn: '%s', listener: '%s', security_group: %s}}}\n"
    assert found(aws, tmp_path, text % (arn, listener, group)) == {}
    assert "does not have the security group 'sg-0a000000'" in refused(
        aws, tmp_path, text % (arn, listener, "sg-0a000000")
    )
    assert "does not have the listener" in refused(aws, tmp_path, text % (arn, f"{listener}1", group))
    assert "there is no 'arn:aws" in refused(aws, tmp_path, text % (f"{arn}1", listener, group))


def test_all_that_is_not_there_is_told_at_once_and_nothing_is_written(aws: Aws, tmp_path: Path) -> None:
    text = (
        "network: {existing: {vpc: vpc-0123456789abcdef9}}\nqueues: {orders: {existing: missing}}\n"
        "domains: {site: {domain: example.dev, existing: {}}}\nkeys: {signing: {existing: alias/missing}}\n"
    )
    told = refused(aws, tmp_path, text)
    assert "spec.yaml:3:21: error[lookup-failed]: network: there is no 'vpc-0123456789abcdef9'" in told
    assert "queues.orders: there is no 'missing'" in told
    assert "domains.site: there is no public zone for 'example.dev'" in told
    assert "keys.signing: there is no 'alias/missing'" in told
    assert not (tmp_path / "spec.lock.json").exists()


def test_another_accounts_things_are_not_asked_about(aws: Aws, tmp_path: Path) -> None:
    assert found(aws, tmp_path, "queues: {orders: {existing: 'arn:aws:sqs:us-east-1:333333333333:orders'}}\n") == {}


def test_every_section_that_can_exist_has_a_finder_and_each_finder_a_section() -> None:
    assert finder_names() == {section for section, kind in SCHEMA.kinds.items() if "x-existing" in kind}
    assert all(callable(finder_of(section)) for section in finder_names())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One more folder of finders, known for the time of one test."""
    (tmp_path / "finders").mkdir()
    monkeypatch.setattr(finders, "__path__", [*finders.__path__, str(tmp_path / "finders")])
    finder_names.cache_clear()
    yield tmp_path / "finders"
    sys.modules.pop("deployer.finders.brokers", None)
    monkeypatch.undo()
    finder_names.cache_clear()


def test_a_finder_is_found_by_its_folder(folder: Path) -> None:
    (folder / "brokers.py").write_text("def find(question):\n    return {'host': 'b-1.example.com'}\n")
    find = finder_of("brokers")
    assert find is not None and find(None)["host"] == "b-1.example.com"  # type: ignore[arg-type]
    assert finder_of("nowhere") is None


def test_two_finders_of_one_name_are_refused(folder: Path) -> None:
    (folder / "queues.py").write_text("def find(question):\n    return {}\n")
    with pytest.raises(ValueError, match="several finders are called queues"):
        finder_of("queues")
