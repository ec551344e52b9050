"""Failure modes of what pods run on: scheduling, volumes, nodes, quotas and routing."""

from agents.domain.failure_modes.entry import Category, FailureMode
from agents.domain.failure_modes.kubernetes_terms import NODE_TROUBLE, kubernetes_mode

_SCHEDULING = (
    kubernetes_mode(
        "pod_unschedulable_insufficient_cpu",
        "No node has the CPU that is requested",
        Category.CAPACITY,
        "Pods request more CPU than any node has left.",
        "Add nodes or lower the request.",
    ),
    kubernetes_mode(
        "pod_unschedulable_insufficient_memory",
        "No node has the memory that is requested",
        Category.CAPACITY,
        "Pods request more memory than any node has left.",
        "Add nodes or lower the request.",
    ),
    kubernetes_mode(
        "node_selector_mismatch",
        "No node matches the node selector",
        Category.CONFIGURATION_ERROR,
        "Pods select nodes by labels that no suitable node carries.",
        "Correct the selector or label a node.",
    ),
    kubernetes_mode(
        "node_affinity_mismatch",
        "No node meets the node affinity",
        Category.CONFIGURATION_ERROR,
        "Pods require node properties that no suitable node has.",
        "Correct the affinity or label a node.",
    ),
    kubernetes_mode(
        "pod_anti_affinity_conflict",
        "Anti-affinity leaves no node",
        Category.CONFIGURATION_ERROR,
        "Pods may not share a node with others, and there are too few nodes for that.",
        "Add nodes or make the rule preferred instead of required.",
    ),
    kubernetes_mode(
        "taint_toleration_mismatch",
        "Pods do not tolerate the nodes' taints",
        Category.CONFIGURATION_ERROR,
        "The nodes are tainted and the pods carry no matching toleration.",
        "Remove the taint or add the toleration.",
    ),
    kubernetes_mode(
        "node_cordoned",
        "Nodes are cordoned",
        Category.INFRASTRUCTURE,
        "Nodes are marked unschedulable, and the others do not have the room.",
        "Uncordon the node.",
    ),
    kubernetes_mode(
        "pvc_unbound",
        "A volume claim is not bound",
        Category.CONFIGURATION_ERROR,
        "Pods wait for a volume claim that no volume satisfies.",
        "Provide a matching volume or repair the provisioner.",
        caused_by=("pvc_*_mismatch", "pv_binding_occupied", "missing_storage_class"),
    ),
    kubernetes_mode(
        "missing_storage_class",
        "A storage class is missing",
        Category.CONFIGURATION_ERROR,
        "A volume claim names a storage class that does not exist, so no volume is made.",
        "Create the storage class or name one that exists.",
    ),
    kubernetes_mode(
        "missing_persistent_volume_claim",
        "A volume claim is missing",
        Category.CONFIGURATION_ERROR,
        "Pods refer to a volume claim that is not there and cannot start.",
        "Create the volume claim or correct its name.",
        caused_by=("namespace_storage_quota_exceeded",),
    ),
)

_ROLLOUTS = (
    kubernetes_mode(
        "rollout_stuck",
        "A rollout does not finish",
        Category.BAD_CHANGE,
        "A rollout stopped half-way: paused, or its new pods never come up.",
        "Roll back, or resume it.",
        caused_by=(*NODE_TROUBLE, "pvc_*", "missing_*"),
    ),
    kubernetes_mode(
        "deployment_zero_replicas",
        "Scaled to no replicas",
        Category.CONFIGURATION_ERROR,
        "A Deployment that others call is set to run no pods.",
        "Scale it up again.",
        base=-0.8,
    ),
)

_VOLUMES = (
    kubernetes_mode(
        "pvc_storage_class_mismatch",
        "A volume claim asks for another storage class",
        Category.CONFIGURATION_ERROR,
        "The volumes that there are belong to another storage class than a claim names, so that "
        "it is never bound.",
        "Name the class of the volumes in the claim, or provide a volume of its class.",
        base=-0.8,
    ),
    kubernetes_mode(
        "pvc_access_mode_mismatch",
        "A volume claim asks for an access mode that no volume offers",
        Category.CONFIGURATION_ERROR,
        "The free volumes do not offer the access mode that a claim asks for, so that it is never "
        "bound.",
        "Ask for an access mode that the volume offers, or provide one that offers it.",
        base=-0.8,
    ),
    kubernetes_mode(
        "pvc_capacity_mismatch",
        "A volume claim asks for more than any volume holds",
        Category.CONFIGURATION_ERROR,
        "Every free volume that would fit otherwise is smaller than a claim asks for.",
        "Lower the request or provide a larger volume.",
        base=-0.8,
    ),
    kubernetes_mode(
        "pvc_selector_mismatch",
        "A volume claim selects labels that no volume carries",
        Category.CONFIGURATION_ERROR,
        "A claim selects volumes by labels, and the free volumes carry others.",
        "Correct the claim's selector or the volume's labels.",
        base=-0.8,
    ),
    kubernetes_mode(
        "pv_binding_occupied",
        "The volume is bound to another claim",
        Category.CONFIGURATION_ERROR,
        "The volume that a claim was meant for is bound to another claim; none is left.",
        "Provide another volume, or release the one that is taken.",
        base=-0.8,
    ),
)

