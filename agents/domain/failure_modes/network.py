"""Failure modes of the network domain, from the name that must resolve up to the answer."""

from agents.domain.failure_modes.entry import Category, Domain, FailureMode

_NEARLY_ANYTHING = ("[!r]*", "r[!e]*", "re[!c]*")
"""Every mode but `recovered`: what makes a service answer with errors or late may be anything that
is wrong with it or upstream of it."""

_BUT_ERRORS = ("[!rh]*", "r[!e]*", "re[!c]*", "h[!t]*", "http_[!u]*")
_BUT_LATENCY = ("[!ru]*", "r[!e]*", "re[!c]*", "u[!p]*", "upstream_[!l]*")
"""Nearly anything but the mode itself: two services that are each said to be the slow one are
rivals, because who of them waits for the other has been looked at already."""

_BUT_MONITORS = ("[!rm]*", "r[!e]*", "re[!c]*", "m[!o]*", "mo[!n]*")

_SERVER_GONE = (
    "*crash*",
    "*oom*",
    "*killed*",
    "*image*",
    "*unschedulable*",
    "*not_ready*",
    "*probe*",
    "*rollout*",
    "*replicas*",
    "*evict*",
    "*terminat*",
    "*restart*",
    "*failover*",
    "*fail*",
    "*stopped*",
    "*exhaust*",
    "*unhealthy*",
    "*_full",
    "node_*",
    "instance_*",
    "service_without_endpoints",
    "bad_*",
)
"""What may leave a port without a process that listens on it."""

_PATH_CUT = ("*_blocks", "*route*", "*security_group*", "packet_loss", "bad_*", "node_*")

_NAMES = (
    FailureMode(
        name="dns_nxdomain",
        title="The name does not exist (NXDOMAIN)",
        domain=Domain.NETWORK,
        category=Category.CONFIGURATION_ERROR,
        mechanism="Clients ask for a name that no zone holds: a record was removed, or the name "
        "in their settings is wrong.",
        mitigation="Put the record back, or set the right name.",
        base_log_odds=-1.0,
        caused_by=("bad_*", "namespace_service_quota_*", "service_env_var_*", "service_dns_*"),
    ),
    FailureMode(
        name="dns_servfail",
        title="The resolver fails (SERVFAIL)",
        domain=Domain.NETWORK,
        category=Category.NETWORK,
        mechanism="The resolver cannot get an answer from the zone's servers, or cannot validate "
        "it.",
        mitigation="Send queries to a healthy resolver; repair the zone or its servers.",
        base_log_odds=-1.2,
        caused_by=("*crash*", "*oom*", "bad_*", "*_blocks", "packet_loss", "node_*"),
    ),
    FailureMode(
        name="dns_timeout",
        title="Name resolution times out",
        domain=Domain.NETWORK,
        category=Category.NETWORK,
        mechanism="Queries to the resolver are lost or it is overloaded; every new connection "
        "waits for it.",
        mitigation="Restore the path to the resolver or add resolvers.",
        base_log_odds=-1.2,
        caused_by=(*_PATH_CUT, "*crash*", "*oom*", "*cpu*", "*unschedulable*", "traffic_surge"),
    ),
    FailureMode(
        name="dns_wrong_answer",
        title="The name resolves to the wrong address",
        domain=Domain.NETWORK,
        category=Category.CONFIGURATION_ERROR,
        mechanism="A stale or mistaken record sends clients to an address that does not serve "
        "them.",
        mitigation="Correct the record; mind its time to live.",
        base_log_odds=-1.5,
        caused_by=("bad_*", "*failover*"),
    ),
)

_CONNECTIONS = (
    FailureMode(
        name="tcp_refused",
        title="Connections are refused",
        domain=Domain.NETWORK,
        category=Category.NETWORK,
        mechanism="The host answers but nothing listens on the port, or a firewall rejects.",
        mitigation="Start the server, or point clients at the port it listens on.",
        base_log_odds=-1.5,
        caused_by=(
            *(*_SERVER_GONE, "*mismatch*", "*_port*", "dns_wrong_answer"),
            *("*quota*", "missing_*", "*_unavailable"),
        ),
    ),
    FailureMode(
        name="tcp_timed_out",
        title="Connections time out",
        domain=Domain.NETWORK,
        category=Category.NETWORK,
        mechanism="Packets to the port get no answer: a rule drops them, no route leads there, or "
        "the host is gone or overwhelmed.",
        mitigation="Find the hop that drops them: rules first, then routes, then the host.",
        base_log_odds=-1.5,
        caused_by=(
            *(*_PATH_CUT, *_SERVER_GONE, "*cpu*", "dns_wrong_answer", "traffic_surge"),
            *("*quota*", "*mismatch*", "missing_*", "*_unavailable"),
        ),
    ),
    FailureMode(
        name="tcp_reset",
        title="Connections are reset",
        domain=Domain.NETWORK,
        category=Category.NETWORK,
        mechanism="An established connection is torn down: the process died, its queue was full, "
        "or a middlebox had forgotten it.",
        mitigation="Look at the process that resets; align idle timeouts along the path.",
        base_log_odds=-1.7,
        caused_by=(*_SERVER_GONE, "*timeout*", "traffic_surge", "*_blocks"),
    ),
)

