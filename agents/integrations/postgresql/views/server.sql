-- The server itself.
select current_setting('server_version') as version,
       current_setting('server_version_num')::int as version_number,
       pg_is_in_recovery() as is_in_recovery,
       pg_postmaster_start_time() as started_at,
       extract(epoch from clock_timestamp() - pg_postmaster_start_time()) as uptime_seconds,
       clock_timestamp() as now
