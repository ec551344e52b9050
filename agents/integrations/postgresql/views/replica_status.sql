-- What this server replays, when it is a replica. An old replay timestamp alone is no lag: an idle
-- primary sends nothing. Bytes received and not replayed are.
select pg_is_in_recovery() as is_in_recovery,
       pg_last_wal_receive_lsn()::text as received_lsn,
       pg_last_wal_replay_lsn()::text as replayed_lsn,
       pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) as unreplayed_bytes,
       extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())
           as replay_age_seconds,
       (select count(*) from pg_stat_wal_receiver) > 0 as has_receiver,
       (select status from pg_stat_wal_receiver limit 1) as receiver_status,
       case when pg_is_in_recovery() then pg_is_wal_replay_paused() end as is_replay_paused
