-- Replication slots with the write-ahead log that each of them makes the server keep.
select s.slot_name, s.plugin, s.slot_type, s.database, s.temporary, s.active, s.active_pid,
       to_jsonb(s) ->> 'wal_status' as wal_status,
       (to_jsonb(s) ->> 'safe_wal_size')::bigint as safe_wal_size,
       pg_wal_lsn_diff(w.lsn, s.restart_lsn) as retained_bytes,
       pg_wal_lsn_diff(w.lsn, s.confirmed_flush_lsn) as unconfirmed_bytes,
       age(s.xmin) as xmin_age, age(s.catalog_xmin) as catalog_xmin_age
from pg_replication_slots s
cross join lateral (
    select case when pg_is_in_recovery() then pg_last_wal_receive_lsn()
           else pg_current_wal_lsn() end as lsn
) w
order by retained_bytes desc nulls last, s.slot_name
