"""Failure modes of the kubernetes domain."""

from agents.domain.failure_modes.entry import Category, Domain, FailureMode

_NODE_TROUBLE = ("node_*", "ec2_*", "instance_*")
_DEPENDENCY_TROUBLE = (
    *("database_*", "connection_*", "lock_*", "long_*", "slow_*", "deadlocks", "rds_*"),
    *("dns_*", "tcp_*", "tls_*", "packet_*", "http_*", "upstream_*", "network_*", "*_blocks"),
    *("service_*", "load_balancer_*", "security_group_*", "traffic_surge", "bad_*"),
    *("oom_killed", "wrong_memory_limit", "crash_loop", "deployment_zero_replicas", "missing_*"),
    *_NODE_TROUBLE,
)
"""What, beneath an application, makes it crash or fail its probes."""


def _mode(
    name: str,
    title: str,
    category: Category,
    mechanism: str,
    mitigation: str,
    *,
    base: float = -1.0,
    caused_by: tuple[str, ...] = (),
) -> FailureMode:
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


_CONTAINERS = (
    _mode(
        "oom_killed",
        "Out of memory (OOM kill)",
        Category.RESOURCE_EXHAUSTION,
        "A container outgrows its memory limit and the kernel kills it; it restarts and may loop.",
        "Raise the memory limit, or roll back what made it grow.",
        base=-0.5,
        caused_by=("traffic_surge",),
    ),
    _mode(
        "wrong_memory_limit",
        "A rollout set the memory limit too low",
        Category.BAD_CHANGE,
        "A new revision lowered the memory limit below what the container needs, so that it is "
        "killed again and again.",
        "Roll the Deployment back to the revision before.",
        base=-0.5,
    ),
    _mode(
        "crash_loop",
        "Container crashes again and again",
        Category.CODE_DEFECT,
        "The process in a container ends by an error of its own soon after each start.",
        "Read its last words; roll back if it came with a change.",
        base=-0.7,
        caused_by=_DEPENDENCY_TROUBLE,
    ),
    _mode(
        "bad_rollout_revision",
        "A rollout brought a revision that does not run",
        Category.BAD_CHANGE,
        "The pods of a new revision crash while the revision before ran.",
        "Roll the Deployment back to the revision before.",
        base=-0.4,
    ),
    _mode(
        "invalid_container_command",
        "The container's command cannot be executed",
        Category.CONFIGURATION_ERROR,
        "The command or entry point is not in the image, or may not be executed.",
        "Correct the command, or roll back.",
    ),
    _mode(
        "liveness_probe_failing",
        "Liveness probe fails",
        Category.CONFIGURATION_ERROR,
        "The kubelet restarts a container because its liveness probe does not succeed.",
        "Correct the probe or what it asks; give it more time if the application is slow.",
        caused_by=_DEPENDENCY_TROUBLE,
    ),
    _mode(
        "startup_probe_failing",
        "Startup probe fails",
        Category.CONFIGURATION_ERROR,
        "The kubelet restarts a container because it does not start within its startup probe.",
        "Correct the probe or allow more failures.",
        caused_by=_DEPENDENCY_TROUBLE,
    ),
    _mode(
        "readiness_probe_failing",
        "Readiness probe fails",
        Category.CONFIGURATION_ERROR,
        "Pods run but get no traffic because their readiness probe does not succeed.",
        "Find what the probe waits for; roll back if it came with a change.",
        caused_by=_DEPENDENCY_TROUBLE,
    ),
)

