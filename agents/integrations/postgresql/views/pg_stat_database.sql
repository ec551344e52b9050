-- Counters of each database since its statistics were reset.
select d.datname, d.numbackends, d.xact_commit, d.xact_rollback, d.blks_read, d.blks_hit,
       d.tup_returned, d.tup_fetched, d.tup_inserted, d.tup_updated, d.tup_deleted,
       d.conflicts, d.deadlocks, d.temp_files, d.temp_bytes, d.stats_reset,
       extract(epoch from clock_timestamp()
               - coalesce(d.stats_reset, pg_postmaster_start_time())) as counted_for_seconds
from pg_stat_database d
where d.datname is not null
order by d.datname
