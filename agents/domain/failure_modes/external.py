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
)
