"""Failure modes of the aws domain, by theme."""

from agents.domain.failure_modes.entry import Category, Domain, FailureMode

_CHANGED = ("bad_*", "security_group_change")
_PROCESS_GONE = (
    "*oom*",
    "*crash*",
    "*killed*",
    "*image*",
    "*unschedulable*",
    "*probe*",
    "*not_ready*",
    "*rollout*",
    "*restart*",
    "*disk*",
    "*mount*",
    "node_*",
    "ec2_*",
    "ecs_*",
    "targets_not_in_use",
    "wrong_*",
)
_BEHIND_IT = (
    "*failover*",
    "*exhaust*",
    "*saturation*",
    "*_full",
    "*lock*",
    "*idle_transaction*",
    "*slow*",
    "missing_index",
    "dns_*",
    "tcp_*",
    "tls_*",
    "*_blocks",
    "*throttled*",
    "iam_access_denied",
    "kms_key_disabled",
    "traffic_surge",
)
"""What a process may wait for or fail on although it runs."""

_TARGETS = (
    FailureMode(
        name="unhealthy_targets_timeout",
        title="The load balancer's health checks time out",
        domain=Domain.AWS,
        category=Category.DEPENDENCY_FAILURE,
        mechanism="Targets take longer than the health check waits, or nothing lets the check "
        "through; the load balancer sends them no traffic.",
        mitigation="Find what the targets wait for, or open the way for the health check.",
        base_log_odds=-1.8,
        caused_by=(*_CHANGED, *_PROCESS_GONE, *_BEHIND_IT),
    ),
    FailureMode(
        name="unhealthy_targets_failed_checks",
        title="Targets fail the load balancer's health checks",
        domain=Domain.AWS,
        category=Category.DEPENDENCY_FAILURE,
        mechanism="Nothing listens on the target's port, or the answer is not one the health check "
        "takes; the load balancer sends them no traffic.",
        mitigation="Bring the process on the targets back, or roll the last deploy back.",
        base_log_odds=-1.8,
        caused_by=(*_CHANGED, *_PROCESS_GONE, *_BEHIND_IT),
    ),
    FailureMode(
        name="unhealthy_targets_response_code",
        title="Targets answer health checks with the wrong status",
        domain=Domain.AWS,
        category=Category.CODE_DEFECT,
        mechanism="The targets answer, but with a status that the matcher does not take: the "
        "health path moved, wants a login, or tells of a failing dependency.",
        mitigation="Roll back what changed the health path, or mend what it complains of.",
        base_log_odds=-1.5,
        caused_by=(*_CHANGED, *_PROCESS_GONE, *_BEHIND_IT),
    ),
    FailureMode(
        name="targets_not_in_use",
        title="Targets get no traffic: stopped, unused or in a zone that is off",
        domain=Domain.AWS,
        category=Category.CONFIGURATION_ERROR,
        mechanism="The target is stopped, its zone is not enabled or no listener leads to its "
        "group, so that the load balancer does not use it.",
        mitigation="Start the target, enable its zone or attach the group to a listener.",
        base_log_odds=-1.5,
        caused_by=(*_CHANGED, "ec2_*", "scaling_*"),
    ),
)

_COMPUTE = (
    FailureMode(
        name="ec2_status_check_failed",
        title="An instance fails its status checks",
        domain=Domain.AWS,
        category=Category.INFRASTRUCTURE,
        mechanism="The host under an instance or the instance's own system is impaired.",
        mitigation="Replace the instance; stop and start it to move it to another host.",
        base_log_odds=-1.0,
        caused_by=("*oom*", "*disk*", "bad_*"),
    ),
    FailureMode(
        name="ec2_instance_stopped",
        title="An instance was stopped or taken back",
        domain=Domain.AWS,
        category=Category.INFRASTRUCTURE,
        mechanism="Somebody, Auto Scaling or the spot market stopped an instance that served.",
        mitigation="Start it again or let Auto Scaling replace it.",
        base_log_odds=-1.0,
        caused_by=("bad_*", "kms_key_disabled"),
    ),
    FailureMode(
        name="ecs_task_failures",
        title="ECS tasks stop as soon as they start",
        domain=Domain.AWS,
        category=Category.CODE_DEFECT,
        mechanism="The essential container ends, its image or its secrets cannot be had, or its "
        "health check fails: the service never reaches its desired count.",
        mitigation="Roll back to the task definition before; mend what the stopped reason names.",
        base_log_odds=-1.0,
        caused_by=("bad_*", "iam_access_denied", "kms_key_disabled", "*_blocks", "dns_*"),
    ),
)

