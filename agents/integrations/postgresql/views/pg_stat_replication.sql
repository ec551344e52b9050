-- Replicas as their primary sees them. The lags are null while a replica has nothing to replay.
select r.pid, r.usename, r.application_name, host(r.client_addr) as client_addr, r.backend_start,
       r.state, r.sync_state, r.sent_lsn::text as sent_lsn, r.replay_lsn::text as replay_lsn,
       extract(epoch from r.write_lag) as write_lag_seconds,
       extract(epoch from r.flush_lag) as flush_lag_seconds,
       extract(epoch from r.replay_lag) as replay_lag_seconds,
       pg_wal_lsn_diff(w.lsn, r.sent_lsn) as unsent_bytes,
       pg_wal_lsn_diff(w.lsn, r.replay_lsn) as replay_lag_bytes,
       r.reply_time
from pg_stat_replication r
cross join lateral (
    select case when pg_is_in_recovery() then pg_last_wal_receive_lsn()
           else pg_current_wal_lsn() end as lsn
) w
order by r.application_name, r.pid
