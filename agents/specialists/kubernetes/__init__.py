"""The Kubernetes specialist: pods, nodes, rollouts, quotas and services."""

from agents.domain.plans import Member
from agents.specialists.framework import RuleSpecialist
from agents.specialists.kubernetes.addresses import wrong_addresses
from agents.specialists.kubernetes.admission import refused_pods, service_quota
from agents.specialists.kubernetes.containers import crash_loop, out_of_memory
from agents.specialists.kubernetes.databases import (
    crippled_databases,
    refused_by_database,
    unreached_databases,
)
from agents.specialists.kubernetes.images import image_pull
from agents.specialists.kubernetes.node_services import stopped_node_services
from agents.specialists.kubernetes.nodes import unhealthy_nodes
from agents.specialists.kubernetes.performance import (
    overloaded_pods,
    slow_node_networks,
    slow_pod_networks,
)
from agents.specialists.kubernetes.permissions import unreadable_kinds
from agents.specialists.kubernetes.ports import service_port_without_container_port
from agents.specialists.kubernetes.probes import restarted_by_probe, unready_by_probe
from agents.specialists.kubernetes.references import missing_references
from agents.specialists.kubernetes.resolving import past_the_cluster_dns, unresolved_services
from agents.specialists.kubernetes.rollouts import scaled_to_nothing, stuck_rollout
from agents.specialists.kubernetes.routing import service_leads_nowhere
from agents.specialists.kubernetes.scheduling import unschedulable
from agents.specialists.kubernetes.setup import too_small_to_start
from agents.specialists.kubernetes.storage import unbound_volumes
from agents.specialists.kubernetes.view import ClusterView
from agents.specialists.kubernetes.words import port_conflicts, unwritable_volumes

OBJECT_KINDS = (
    *("pods", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs"),
    *("services", "endpoints", "endpointslices", "ingresses", "networkpolicies"),
    *("events", "nodes", "namespaces", "configmaps", "secrets", "serviceaccounts"),
    *("persistentvolumeclaims", "persistentvolumes", "storageclasses"),
    "node_services",
    *("resourcequotas", "limitranges", "horizontalpodautoscalers", "poddisruptionbudgets"),
)
"""The kinds that the specialist may read; of secrets, adapters give names and keys alone."""


def kubernetes_specialist() -> RuleSpecialist[ClusterView]:
    """Return the specialist with every check that it knows."""
    return RuleSpecialist(
        member=Member(
            name="kubernetes",
            title="Kubernetes",
            sources=(
                *(f"objects:{kind}" for kind in OBJECT_KINDS),
                *("logs", "topology", "changes", "metrics"),
            ),
        ),
        checks=(
            *(out_of_memory, too_small_to_start, crash_loop, restarted_by_probe, unready_by_probe),
            *(image_pull, missing_references, unschedulable, unbound_volumes),
            *(refused_pods, service_quota, stuck_rollout, scaled_to_nothing),
            *(stopped_node_services, wrong_addresses, unwritable_volumes, port_conflicts),
            *(
                refused_by_database,
                unreached_databases,
                crippled_databases,
                past_the_cluster_dns,
                unresolved_services,
            ),
            *(overloaded_pods, slow_node_networks, slow_pod_networks),
            *(unhealthy_nodes, service_leads_nowhere, service_port_without_container_port),
            unreadable_kinds,
        ),
        view=ClusterView,
    )