_IMAGES = (
    _mode(
        "incorrect_image_reference",
        "The image does not exist",
        Category.CONFIGURATION_ERROR,
        "The image's name, tag or digest is not in the registry, or is not well-formed.",
        "Correct the image reference, or roll back.",
        base=-0.7,
    ),
    _mode(
        "missing_image_pull_secret",
        "No credentials for the image registry",
        Category.CONFIGURATION_ERROR,
        "The registry wants credentials; the pod's pull secret is missing or wrong.",
        "Create the pull secret or name it in the pod or its service account.",
    ),
    _mode(
        "image_registry_dns_failure",
        "The image registry's name does not resolve",
        Category.NETWORK,
        "Nodes cannot resolve the registry's host name, so no new image can be pulled.",
        "Repair DNS on the nodes or correct the registry's name.",
        caused_by=("dns_*", "*_dns_*"),
    ),
    _mode(
        "image_registry_unreachable",
        "The image registry cannot be reached",
        Category.NETWORK,
        "Nodes resolve the registry but get no usable connection to it.",
        "Restore the path to the registry (routes, proxies, certificates).",
        caused_by=("tcp_*", "tls_*", "security_group_*", "packet_loss*"),
    ),
    _mode(
        "image_registry_rate_limited",
        "The image registry limits pulls",
        Category.CAPACITY,
        "The registry refuses pulls because too many were made.",
        "Wait, log in, or pull through a mirror.",
        base=-1.5,
    ),
    _mode(
        "image_pull_failed",
        "The image cannot be pulled",
        Category.CONFIGURATION_ERROR,
        "Pulling an image fails for a reason that the kubelet does not say.",
        "Pull the image on a node by hand and read the answer.",
    ),
)

_REFERENCES = (
    _mode(
        "missing_config_map",
        "A config map is missing",
        Category.CONFIGURATION_ERROR,
        "Pods refer to a config map that is not there and cannot start.",
        "Create the config map, or roll back to what did not need it.",
    ),
    _mode(
        "missing_secret",
        "A secret is missing",
        Category.CONFIGURATION_ERROR,
        "Pods refer to a secret that is not there and cannot start.",
        "Create the secret, or roll back to what did not need it.",
    ),
    _mode(
        "missing_config_key",
        "A key is missing in a config map or secret",
        Category.CONFIGURATION_ERROR,
        "Pods refer to a key that the config map or secret does not hold and cannot start.",
        "Add the key, or correct its name.",
    ),
    _mode(
        "missing_service_account",
        "A service account is missing",
        Category.CONFIGURATION_ERROR,
        "The API server refuses pods whose service account does not exist.",
        "Create the service account, or correct its name.",
    ),
    _mode(
        "pod_creation_refused",
        "Pods may not be created",
        Category.CONFIGURATION_ERROR,
        "An admission rule (pod security, limit range, webhook) refuses the workload's pods.",
        "Make the pod template follow the rule that the message names.",
    ),
)

_SCHEDULING = (
    _mode(
        "pod_unschedulable_insufficient_cpu",
        "No node has the CPU that is requested",
        Category.CAPACITY,
        "Pods request more CPU than any node has left.",
        "Add nodes or lower the request.",
    ),
    _mode(
        "pod_unschedulable_insufficient_memory",
        "No node has the memory that is requested",
        Category.CAPACITY,
        "Pods request more memory than any node has left.",
        "Add nodes or lower the request.",
    ),
    _mode(
        "node_selector_mismatch",
        "No node matches the node selector",
        Category.CONFIGURATION_ERROR,
        "Pods select nodes by labels that no suitable node carries.",
        "Correct the selector or label a node.",
    ),
    _mode(
        "node_affinity_mismatch",
        "No node meets the node affinity",
        Category.CONFIGURATION_ERROR,
        "Pods require node properties that no suitable node has.",
        "Correct the affinity or label a node.",
    ),
    _mode(
        "pod_anti_affinity_conflict",
        "Anti-affinity leaves no node",
        Category.CONFIGURATION_ERROR,
        "Pods may not share a node with others, and there are too few nodes for that.",
        "Add nodes or make the rule preferred instead of required.",
    ),
    _mode(
        "taint_toleration_mismatch",
        "Pods do not tolerate the nodes' taints",
        Category.CONFIGURATION_ERROR,
        "The nodes are tainted and the pods carry no matching toleration.",
        "Remove the taint or add the toleration.",
    ),
    _mode(
        "node_cordoned",
        "Nodes are cordoned",
        Category.INFRASTRUCTURE,
        "Nodes are marked unschedulable, and the others do not have the room.",
        "Uncordon the node.",
    ),
    _mode(
        "pvc_unbound",
        "A volume claim is not bound",
        Category.CONFIGURATION_ERROR,
        "Pods wait for a volume claim that no volume satisfies.",
        "Provide a matching volume or repair the provisioner.",
    ),
    _mode(
        "missing_storage_class",
        "A storage class is missing",
        Category.CONFIGURATION_ERROR,
        "A volume claim names a storage class that does not exist, so no volume is made.",
        "Create the storage class or name one that exists.",
    ),
    _mode(
        "missing_persistent_volume_claim",
        "A volume claim is missing",
        Category.CONFIGURATION_ERROR,
        "Pods refer to a volume claim that is not there and cannot start.",
        "Create the volume claim or correct its name.",
    ),
)