_CERTIFICATES = (
    FailureMode(
        name="tls_expired",
        title="The certificate has expired",
        domain=Domain.NETWORK,
        category=Category.SECURITY,
        mechanism="The certificate was not renewed or the renewed one was not loaded; clients that "
        "verify refuse the connection.",
        mitigation="Install the renewed certificate and reload the server.",
        base_log_odds=-0.8,
        caused_by=("*cert_manager*", "*renewal*"),
    ),
    FailureMode(
        name="tls_not_yet_valid",
        title="The certificate is not valid yet",
        domain=Domain.NETWORK,
        category=Category.SECURITY,
        mechanism="The certificate begins in the future, or a clock runs behind.",
        mitigation="Correct the clock, or serve the certificate before.",
        base_log_odds=-2.5,
        caused_by=("*clock*", "bad_*"),
    ),
    FailureMode(
        name="tls_name_mismatch",
        title="The certificate is for another name",
        domain=Domain.NETWORK,
        category=Category.CONFIGURATION_ERROR,
        mechanism="The server shows a certificate that does not cover the name clients ask for.",
        mitigation="Serve the certificate that covers the name, or send clients to the right name.",
        base_log_odds=-1.5,
        caused_by=("bad_*", "dns_wrong_answer", "*misrouted*"),
    ),
    FailureMode(
        name="tls_untrusted_chain",
        title="The certificate's issuer is not trusted",
        domain=Domain.NETWORK,
        category=Category.CONFIGURATION_ERROR,
        mechanism="An intermediate certificate is missing, or the issuer is not in the clients' "
        "trust store.",
        mitigation="Serve the whole chain, or add the issuer to the trust store.",
        base_log_odds=-1.5,
        caused_by=("bad_*",),
    ),
)

_PATH = (
    FailureMode(
        name="service_without_endpoints",
        title="The Service has no ready endpoint",
        domain=Domain.NETWORK,
        category=Category.CONFIGURATION_ERROR,
        mechanism="The Service's selector matches no ready pod, so that connections to it have "
        "nowhere to go.",
        mitigation="Correct the selector, or make its pods ready.",
        base_log_odds=-1.0,
        caused_by=(
            *(*_SERVER_GONE, "*selector*", "*mismatch*", "*quota*", "*mount*", "*secret*"),
            *("pvc_*", "pv_*", "missing_*", "*conflict*", "*_unavailable", "mysql_*", "db_*"),
        ),
    ),
    FailureMode(
        name="security_group_blocks",
        title="A security group blocks the path",
        domain=Domain.NETWORK,
        category=Category.CONFIGURATION_ERROR,
        mechanism="No rule admits the port, and security groups drop silently: clients time out.",
        mitigation="Add the rule that admits the client, or take back the change that removed it.",
        base_log_odds=-1.0,
        caused_by=("bad_config_change", "*security_group_change*"),
    ),
    FailureMode(
        name="network_acl_blocks",
        title="A network ACL blocks the path",
        domain=Domain.NETWORK,
        category=Category.CONFIGURATION_ERROR,
        mechanism="The subnet's first matching ACL entry denies the port, or the replies' ports.",
        mitigation="Correct the entry; an ACL needs both directions.",
        base_log_odds=-1.7,
        caused_by=("bad_config_change",),
    ),
    FailureMode(
        name="network_policy_blocks",
        title="A NetworkPolicy blocks the path",
        domain=Domain.NETWORK,
        category=Category.CONFIGURATION_ERROR,
        mechanism="A policy selects the pod and none of its rules admits the client.",
        mitigation="Admit the client in the policy, or take back the change that brought it.",
        base_log_odds=-1.0,
        caused_by=("bad_config_change", "bad_deploy"),
    ),
)

_QUALITY = (
    FailureMode(
        name="packet_loss",
        title="Packets are lost",
        domain=Domain.NETWORK,
        category=Category.NETWORK,
        mechanism="A link, queue or interface drops packets; retransmissions slow everything.",
        mitigation="Move traffic off the link or host that drops.",
        base_log_odds=-1.2,
        caused_by=("traffic_surge", "*bandwidth*", "node_*"),
    ),
    FailureMode(
        name="high_network_latency",
        title="The network is slow",
        domain=Domain.NETWORK,
        category=Category.NETWORK,
        mechanism="Round trips take longer while the servers answer as fast as before.",
        mitigation="Move traffic to a nearer or healthier path.",
        base_log_odds=-1.2,
        caused_by=("packet_loss", "traffic_surge", "*bandwidth*", "node_*"),
    ),
)