_SCALING = (
    FailureMode(
        name="scaling_lacks_capacity",
        title="AWS has no capacity for more instances",
        domain=Domain.AWS,
        category=Category.CAPACITY,
        mechanism="Auto Scaling wants instances that AWS cannot give in that zone at the moment.",
        mitigation="Allow other instance types and zones.",
        base_log_odds=-1.0,
    ),
    FailureMode(
        name="scaling_hits_quota",
        title="Auto Scaling is stopped by a quota",
        domain=Domain.AWS,
        category=Category.CAPACITY,
        mechanism="The account's limit on instances, vCPUs or addresses is used up.",
        mitigation="Free what is not needed; ask for a higher quota.",
        base_log_odds=-1.0,
        caused_by=("service_quota_reached", "subnet_addresses_exhausted"),
    ),
    FailureMode(
        name="scaling_cannot_launch",
        title="Auto Scaling cannot launch what its template describes",
        domain=Domain.AWS,
        category=Category.CONFIGURATION_ERROR,
        mechanism="The image, key, security group, subnet or role that the launch template names "
        "is gone or may not be used.",
        mitigation="Point the group at the template version that worked.",
        base_log_odds=-1.0,
        caused_by=("bad_*", "iam_access_denied", "kms_key_disabled"),
    ),
)

_FUNCTIONS = (
    FailureMode(
        name="lambda_errors",
        title="A function fails",
        domain=Domain.AWS,
        category=Category.CODE_DEFECT,
        mechanism="Invocations end with an error: in the code, or in what it calls.",
        mitigation="Point the alias at the version before.",
        base_log_odds=-1.8,
        caused_by=(*_CHANGED, *_BEHIND_IT, "lambda_timeouts"),
    ),
    FailureMode(
        name="lambda_throttled",
        title="A function's invocations are throttled",
        domain=Domain.AWS,
        category=Category.CAPACITY,
        mechanism="More invocations come at once than the function's concurrency allows.",
        mitigation="Raise the reserved concurrency or slow the callers down.",
        base_log_odds=-1.0,
        caused_by=(
            "bad_*",
            "traffic_surge",
            "lambda_concurrency_exhausted",
            "lambda_timeouts",
            "*lock*",
            "*slow*",
            "dynamodb_throttled",
        ),
    ),
    FailureMode(
        name="lambda_timeouts",
        title="A function runs into its timeout",
        domain=Domain.AWS,
        category=Category.DEPENDENCY_FAILURE,
        mechanism="Invocations last as long as the timeout allows and are cut off.",
        mitigation="Find what it waits for; raise the timeout meanwhile.",
        base_log_odds=-1.5,
        caused_by=(*_CHANGED, *_BEHIND_IT),
    ),
    FailureMode(
        name="lambda_concurrency_exhausted",
        title="The account's concurrent executions are used up",
        domain=Domain.AWS,
        category=Category.CAPACITY,
        mechanism="All functions of a region share one limit; one that takes it all throttles the "
        "others.",
        mitigation="Reserve concurrency for what matters, limit what takes it all.",
        base_log_odds=-1.2,
        caused_by=("traffic_surge", "bad_*", "lambda_timeouts"),
    ),
)

