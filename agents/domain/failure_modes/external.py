"""Failure modes outside the system, and the absence of failure."""

from agents.domain.failure_modes.entry import Category, Domain, FailureMode

EXTERNAL_MODES: tuple[FailureMode, ...] = (
    FailureMode(
        name="traffic_surge",
        title="More traffic than it can serve",
        domain=Domain.EXTERNAL,
        category=Category.CAPACITY,
        mechanism="Demand rose before everything else; saturation follows demand.",
        mitigation="Add capacity or shed load.",
        base_log_odds=-1.5,
    ),
    FailureMode(
        name="recovered",
        title="It has recovered by itself",
        domain=Domain.EXTERNAL,
        category=Category.HEALTHY,
        mechanism="The alerting signal has been back within its normal range since before now.",
        mitigation="None: watch it, and tune the alert if it flaps.",
        base_log_odds=-1.5,
    ),
    FailureMode(
        name="false_alert",
        title="The alert is wrong",
        domain=Domain.EXTERNAL,
        category=Category.HEALTHY,
        mechanism="What the alert speaks of never left its usual range, and nothing else did.",
        mitigation="None: repair the alert's threshold or its query.",
        base_log_odds=-1.5,
    ),
    FailureMode(
        name="provider_outage",
        title="An outside provider fails",
        domain=Domain.EXTERNAL,
        category=Category.DEPENDENCY_FAILURE,
        mechanism="Calls to an address that is not ours fail for everybody at once, with the "
        "provider's own errors; nothing of ours changed for it.",
        mitigation="Fail over or degrade without the provider; follow its status page.",
        base_log_odds=-1.5,
    ),
    FailureMode(
        name="region_impairment",
        title="A region or zone is impaired",
        domain=Domain.EXTERNAL,
        category=Category.INFRASTRUCTURE,
        mechanism="Unrelated services fail together, and have the region or zone in common.",
        mitigation="Move traffic out of the region or zone.",
        base_log_odds=-1.5,
    ),
    FailureMode(
        name="machine_failure",
        title="A machine fails or is full",
        domain=Domain.EXTERNAL,
        category=Category.INFRASTRUCTURE,
        mechanism="Kernel, kubelet or cloud say that a disk, a host or a link is failing; what "
        "runs there suffers, the same elsewhere does not.",
        mitigation="Drain the machine and replace it.",
        base_log_odds=-1.5,
    ),
    FailureMode(
        name="noisy_neighbour",
        title="A neighbour takes the machine",
        domain=Domain.EXTERNAL,
        category=Category.INFRASTRUCTURE,
        mechanism="Stolen time rises while our own load does not.",
        mitigation="Move to another host, or to dedicated capacity.",
        base_log_odds=-1.5,
    ),
    FailureMode(
        name="malformed_input",
        title="Bad input from one sender",
        domain=Domain.EXTERNAL,
        category=Category.DATA,
        mechanism="Input that cannot be read comes from one sender, file or tenant, while what "
        "others send is fine.",
        mitigation="Set the sender's input aside; carry on with the rest.",
        base_log_odds=-1.5,
    ),
)
