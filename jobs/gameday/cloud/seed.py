"""The shop's picture in AWS: what it runs on, an hour of metrics, alarms that are quiet."""

import io
import json
import math
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jobs.gameday.cloud.additions import Additions, Quota, TrailEvent

Aws = Callable[[str], Any]
"""Makes a boto3 client of a service."""

DATABASE = "shop-db"
LOG_GROUP = "/shop/checkout"
FUNCTION = "shop-order-confirmation"
GROUP = "shop-web"
STOREFRONT_ALARM = "shop-storefront-5xx"
HISTORY_MINUTES = 60
BATCH = 500


@dataclass(frozen=True)
class Seeded:
    """Names that only AWS could give."""

    load_balancer: str
    """The dimension of its metrics: `app/<name>/<id>`."""
    target_group_arn: str
    target_group: str
    """The dimension of its metrics: `targetgroup/<name>/<id>`."""
    instance_ids: tuple[str, ...]


@dataclass(frozen=True)
class Curve:
    """An ordinary hour of one metric: a level and a slow swing around it."""

    namespace: str
    name: str
    unit: str
    dimensions: dict[str, str]
    level: float
    swing: float = 0.0

    def data(self, now: datetime) -> list[dict[str, object]]:
        """One point a minute, up to now."""
        return [
            {
                "MetricName": self.name,
                "Dimensions": [{"Name": k, "Value": v} for k, v in self.dimensions.items()],
                "Timestamp": now - timedelta(minutes=minutes),
                "Value": round(self.level + self.swing * math.sin(minutes / 9), 3),
                "Unit": self.unit,
            }
            for minutes in range(HISTORY_MINUTES, 0, -1)
        ]


def seed(aws: Aws, now: datetime) -> Seeded:
    """Create everything, through the same API that the specialists read."""
    things = _network(aws)
    _database(aws)
    _function(aws)
    _logs(aws, now)
    _metrics(aws, things, now)
    _alarms(aws, things)
    return things


def ordinary_additions(now: datetime) -> Additions:
    """An uneventful week in the control plane, and the quotas."""
    hours = timedelta(hours=1)
    group = "AWS::AutoScaling::AutoScalingGroup"
    return Additions(
        trail=[
            TrailEvent(
                id="8d0f1c52-0001",
                name="CreateSnapshot",
                source="rds.amazonaws.com",
                at=now - 11 * hours,
                username="rds-backup",
                resource_type="AWS::RDS::DBInstance",
                resource_name=DATABASE,
            ),
            TrailEvent(
                id="8d0f1c52-0002",
                name="UpdateAutoScalingGroup",
                source="autoscaling.amazonaws.com",
                at=now - 26 * hours,
                username="platform-pipeline",
                resource_type=group,
                resource_name=GROUP,
                request={"maxSize": 6},
            ),
            TrailEvent(
                id="8d0f1c52-0003",
                name="DescribeDBInstances",
                source="rds.amazonaws.com",
                at=now - 0.2 * hours,
                username="monitoring",
                read_only=True,
            ),
        ],
        quotas=[
            Quota(service="ec2", code="L-1216C47A", name="Running On-Demand instances", value=64),
            Quota(service="lambda", code="L-B99A9384", name="Concurrent executions", value=1000),
            Quota(service="rds", code="L-7B6409FD", name="DB instances", value=40),
        ],
    )


def _network(aws: Aws) -> Seeded:
    ec2 = aws("ec2")
    elb = aws("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"{ec2.meta.region_name}{zone}"
        )["Subnet"]["SubnetId"]
        for i, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(
        GroupName="shop-web", Description="Traffic to the shop", VpcId=vpc
    )["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp="0.0.0.0/0"
    )
    balancer = elb.create_load_balancer(Name="shop", Subnets=subnets, SecurityGroups=[group])
    balancer_arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    target_group_arn = elb.create_target_group(
        Name="storefront", Protocol="HTTP", Port=8080, VpcId=vpc, HealthCheckPath="/healthz"
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group_arn}],
    )
    instances = _auto_scaling(aws, target_group_arn, subnets)
    return Seeded(
        load_balancer=balancer_arn.partition("loadbalancer/")[2],
        target_group_arn=target_group_arn,
        target_group=target_group_arn.rpartition(":")[2],
        instance_ids=instances,
    )


def _auto_scaling(aws: Aws, target_group_arn: str, subnets: Sequence[str]) -> tuple[str, ...]:
    client = aws("autoscaling")
    client.create_launch_configuration(
        LaunchConfigurationName="shop-web", ImageId="ami-12c6146b", InstanceType="t3.medium"
    )
    client.create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        LaunchConfigurationName="shop-web",
        MinSize=2,
        MaxSize=6,
        DesiredCapacity=2,
        TargetGroupARNs=[target_group_arn],
        VPCZoneIdentifier=",".join(subnets),
    )
    found = client.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])
    return tuple(i["InstanceId"] for i in found["AutoScalingGroups"][0]["Instances"])


