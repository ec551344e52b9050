"""Failure modes of pods: their containers, probes, images and references."""

from agents.domain.failure_modes.entry import Category, FailureMode
from agents.domain.failure_modes.kubernetes_terms import DEPENDENCY_TROUBLE, kubernetes_mode

_CONTAINERS = (
    kubernetes_mode(
        "oom_killed",
        "Out of memory (OOM kill)",
        Category.RESOURCE_EXHAUSTION,
        "A container outgrows its memory limit and the kernel kills it; it restarts and may loop.",
        "Raise the memory limit, or roll back what made it grow.",
        base=-0.5,
        caused_by=("traffic_surge",),
    ),
    kubernetes_mode(
        "wrong_memory_limit",
        "A rollout set the memory limit too low",
        Category.BAD_CHANGE,
        "A new revision lowered the memory limit below what the container needs, so that it is "
        "killed again and again.",
        "Roll the Deployment back to the revision before.",
        base=-0.5,
    ),
    kubernetes_mode(
        "crash_loop",
        "Container crashes again and again",
        Category.CODE_DEFECT,
        "The process in a container ends by an error of its own soon after each start.",
        "Read its last words; roll back if it came with a change.",
        base=-0.7,
        caused_by=DEPENDENCY_TROUBLE,
    ),
    kubernetes_mode(
        "bad_rollout_revision",
        "A rollout brought a revision that does not run",
        Category.BAD_CHANGE,
        "The pods of a new revision crash while the revision before ran.",
        "Roll the Deployment back to the revision before.",
        base=-0.4,
    ),
    kubernetes_mode(
        "invalid_container_command",
        "The container's command cannot be executed",
        Category.CONFIGURATION_ERROR,
        "The command or entry point is not in the image, or may not be executed.",
        "Correct the command, or roll back.",
    ),
    kubernetes_mode(
        "liveness_probe_failing",
        "Liveness probe fails",
        Category.CONFIGURATION_ERROR,
        "The kubelet restarts a container because its liveness probe does not succeed.",
        "Correct the probe or what it asks; give it more time if the application is slow.",
        caused_by=DEPENDENCY_TROUBLE,
    ),
    kubernetes_mode(
        "startup_probe_failing",
        "Startup probe fails",
        Category.CONFIGURATION_ERROR,
        "The kubelet restarts a container because it does not start within its startup probe.",
        "Correct the probe or allow more failures.",
        caused_by=DEPENDENCY_TROUBLE,
    ),
    kubernetes_mode(
        "readiness_probe_failing",
        "Readiness probe fails",
        Category.CONFIGURATION_ERROR,
        "Pods run but get no traffic because their readiness probe does not succeed.",
        "Find what the probe waits for; roll back if it came with a change.",
        caused_by=DEPENDENCY_TROUBLE,
    ),
)

_IMAGES = (
    kubernetes_mode(
        "incorrect_image_reference",
        "The image does not exist",
        Category.CONFIGURATION_ERROR,
        "The image's name, tag or digest is not in the registry, or is not well-formed.",
        "Correct the image reference, or roll back.",
        base=-0.7,
    ),
    kubernetes_mode(
        "missing_image_pull_secret",
        "No credentials for the image registry",
        Category.CONFIGURATION_ERROR,
        "The registry wants credentials; the pod's pull secret is missing or wrong.",
        "Create the pull secret or name it in the pod or its service account.",
    ),
    kubernetes_mode(
        "image_registry_dns_failure",
        "The image registry's name does not resolve",
        Category.NETWORK,
        "Nodes cannot resolve the registry's host name, so no new image can be pulled.",
        "Repair DNS on the nodes or correct the registry's name.",
        caused_by=("dns_*", "*_dns_*"),
    ),
    kubernetes_mode(
        "image_registry_unreachable",
        "The image registry cannot be reached",
        Category.NETWORK,
        "Nodes resolve the registry but get no usable connection to it.",
        "Restore the path to the registry (routes, proxies, certificates).",
        caused_by=("tcp_*", "tls_*", "security_group_*", "packet_loss*"),
    ),
    kubernetes_mode(
        "image_registry_rate_limited",
        "The image registry limits pulls",
        Category.CAPACITY,
        "The registry refuses pulls because too many were made.",
        "Wait, log in, or pull through a mirror.",
        base=-1.5,
    ),
    kubernetes_mode(
        "image_pull_failed",
        "The image cannot be pulled",
        Category.CONFIGURATION_ERROR,
        "Pulling an image fails for a reason that the kubelet does not say.",
        "Pull the image on a node by hand and read the answer.",
    ),
)