_LIMITS = (
    FailureMode(
        name="dynamodb_throttled",
        title="A table's requests are throttled",
        domain=Domain.AWS,
        category=Category.CAPACITY,
        mechanism="Reads or writes exceed the provisioned capacity, or one partition takes them "
        "all.",
        mitigation="Raise the capacity or switch to on demand; spread the hot key.",
        base_log_odds=-1.0,
        caused_by=("traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="aws_api_throttled",
        title="AWS throttles the account's API calls",
        domain=Domain.AWS,
        category=Category.CAPACITY,
        mechanism="Calls of one API come faster than AWS allows; what depends on them stalls.",
        mitigation="Slow the caller down; ask for a higher rate.",
        base_log_odds=-1.2,
        caused_by=("bad_*", "traffic_surge"),
    ),
    FailureMode(
        name="burst_balance_exhausted",
        title="A disk has used up its burst balance",
        domain=Domain.AWS,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="Without burst credits a disk falls back to its base rate; everything on it "
        "slows down.",
        mitigation="Move to a volume type with provisioned throughput; stop what reads so much.",
        base_log_odds=-1.0,
        caused_by=("slow_statement", "missing_index", "traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="cpu_credits_exhausted",
        title="A burstable instance has used up its CPU credits",
        domain=Domain.AWS,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="Without credits a burstable instance is held at its baseline share of a CPU.",
        mitigation="Switch to unlimited credits or to an instance type that does not burst.",
        base_log_odds=-1.0,
        caused_by=("slow_statement", "missing_index", "traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="service_quota_reached",
        title="A service quota is used up",
        domain=Domain.AWS,
        category=Category.CAPACITY,
        mechanism="The account may have no more of a resource; whatever needs one fails.",
        mitigation="Free what is not needed; ask for a higher quota.",
        base_log_odds=-1.0,
        caused_by=("traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="nat_port_allocation",
        title="A NAT gateway has no ports left",
        domain=Domain.AWS,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="Too many connections to one destination use up the gateway's ports; new ones "
        "out of the VPC fail.",
        mitigation="Reuse connections; add addresses or gateways, or a VPC endpoint.",
        base_log_odds=-1.0,
        caused_by=("traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="subnet_addresses_exhausted",
        title="A subnet has no free addresses",
        domain=Domain.AWS,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="Every address of the subnet is taken; nothing new can start in it.",
        mitigation="Free network interfaces that nobody uses; use a larger subnet.",
        base_log_odds=-1.5,
        caused_by=("traffic_surge", "bad_*"),
    ),
)

_CONTROL_PLANE = (
    FailureMode(
        name="security_group_change",
        title="A change of a security group cut a path",
        domain=Domain.AWS,
        category=Category.BAD_CHANGE,
        mechanism="A rule that admitted traffic was removed, and no other one admits it: clients "
        "time out.",
        mitigation="Put the rule back.",
        base_log_odds=-0.8,
    ),
    FailureMode(
        name="iam_access_denied",
        title="A role may no longer do what it needs to",
        domain=Domain.AWS,
        category=Category.SECURITY,
        mechanism="A policy was narrowed or a trust removed; calls end with AccessDenied.",
        mitigation="Give the permission back.",
        base_log_odds=-1.0,
        caused_by=("bad_*",),
    ),
    FailureMode(
        name="kms_key_disabled",
        title="An encryption key is disabled or about to be deleted",
        domain=Domain.AWS,
        category=Category.SECURITY,
        mechanism="What is encrypted with the key can be neither read nor started.",
        mitigation="Enable the key, or cancel its deletion.",
        base_log_odds=-1.0,
        caused_by=("bad_*",),
    ),
    FailureMode(
        name="acm_certificate_expired",
        title="A certificate of ACM has expired",
        domain=Domain.AWS,
        category=Category.SECURITY,
        mechanism="A certificate in use was not renewed; clients refuse the connection.",
        mitigation="Renew or import the certificate, or attach a valid one.",
        base_log_odds=-0.8,
    ),
)

AWS_MODES: tuple[FailureMode, ...] = (
    *_TARGETS,
    *_COMPUTE,
    *_SCALING,
    *_FUNCTIONS,
    *_LIMITS,
    *_CONTROL_PLANE,
)