_NODES = (
    kubernetes_mode(
        "node_not_ready",
        "A node is not ready",
        Category.INFRASTRUCTURE,
        "A node's kubelet is silent or unwell; its pods stop serving and are moved after minutes.",
        "Cordon and drain the node, then restart or replace it.",
        caused_by=("node_*_pressure", "ec2_*", "instance_*", "kubelet_*", "containerd_*"),
    ),
    kubernetes_mode(
        "node_memory_pressure",
        "A node is short of memory",
        Category.RESOURCE_EXHAUSTION,
        "A node has too little memory left, evicts pods and takes no new ones.",
        "Move or limit the pods that use the most.",
    ),
    kubernetes_mode(
        "node_disk_pressure",
        "A node is short of disk space",
        Category.RESOURCE_EXHAUSTION,
        "A node's disk is nearly full: it removes images, evicts pods and takes no new ones.",
        "Free disk space on the node or replace it.",
    ),
    kubernetes_mode(
        "node_pid_pressure",
        "A node is short of process ids",
        Category.RESOURCE_EXHAUSTION,
        "Processes on a node use up nearly all process ids; it evicts pods and takes no new ones.",
        "Find the pod that forks without end and limit it.",
    ),
    kubernetes_mode(
        "node_network_unavailable",
        "A node's network is not set up",
        Category.NETWORK,
        "The network plugin has not set up a node's routes, so its pods reach nobody.",
        "Restart the network plugin on the node.",
    ),
)

_NODE_SERVICES = (
    kubernetes_mode(
        "containerd_unavailable",
        "The container runtime of a node is down",
        Category.INFRASTRUCTURE,
        "The container runtime on a node has stopped: no container can be started or ended there, "
        "and the node becomes not ready.",
        "Start the container runtime on the node, or drain it.",
        base=-0.3,
    ),
    kubernetes_mode(
        "kubelet_unavailable",
        "The kubelet of a node is down",
        Category.INFRASTRUCTURE,
        "The kubelet on a node has stopped: the node falls silent and becomes not ready; running "
        "containers go on, new pods stay in creation.",
        "Start the kubelet on the node, or drain it.",
        base=-0.3,
    ),
    kubernetes_mode(
        "kube_proxy_unavailable",
        "The kube-proxy of a node is down",
        Category.INFRASTRUCTURE,
        "The kube-proxy on a node has stopped: service addresses on it keep leading to pods that "
        "are long gone, while pods and node look healthy.",
        "Start kube-proxy on the node.",
        base=-0.3,
    ),
    kubernetes_mode(
        "kube_scheduler_unavailable",
        "The scheduler is down",
        Category.INFRASTRUCTURE,
        "The scheduler does not run: new pods stay pending without a word about the reason.",
        "Start the scheduler on the control plane.",
        base=-0.3,
    ),
    kubernetes_mode(
        "node_network_delay",
        "A node's network is slow",
        Category.NETWORK,
        "Packets of a whole node are held up: every service with a pod there becomes slow at "
        "once, traffic falls, and few packets are sent again.",
        "Drain the node and look at its network interface and shaping.",
    ),
    kubernetes_mode(
        "node_network_packet_loss",
        "A node loses packets",
        Category.NETWORK,
        "A node drops packets: TCP sends again many times as often as before, and the services "
        "with pods there become slow in their slowest requests.",
        "Drain the node and look at its network interface.",
    ),
)

_QUOTAS = tuple(
    kubernetes_mode(
        f"namespace_{what}_quota_exceeded",
        f"The namespace's {title} quota is used up",
        Category.CAPACITY,
        f"A quota on {title} refuses what the namespace's workloads ask for.",
        "Raise the quota or lower what is asked for.",
        base=-0.6,
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
    kubernetes_mode(
        "service_selector_mismatch",
        "A service selects no pods",
        Category.CONFIGURATION_ERROR,
        "A service asks for labels that its pods do not carry, so that it has no endpoints.",
        "Correct the service's selector or the pods' labels.",
        base=-0.6,
    ),
    kubernetes_mode(
        "service_target_port_mismatch",
        "A service forwards to a port that is not there",
        Category.CONFIGURATION_ERROR,
        "A service forwards to a port that no container of its pods listens on.",
        "Correct the service's target port.",
    ),
    kubernetes_mode(
        "service_protocol_mismatch",
        "A service forwards another protocol than its pods speak",
        Category.CONFIGURATION_ERROR,
        "A service is declared for UDP where its pods listen on TCP, or the other way round: "
        "endpoints are there, and nothing answers.",
        "Correct the protocol of the service's port.",
        base=-0.6,
    ),
    kubernetes_mode(
        "service_env_var_address_mismatch",
        "An application is configured with a wrong address",
        Category.CONFIGURATION_ERROR,
        "The environment of a workload names a host that is no service, or a port that the "
        "service does not offer: only its calls to that one dependency fail.",
        "Correct the address in the workload's environment, or roll back.",
        base=-0.6,
    ),
    kubernetes_mode(
        "service_dns_resolution_failure",
        "Pods cannot resolve service names",
        Category.NETWORK,
        "A workload's pods resolve names past the cluster's DNS (their DNS policy or name servers "
        "are wrong), so that services which exist are unknown to them.",
        "Set the DNS policy of the pods back to the cluster's.",
        base=-0.6,
        caused_by=("kube_proxy_unavailable",),
    ),
    kubernetes_mode(
        "gateway_misrouted",
        "A gateway forwards to the wrong place",
        Category.CONFIGURATION_ERROR,
        "A gateway's or ingress's route names a service or port that does not exist: the services "
        "are well, and requests through the gateway fail.",
        "Correct the route in the gateway's configuration.",
        base=-0.6,
    ),
)

CLUSTER_MODES: tuple[FailureMode, ...] = (
    *_SCHEDULING,
    *_ROLLOUTS,
    *_VOLUMES,
    *_NODES,
    *_NODE_SERVICES,
    *_QUOTAS,
    *_ROUTING,
)