_ANSWERS = (
    FailureMode(
        name="http_upstream_errors",
        title="A service answers with errors",
        domain=Domain.NETWORK,
        category=Category.DEPENDENCY_FAILURE,
        mechanism="The service answers 5xx and its callers pass that on.",
        mitigation="Find what fails inside it; shed or reroute its traffic meanwhile.",
        base_log_odds=-2.5,
        caused_by=_BUT_ERRORS,
    ),
    FailureMode(
        name="upstream_timeouts",
        title="Calls to a service time out",
        domain=Domain.NETWORK,
        category=Category.DEPENDENCY_FAILURE,
        mechanism="The service answers later than its callers wait.",
        mitigation="Find what it waits for; fail fast meanwhile.",
        base_log_odds=-1.8,
        caused_by=_NEARLY_ANYTHING,
    ),
    FailureMode(
        name="upstream_latency",
        title="A service answers slowly",
        domain=Domain.NETWORK,
        category=Category.DEPENDENCY_FAILURE,
        mechanism="The service takes much longer than it used to, and its callers with it.",
        mitigation="Find what it waits for; shed load meanwhile.",
        base_log_odds=-2.0,
        caused_by=_BUT_LATENCY,
    ),
    FailureMode(
        name="monitors_point_here",
        title="The firing monitors point here",
        domain=Domain.NETWORK,
        category=Category.UNKNOWN,
        mechanism="More kinds of monitors fire about this service than about its neighbours.",
        mitigation="Look inside this one; take it out of rotation if there are others.",
        base_log_odds=-1.0,
        caused_by=_BUT_MONITORS,
    ),
)

_LIMITS = (
    FailureMode(
        name="listen_queue_overflow",
        title="More connections than it accepts",
        domain=Domain.NETWORK,
        category=Category.CAPACITY,
        mechanism="The accept queue of a listening socket is full, so new connections are "
        "dropped or late.",
        mitigation="Raise the backlog and the number of workers; shed load.",
        base_log_odds=-1.5,
        caused_by=("traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="ephemeral_ports_exhausted",
        title="No source ports left",
        domain=Domain.NETWORK,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="Closed connections hold their ports for a minute, and more are opened than "
        "become free.",
        mitigation="Reuse connections; widen the port range.",
        base_log_odds=-1.5,
        caused_by=("traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="conntrack_full",
        title="The connection table is full",
        domain=Domain.NETWORK,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="The kernel tracks as many connections as it may and drops the packets of new "
        "ones.",
        mitigation="Raise the table, or stop what opens so many.",
        base_log_odds=-1.5,
        caused_by=("traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="nic_ring_drops",
        title="The network card drops packets",
        domain=Domain.NETWORK,
        category=Category.INFRASTRUCTURE,
        mechanism="Packets arrive faster than the receive ring is emptied, and the card drops "
        "them.",
        mitigation="Enlarge the ring; spread its interrupts.",
        base_log_odds=-1.5,
        caused_by=("traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="soft_interrupt_saturation",
        title="One processor handles all packets",
        domain=Domain.NETWORK,
        category=Category.INFRASTRUCTURE,
        mechanism="All interrupts of the card go to one processor, which is busy while others "
        "idle.",
        mitigation="Spread the interrupts over the processors.",
        base_log_odds=-1.5,
        caused_by=("traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="mtu_black_hole",
        title="Large packets do not arrive",
        domain=Domain.NETWORK,
        category=Category.NETWORK,
        mechanism="A link on the path carries less than the sender believes; small packets "
        "pass, large ones vanish.",
        mitigation="Lower the MTU or clamp the segment size.",
        base_log_odds=-1.5,
        caused_by=("traffic_surge", "bad_*"),
    ),
    FailureMode(
        name="bandwidth_saturated",
        title="The link is full",
        domain=Domain.NETWORK,
        category=Category.CAPACITY,
        mechanism="More is sent than the link or its shaper lets through: queues stand, then drop.",
        mitigation="Raise the rate or move traffic.",
        base_log_odds=-1.5,
        caused_by=("traffic_surge", "bad_*"),
    ),
)

NETWORK_MODES: tuple[FailureMode, ...] = (
    *_NAMES,
    *_CONNECTIONS,
    *_CERTIFICATES,
    *_PATH,
    *_QUALITY,
    *_LIMITS,
    *_ANSWERS,
)
