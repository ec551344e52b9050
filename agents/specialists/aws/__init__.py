"""The AWS specialist: alarms, load balancers, managed databases, functions, control plane."""

from agents.domain.plans import Member
from agents.specialists.aws.alarms import ALARM_CHECKS
from agents.specialists.aws.changes import CHANGE_CHECKS
from agents.specialists.aws.compute import COMPUTE_CHECKS
from agents.specialists.aws.control_plane import CONTROL_PLANE_CHECKS
from agents.specialists.aws.databases import DATABASE_CHECKS
from agents.specialists.aws.functions import FUNCTION_CHECKS
from agents.specialists.aws.limits import LIMIT_CHECKS
from agents.specialists.aws.load_balancing import LOAD_BALANCING_CHECKS
from agents.specialists.aws.scaling import SCALING_CHECKS
from agents.specialists.aws.security_groups import SECURITY_GROUP_CHECKS
from agents.specialists.aws.view import AwsView
from agents.specialists.framework import Check, RuleSpecialist

AWS_CHECKS: tuple[Check[AwsView], ...] = (
    *ALARM_CHECKS,
    *LOAD_BALANCING_CHECKS,
    *DATABASE_CHECKS,
    *COMPUTE_CHECKS,
    *SCALING_CHECKS,
    *FUNCTION_CHECKS,
    *LIMIT_CHECKS,
    *SECURITY_GROUP_CHECKS,
    *CONTROL_PLANE_CHECKS,
    *CHANGE_CHECKS,
)

_SOURCES = (
    "metrics",
    "logs",
    "topology",
    "changes",
    "objects:acm.*",
    "objects:autoscaling.*",
    "objects:cloudtrail.*",
    "objects:cloudwatch.*",
    "objects:ec2.*",
    "objects:ecs.*",
    "objects:elbv2.*",
    "objects:kms.*",
    "objects:lambda.*",
    "objects:rds.*",
    "objects:service-quotas.*",
)


def aws_specialist() -> RuleSpecialist[AwsView]:
    """Return the specialist with all its checks."""
    return RuleSpecialist(Member(name="aws", title="AWS", sources=_SOURCES), AWS_CHECKS, AwsView)


__all__ = ["AWS_CHECKS", "AwsView", "aws_specialist"]