_REFERENCES = (
    kubernetes_mode(
        "missing_config_map",
        "A config map is missing",
        Category.CONFIGURATION_ERROR,
        "Pods refer to a config map that is not there and cannot start.",
        "Create the config map, or roll back to what did not need it.",
    ),
    kubernetes_mode(
        "missing_secret",
        "A secret is missing",
        Category.CONFIGURATION_ERROR,
        "Pods refer to a secret that is not there and cannot start.",
        "Create the secret, or roll back to what did not need it.",
    ),
    kubernetes_mode(
        "missing_config_key",
        "A key is missing in a config map or secret",
        Category.CONFIGURATION_ERROR,
        "Pods refer to a key that the config map or secret does not hold and cannot start.",
        "Add the key, or correct its name.",
    ),
    kubernetes_mode(
        "missing_service_account",
        "A service account is missing",
        Category.CONFIGURATION_ERROR,
        "The API server refuses pods whose service account does not exist.",
        "Create the service account, or correct its name.",
    ),
    kubernetes_mode(
        "pod_creation_refused",
        "Pods may not be created",
        Category.CONFIGURATION_ERROR,
        "An admission rule (pod security, limit range, webhook) refuses the workload's pods.",
        "Make the pod template follow the rule that the message names.",
    ),
)

_PROBES = (
    *(
        kubernetes_mode(
            f"{kind}_probe_incorrect_{what}",
            f"The {kind} probe asks {title}",
            Category.CONFIGURATION_ERROR,
            f"The {kind} probe asks {title}; the application itself is well, as its other probe or "
            "its log shows.",
            f"Correct the {kind} probe, or roll back.",
            base=-0.6,
        )
        for kind in ("liveness", "readiness")
        for what, title in (
            ("port", "a port that nothing listens on"),
            ("protocol", "in a protocol that the application does not speak there"),
            ("path", "a path that the application does not serve"),
        )
    ),
    kubernetes_mode(
        "liveness_probe_incorrect_timing",
        "The liveness probe gives too little time",
        Category.CONFIGURATION_ERROR,
        "The liveness probe begins before the application can answer and gives up after seconds, "
        "so that the kubelet kills a container that would have become well.",
        "Raise the initial delay, the timeout and the failure threshold, or add a startup probe.",
        base=-0.6,
    ),
)

_BESIDE_THE_CODE = (
    kubernetes_mode(
        "volume_mount_permission_denied",
        "A mounted volume may not be written",
        Category.CONFIGURATION_ERROR,
        "The process in a container may not read or write the volume that is mounted for it: the "
        "owner or the mode of the files does not fit the user it runs as, and it ends.",
        "Set fsGroup or the owner of the volume, or mount it writable.",
        base=-0.5,
    ),
    kubernetes_mode(
        "service_sidecar_port_conflict",
        "Two containers of a pod want the same port",
        Category.CONFIGURATION_ERROR,
        "Containers of one pod share its network: the second to listen on a port gets 'address "
        "already in use' and ends.",
        "Give one of the containers another port.",
        base=-0.5,
    ),
    kubernetes_mode(
        "pod_cpu_overload",
        "A pod has no CPU left",
        Category.RESOURCE_EXHAUSTION,
        "A pod runs at its CPU limit and is throttled: it and all that wait for it become slow, "
        "while the traffic is as before.",
        "Raise the CPU limit or add replicas; find what burns the CPU.",
        caused_by=("traffic_surge", "bad_*"),
    ),
    kubernetes_mode(
        "pod_network_delay",
        "A pod's network is slow",
        Category.NETWORK,
        "Packets of one pod are held up: its own answers and those of all who wait for it are "
        "late, while its CPU idles and other pods on its node are well.",
        "Move the pod to another node and look at its network interface and shaping.",
        caused_by=("node_network_*",),
    ),
)

_DATABASE_CLIENTS = (
    kubernetes_mode(
        "mysql_invalid_credentials",
        "The database refuses an application's credentials",
        Category.CONFIGURATION_ERROR,
        "The user or password that an application is configured with is not what the database "
        "knows; it cannot log in and often does not start.",
        "Put the right credentials into the application's secret or environment.",
        base=-0.5,
    ),
    kubernetes_mode(
        "mysql_invalid_port",
        "An application asks the database on a wrong port",
        Category.CONFIGURATION_ERROR,
        "The port that an application is configured with is not the one that the database's "
        "service offers; every connection is refused or times out.",
        "Correct the database port in the application's configuration.",
        base=-0.5,
    ),
    kubernetes_mode(
        "db_connection_exhaustion",
        "The database takes no more connections",
        Category.RESOURCE_EXHAUSTION,
        "All connections that a database allows are taken: clients are told 'too many "
        "connections' though the database itself is up.",
        "Raise the limit or end idle clients; shrink the clients' pools.",
        base=-0.5,
    ),
    kubernetes_mode(
        "db_readonly_mode",
        "The database is read-only",
        Category.CONFIGURATION_ERROR,
        "A database is set to read-only: reads succeed and every write is refused.",
        "Set it writable again, once it is clear that it is the primary.",
        base=-0.5,
    ),
)

POD_MODES: tuple[FailureMode, ...] = (
    *_CONTAINERS,
    *_PROBES,
    *_BESIDE_THE_CODE,
    *_DATABASE_CLIENTS,
    *_IMAGES,
    *_REFERENCES,
)
