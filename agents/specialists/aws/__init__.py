"""The AWS specialist: alarms, load balancers, managed databases, functions, control plane."""

from agents.domain.plans import Member
from agents.specialists.aws.alarms import ALARM_CHECKS
from agents.specialists.aws.view import AwsView
from agents.specialists.framework import Check, RuleSpecialist

AWS_CHECKS: tuple[Check[AwsView], ...] = (*ALARM_CHECKS,)

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
