"""Failure modes that lie in what people changed."""

from agents.domain.failure_modes.entry import Category, Domain, FailureMode

CHANGE_MODES: tuple[FailureMode, ...] = (
    FailureMode(
        name="bad_deploy",
        title="A deploy broke it",
        domain=Domain.CHANGE,
        category=Category.BAD_CHANGE,
        mechanism="A new version went out before the onset, on the path of the symptom, and the "
        "old version did not show it.",
        mitigation="Roll back to the version before.",
        base_log_odds=-0.5,
    ),
    FailureMode(
        name="bad_config_change",
        title="A configuration change broke it",
        domain=Domain.CHANGE,
        category=Category.BAD_CHANGE,
        mechanism="A configuration or flag changed before the onset on the path of the symptom.",
        mitigation="Set the configuration back.",
        base_log_odds=-0.8,
    ),
)