_ROLLOUTS = (
    _mode(
        "rollout_stuck",
        "A rollout does not finish",
        Category.BAD_CHANGE,
        "A rollout stopped half-way: paused, or its new pods never come up.",
        "Roll back, or resume it.",
        caused_by=(*_NODE_TROUBLE, "pvc_*", "missing_*"),
    ),
    _mode(
        "deployment_zero_replicas",
        "Scaled to no replicas",
        Category.CONFIGURATION_ERROR,
        "A Deployment that others call is set to run no pods.",
        "Scale it up again.",
        base=-0.8,
    ),
)

_NODES = (
    _mode(
        "node_not_ready",
        "A node is not ready",
        Category.INFRASTRUCTURE,
        "A node's kubelet is silent or unwell; its pods stop serving and are moved after minutes.",
        "Cordon and drain the node, then restart or replace it.",
        caused_by=("node_*_pressure", "ec2_*", "instance_*"),
    ),
    _mode(
        "node_memory_pressure",
        "A node is short of memory",
        Category.RESOURCE_EXHAUSTION,
        "A node has too little memory left, evicts pods and takes no new ones.",
        "Move or limit the pods that use the most.",
    ),
    _mode(
        "node_disk_pressure",
        "A node is short of disk space",
        Category.RESOURCE_EXHAUSTION,
        "A node's disk is nearly full: it removes images, evicts pods and takes no new ones.",
        "Free disk space on the node or replace it.",
    ),
    _mode(
        "node_pid_pressure",
        "A node is short of process ids",
        Category.RESOURCE_EXHAUSTION,
        "Processes on a node use up nearly all process ids; it evicts pods and takes no new ones.",
        "Find the pod that forks without end and limit it.",
    ),
    _mode(
        "node_network_unavailable",
        "A node's network is not set up",
        Category.NETWORK,
        "The network plugin has not set up a node's routes, so its pods reach nobody.",
        "Restart the network plugin on the node.",
    ),
)

_QUOTAS = tuple(
    _mode(
        f"namespace_{what}_quota_exceeded",
        f"The namespace's {title} quota is used up",
        Category.CAPACITY,
        f"A quota on {title} refuses what the namespace's workloads ask for.",
        "Raise the quota or lower what is asked for.",
    )
    for what, title in (
        ("cpu", "CPU"),
        ("memory", "memory"),
        ("pod", "pod"),
        ("service", "service"),
        ("storage", "storage"),
    )
)

_ROUTING = (
    _mode(
        "service_selector_mismatch",
        "A service selects no pods",
        Category.CONFIGURATION_ERROR,
        "A service asks for labels that its pods do not carry, so that it has no endpoints.",
        "Correct the service's selector or the pods' labels.",
    ),
    _mode(
        "service_target_port_mismatch",
        "A service forwards to a port that is not there",
        Category.CONFIGURATION_ERROR,
        "A service forwards to a port name that no container of its pods has.",
        "Correct the service's target port.",
    ),
)

KUBERNETES_MODES: tuple[FailureMode, ...] = (
    *_CONTAINERS,
    *_IMAGES,
    *_REFERENCES,
    *_SCHEDULING,
    *_ROLLOUTS,
    *_NODES,
    *_QUOTAS,
    *_ROUTING,
)
