"""Failure modes of the database domain."""

from agents.domain.failure_modes.entry import Category, Domain, FailureMode

_SESSIONS = (
    FailureMode(
        name="lock_contention",
        title="Sessions wait for a lock that one session holds",
        domain=Domain.DATABASE,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="One transaction keeps a lock; others queue behind it, and a queued DDL "
        "statement makes even readers queue.",
        mitigation="End the session at the root of the blocking tree.",
        base_log_odds=-0.8,
        caused_by=("bad_deploy", "bad_config_change"),
    ),
    FailureMode(
        name="prepared_transaction_abandoned",
        title="A prepared transaction was left behind",
        domain=Domain.DATABASE,
        category=Category.CODE_DEFECT,
        mechanism="A two-phase commit was prepared and never finished: no session owns its locks.",
        mitigation="Finish it with COMMIT PREPARED or ROLLBACK PREPARED.",
        base_log_odds=-3.0,
        caused_by=("bad_deploy", "database_failover", "database_restart"),
    ),
    FailureMode(
        name="long_idle_transaction",
        title="A session sits idle in an open transaction",
        domain=Domain.DATABASE,
        category=Category.CODE_DEFECT,
        mechanism="A client opened a transaction and went away without ending it; its locks and "
        "its snapshot stay, so rows cannot be cleaned up.",
        mitigation="End the session; set idle_in_transaction_session_timeout.",
        base_log_odds=-1.5,
        caused_by=("bad_deploy",),
    ),
    FailureMode(
        name="long_transaction",
        title="A transaction runs for very long",
        domain=Domain.DATABASE,
        category=Category.CODE_DEFECT,
        mechanism="A transaction at work for a long time holds back vacuum and keeps its locks.",
        mitigation="Let it finish or end it; split it into batches.",
        base_log_odds=-2.0,
        caused_by=("bad_deploy", "slow_statement"),
    ),
    FailureMode(
        name="deadlocks",
        title="Transactions deadlock",
        domain=Domain.DATABASE,
        category=Category.CODE_DEFECT,
        mechanism="Transactions take the same locks in different orders; the server aborts one.",
        mitigation="Roll back the change that altered the lock order; retry aborted transactions.",
        base_log_odds=-1.5,
        caused_by=("bad_deploy",),
    ),
    FailureMode(
        name="connection_exhaustion",
        title="No connection slots are left",
        domain=Domain.DATABASE,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="Clients hold every slot that max_connections allows; new ones are refused.",
        mitigation="End leaked idle sessions; pool connections.",
        base_log_odds=-0.8,
        caused_by=(
            "lock_contention",
            "long_idle_transaction",
            "slow_statement",
            "missing_index",
            "prepared_transaction_abandoned",
            "traffic_surge",
            "bad_deploy",
            "bad_config_change",
        ),
    ),
)

_STATEMENTS = (
    FailureMode(
        name="slow_statement",
        title="A statement runs far too long",
        domain=Domain.DATABASE,
        category=Category.CODE_DEFECT,
        mechanism="One statement does far more work than its callers can wait for.",
        mitigation="Cancel it; give it an index or take back the change that brought it.",
        base_log_odds=-0.8,
        caused_by=("missing_index", "bad_deploy", "traffic_surge"),
    ),
    FailureMode(
        name="missing_index",
        title="A large table is read from end to end, again and again",
        domain=Domain.DATABASE,
        category=Category.CONFIGURATION_ERROR,
        mechanism="No usable index serves a frequent query, so that each call scans the table.",
        mitigation="Create the index concurrently.",
        base_log_odds=-1.5,
        caused_by=("bad_deploy",),
    ),
    FailureMode(
        name="database_cpu_saturation",
        title="The database server's CPU is saturated",
        domain=Domain.DATABASE,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="Sessions want more CPU than there is; every statement slows down.",
        mitigation="Stop the heaviest statement; add CPU.",
        base_log_odds=-1.2,
        caused_by=("slow_statement", "missing_index", "traffic_surge", "bad_deploy"),
    ),
)

_REPLICATION = (
    FailureMode(
        name="replication_lag",
        title="A replica lags behind",
        domain=Domain.DATABASE,
        category=Category.CAPACITY,
        mechanism="A replica replays changes slower than the primary makes them; reads are stale.",
        mitigation="Send reads to the primary; stop what writes or blocks the replay.",
        base_log_odds=-1.0,
        caused_by=(
            "slow_statement",
            "long_transaction",
            "database_cpu_saturation",
            "traffic_surge",
            "bad_deploy",
        ),
    ),
    FailureMode(
        name="replication_slot_retaining_wal",
        title="An unread replication slot keeps the write-ahead log",
        domain=Domain.DATABASE,
        category=Category.CONFIGURATION_ERROR,
        mechanism="A slot whose consumer went away keeps all WAL since then; the disk fills up.",
        mitigation="Bring the consumer back or drop the slot.",
        base_log_odds=-1.5,
    ),
)

_STORAGE = (
    FailureMode(
        name="database_storage_full",
        title="The database's storage is full or about to be",
        domain=Domain.DATABASE,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="Without free space the server can write neither rows nor its log, and stops.",
        mitigation="Add storage or free some; stop what fills it.",
        base_log_odds=-1.0,
        caused_by=(
            "replication_slot_retaining_wal",
            "long_idle_transaction",
            "long_transaction",
            "bad_deploy",
        ),
    ),
    FailureMode(
        name="transaction_id_wraparound",
        title="Transaction ids are about to run out",
        domain=Domain.DATABASE,
        category=Category.RESOURCE_EXHAUSTION,
        mechanism="Old rows were not frozen in time; the server refuses writes to protect them.",
        mitigation="End what holds the oldest snapshot, then vacuum the oldest tables.",
        base_log_odds=-3.0,
        caused_by=(
            "long_idle_transaction",
            "long_transaction",
            "prepared_transaction_abandoned",
            "replication_slot_retaining_wal",
        ),
    ),
)

_EVENTS = (
    FailureMode(
        name="database_failover",
        title="The database failed over to its standby",
        domain=Domain.DATABASE,
        category=Category.INFRASTRUCTURE,
        mechanism="The primary was replaced; connections broke and clients must find the new one.",
        mitigation="Make clients reconnect; watch the new primary.",
        base_log_odds=-1.0,
        caused_by=("database_storage_full",),
    ),
    FailureMode(
        name="database_restart",
        title="The database server restarted",
        domain=Domain.DATABASE,
        category=Category.INFRASTRUCTURE,
        mechanism="The server stopped and came back: all connections broke and its cache is cold.",
        mitigation="Make clients reconnect; find out who or what restarted it.",
        base_log_odds=-1.5,
        caused_by=("database_storage_full", "bad_config_change"),
    ),
)

DATABASE_MODES: tuple[FailureMode, ...] = (
    *_SESSIONS,
    *_STATEMENTS,
    *_REPLICATION,
    *_STORAGE,
    *_EVENTS,
)
