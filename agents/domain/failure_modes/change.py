"""Failure modes that lie in what people changed."""

from agents.domain.failure_modes.entry import Category, Domain, FailureMode


def _mode(
    name: str, title: str, mechanism: str, mitigation: str, category: Category = Category.BAD_CHANGE
) -> FailureMode:
    return FailureMode(
        name=name,
        title=title,
        domain=Domain.CHANGE,
        category=category,
        mechanism=mechanism,
        mitigation=mitigation,
        base_log_odds=-0.8,
    )


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
    _mode(
        "bad_config_change",
        "A configuration change broke it",
        "A configuration changed before the onset on the path of the symptom, and what it sets is "
        "what fails.",
        "Set the configuration back.",
    ),
    _mode(
        "bad_flag_change",
        "A feature flag broke it",
        "A flag was switched before the onset, and what fails is what it switches.",
        "Switch the flag back.",
    ),
    _mode(
        "bad_code_change",
        "A code change brought a defect",
        "A change took away a check, a call or a tolerance that the failing code relied on.",
        "Roll back the change, or ship its repair.",
        Category.CODE_DEFECT,
    ),
    _mode(
        "bad_limit_change",
        "A limit was set too tight",
        "A timeout, a number of attempts, a pool or a size was lowered below what normal work "
        "needs.",
        "Set the limit back.",
    ),
    _mode(
        "bad_load_change",
        "A change made it do more work",
        "A change took away what kept the load down: a cache, a batch, a row limit, an index, a "
        "pause between attempts.",
        "Roll back the change; shed load meanwhile.",
    ),
    _mode(
        "bad_leak_change",
        "A change made it hold on to resources",
        "A change keeps what it should give back, so that memory, handles or disk fill up over "
        "time.",
        "Roll back the change; restart what is full meanwhile.",
        Category.CODE_DEFECT,
    ),
    _mode(
        "bad_contract_change",
        "Two sides no longer agree on a message",
        "One side renamed, retyped or tightened what the other still sends or reads as before.",
        "Roll back the side that changed.",
    ),
    _mode(
        "bad_schema_change",
        "Code and database schema no longer agree",
        "Code uses a table or column that is not there, or a migration took it away or forbids "
        "what is written.",
        "Run the missing migration, or roll back the code.",
    ),
    _mode(
        "bad_dependency_update",
        "An updated library does not fit",
        "A library moved to a version that does not fit the others, and the failure names it.",
        "Pin the library to the version before.",
    ),
)
