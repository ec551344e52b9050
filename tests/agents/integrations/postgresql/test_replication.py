"""A real replica that falls behind, seen from both sides."""

import psycopg
import pytest
from pydantic import SecretStr

from agents.domain.hypotheses import Hypothesis
from agents.integrations.postgresql import PostgresTelemetry
from agents.specialists.database import Limits
from jobs.embedded import wait_until
from tests.agents.integrations.postgresql.standby import standby_of
from tests.agents.integrations.postgresql.support import READER, Shop, utc_now
from tests.agents.specialists.database.support import ask, supported

pytestmark = pytest.mark.processes

IMPATIENT = Limits(replica_lag_seconds=5.0, replica_lag_bytes=128 * 1024)


def look(telemetry: PostgresTelemetry) -> dict[str, Hypothesis]:
    """Ask the specialist and keep what re-measuring supports."""
    return supported(telemetry, ask(telemetry, utc_now(), limits=IMPATIENT))


def test_a_replica_that_stops_replaying_is_found_on_both_sides_until_it_has_caught_up(
    shop: Shop,
) -> None:
    """Readers of the replica see yesterday's stock while the primary looks perfectly well."""
    behind = "select 1 where pg_last_wal_receive_lsn() - pg_last_wal_replay_lsn() > 131072"
    caught_up = "select 1 where pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()"
    level = "select 1 from pg_stat_replication where replay_lsn = pg_current_wal_lsn()"
    with standby_of(shop.server) as port:
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        replica = PostgresTelemetry({"replica": SecretStr(url.replace("postgres@", f"{READER}@"))})
        with psycopg.connect(url, autocommit=True) as standby:
            wait_until(lambda: shop.admin.execute(level).fetchone() is not None, what="the copy")
            idle = look(replica), look(shop.telemetry())
            standby.execute("select pg_wal_replay_pause()")
            writer = shop.client("checkout")
            writer.execute("insert into orders select generate_series(2000, 12000)")
            writer.commit()
            wait_until(lambda: standby.execute(behind).fetchone() is not None, what="the lag")
            lagging = look(replica), look(shop.telemetry())
            standby.execute("select pg_wal_replay_resume()")
            wait_until(lambda: standby.execute(caught_up).fetchone() is not None, what="the end")
            after = look(replica)

    assert idle == ({}, {})
    assert [set(found) for found in lagging] == [{"replication_lag"}, {"replication_lag"}]
    assert "its replay is paused" in lagging[0]["replication_lag"].summary
    assert "behind" in lagging[1]["replication_lag"].summary
    assert "replication_lag" not in after
