"""Our failure modes in the terms of the closed list that every participant is given."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from agents.commander.report import ReportedEntity, ReportedHypothesis


class Listed(NamedTuple):
    """An entry of the closed list."""

    cause: str
    target: str
    """`app`, `node` or `namespace`."""
    taxonomy: str


_ADMISSION = "Admission_Fault"
_SCHEDULING = "Scheduling_Fault"
_INFRASTRUCTURE = "Infrastructure_Fault"
_STARTUP = "Startup_Fault"
_RUNTIME = "Runtime_Fault"
_ROUTING = "Service_Routing_Fault"
_PERFORMANCE = "Performance_Fault"


def _listed(target: str, taxonomy: str, causes: str) -> Iterable[Listed]:
    return (Listed(cause, target, taxonomy) for cause in causes.split())


CAUSES: Mapping[str, Listed] = {
    one.cause: one
    for one in (
        *_listed(
            "namespace",
            _ADMISSION,
            "namespace_cpu_quota_exceeded namespace_memory_quota_exceeded "
            "namespace_pod_quota_exceeded namespace_service_quota_exceeded "
            "namespace_storage_quota_exceeded",
        ),
        *_listed("app", _ADMISSION, "missing_service_account"),
        *_listed(
            "app",
            _SCHEDULING,
            "node_cordon_mismatch node_affinity_mismatch node_selector_mismatch "
            "pod_anti_affinity_conflict taint_toleration_mismatch cpu_capacity_mismatch "
            "memory_capacity_mismatch pvc_selector_mismatch pvc_storage_class_mismatch "
            "pvc_access_mode_mismatch pvc_capacity_mismatch pv_binding_occupied",
        ),
        *_listed(
            "node",
            _INFRASTRUCTURE,
            "node_network_delay node_network_packet_loss containerd_unavailable "
            "kubelet_unavailable kube_proxy_unavailable kube_scheduler_unavailable",
        ),
        *_listed(
            "app",
            _STARTUP,
            "image_registry_dns_failure incorrect_image_reference missing_image_pull_secret "
            "volume_mount_permission_denied missing_secret_binding",
        ),
        *_listed(
            "app",
            _RUNTIME,
            "oom_killed liveness_probe_incorrect_protocol liveness_probe_incorrect_port "
            "liveness_probe_incorrect_timing readiness_probe_incorrect_protocol "
            "readiness_probe_incorrect_port service_sidecar_port_conflict "
            "mysql_invalid_credentials mysql_invalid_port db_connection_exhaustion "
            "db_readonly_mode deployment_zero_replicas",
        ),
        *_listed(
            "app",
            _ROUTING,
            "service_selector_mismatch service_port_mapping_mismatch service_protocol_mismatch "
            "service_env_var_address_mismatch service_dns_resolution_failure gateway_misrouted",
        ),
        *_listed("app", _PERFORMANCE, "pod_cpu_overload pod_network_delay"),
    )
}
ALIASES: Mapping[str, str] = {
    "db_read_only": "db_readonly_mode",
    "gateway_misroute": "gateway_misrouted",
}
"""Labels that the closed list calls otherwise."""

_BY_MODE: Mapping[str, str] = {
    **{cause: cause for cause in CAUSES},
    "node_cordoned": "node_cordon_mismatch",
    "pod_unschedulable_insufficient_cpu": "cpu_capacity_mismatch",
    "pod_unschedulable_insufficient_memory": "memory_capacity_mismatch",
    "wrong_memory_limit": "oom_killed",
    "missing_secret": "missing_secret_binding",
    "service_target_port_mismatch": "service_port_mapping_mismatch",
    "missing_storage_class": "pvc_storage_class_mismatch",
}
"""Which entry of the list a failure mode of ours stands for, where the names differ."""

_APP_KINDS = ("deployment", "statefulset", "daemonset", "service")


def triple(taxonomy: str, target: str, cause: str) -> str:
    """Return an answer as one text."""
    return f"{taxonomy} {target} {cause}"


def answer_of(hypothesis: ReportedHypothesis) -> str | None:
    """Return the answer that a hypothesis stands for; None where the list has no such cause."""
    listed = CAUSES.get(_BY_MODE.get(hypothesis.failure_mode, ""))
    if listed is None:
        return None
    name = _target(listed.target, hypothesis)
    return (
        None if name is None else triple(listed.taxonomy, f"{listed.target}/{name}", listed.cause)
    )


def _target(kind: str, hypothesis: ReportedHypothesis) -> str | None:
    """Return the name that the list wants: of the app, the node or the namespace."""
    entity = hypothesis.entity
    if kind == "namespace":
        return entity.name if entity.kind == "namespace" else entity.namespace
    if kind == "node":
        return entity.name if entity.kind == "node" else None
    return _app((entity, *hypothesis.explains))


def _app(entities: Iterable[ReportedEntity]) -> str | None:
    apps = [one for one in entities if one.kind in _APP_KINDS]
    return apps[0].name if apps else None
