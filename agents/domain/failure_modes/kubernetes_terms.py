"""What the failure modes of the kubernetes domain have in common."""

from agents.domain.failure_modes.entry import Category, Domain, FailureMode

NODE_TROUBLE = ("node_*", "ec2_*", "instance_*", "kubelet_*", "containerd_*", "kube_*")
DEPENDENCY_TROUBLE = (
    *("database_*", "connection_*", "lock_*", "long_*", "slow_*", "deadlocks", "rds_*"),
    *("dns_*", "tcp_*", "tls_*", "packet_*", "http_*", "upstream_*", "network_*", "*_blocks"),
    *("service_[!w]*", "load_balancer_*", "security_group_*", "traffic_surge", "bad_*"),
    *("oom_killed", "wrong_memory_limit", "crash_loop", "deployment_zero_replicas", "missing_*"),
    *("db_*", "mysql_*", "pod_*_delay", "pod_cpu_*"),
    *NODE_TROUBLE,
)
"""What, beneath an application, makes it crash or fail its probes."""


def kubernetes_mode(
    name: str,
    title: str,
    category: Category,
    mechanism: str,
    mitigation: str,
    *,
    base: float = -1.0,
    caused_by: tuple[str, ...] = (),
) -> FailureMode:
    """Return a failure mode of the kubernetes domain."""
    return FailureMode(
        name=name,
        title=title,
        domain=Domain.KUBERNETES,
        category=category,
        mechanism=mechanism,
        mitigation=mitigation,
        base_log_odds=base,
        caused_by=caused_by,
    )