def _database(aws: Aws) -> None:
    ec2 = aws("ec2")
    group = ec2.create_security_group(GroupName=DATABASE, Description="Traffic to the database")
    ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"],
        IpProtocol="tcp",
        FromPort=5432,
        ToPort=5432,
        CidrIp="10.0.0.0/16",
    )
    aws("rds").create_db_instance(
        DBInstanceIdentifier=DATABASE,
        Engine="postgres",
        EngineVersion="15.8",
        DBInstanceClass="db.t3.medium",
        AllocatedStorage=100,
        MasterUsername="postgres",
        MasterUserPassword="not-a-secret",
        MultiAZ=True,
        BackupRetentionPeriod=7,
        VpcSecurityGroupIds=[group["GroupId"]],
    )


def _function(aws: Aws) -> None:
    trust = {"Service": "lambda.amazonaws.com"}
    policy = {"Statement": [{"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}]}
    iam = aws("iam")
    role = iam.create_role(RoleName=FUNCTION, AssumeRolePolicyDocument=json.dumps(policy))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("main.py", "def handler(event, context):\n    return event\n")
    aws("lambda").create_function(
        FunctionName=FUNCTION,
        Runtime="python3.12",
        Role=str(role["Role"]["Arn"]),
        Handler="main.handler",
        Code={"ZipFile": archive.getvalue()},
        MemorySize=256,
        Timeout=10,
    )


def _logs(aws: Aws, now: datetime) -> None:
    logs = aws("logs")
    logs.create_log_group(logGroupName=LOG_GROUP)
    logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="app")
    logs.put_log_events(
        logGroupName=LOG_GROUP,
        logStreamName="app",
        logEvents=[
            {
                "timestamp": int((now - timedelta(minutes=minutes)).timestamp() * 1000),
                "message": json.dumps({"level": "INFO", "message": "order batch exported"}),
            }
            for minutes in range(50, 0, -10)
        ],
    )


def _metrics(aws: Aws, things: Seeded, now: datetime) -> None:
    database = {"DBInstanceIdentifier": DATABASE}
    balancer = {"LoadBalancer": things.load_balancer}
    function = {"FunctionName": FUNCTION}
    curves = (
        Curve("AWS/RDS", "CPUUtilization", "Percent", database, 14, 4),
        Curve("AWS/RDS", "DatabaseConnections", "Count", database, 6, 1),
        Curve("AWS/RDS", "FreeStorageSpace", "Bytes", database, 61e9),
        Curve("AWS/RDS", "FreeableMemory", "Bytes", database, 2.1e9, 5e7),
        Curve("AWS/RDS", "ReplicaLag", "Seconds", database, 0.02),
        Curve("AWS/ApplicationELB", "RequestCount", "Count", balancer, 480, 30),
        Curve("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Count", balancer, 0),
        Curve("AWS/ApplicationELB", "TargetResponseTime", "Seconds", balancer, 0.02, 0.004),
        Curve("AWS/Lambda", "Invocations", "Count", function, 330, 20),
        Curve("AWS/Lambda", "Errors", "Count", function, 0),
        Curve("AWS/Lambda", "Throttles", "Count", function, 0),
    )
    client = aws("cloudwatch")
    for namespace in sorted({curve.namespace for curve in curves}):
        data = [d for c in curves if c.namespace == namespace for d in c.data(now)]
        for start in range(0, len(data), BATCH):
            client.put_metric_data(Namespace=namespace, MetricData=data[start : start + BATCH])


def _alarms(aws: Aws, things: Seeded) -> None:
    client = aws("cloudwatch")
    database = {"Name": "DBInstanceIdentifier", "Value": DATABASE}
    balancer = {"Name": "LoadBalancer", "Value": things.load_balancer}
    for name, namespace, metric, dimension, threshold, statistic in (
        ("shop-db-cpu", "AWS/RDS", "CPUUtilization", database, 80, "Average"),
        ("shop-db-connections", "AWS/RDS", "DatabaseConnections", database, 36, "Average"),
        (
            STOREFRONT_ALARM,
            "AWS/ApplicationELB",
            "HTTPCode_Target_5XX_Count",
            balancer,
            5,
            "Sum",
        ),
    ):
        client.put_metric_alarm(
            AlarmName=name,
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[dimension],
            Statistic=statistic,
            Period=60,
            EvaluationPeriods=1,
            Threshold=threshold,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
