-- Sessions and server processes, with who blocks whom. pg_blocking_pids takes the lock manager's
-- partition locks, so only sessions that wait for a lock are asked for.
select a.datname, a.pid, a.usename, a.application_name, host(a.client_addr) as client_addr,
       a.backend_type, a.state, a.wait_event_type, a.wait_event,
       a.backend_start, a.xact_start, a.query_start, a.state_change,
       extract(epoch from clock_timestamp() - a.backend_start) as backend_age_seconds,
       extract(epoch from clock_timestamp() - a.xact_start) as xact_age_seconds,
       extract(epoch from clock_timestamp() - a.query_start) as query_age_seconds,
       extract(epoch from clock_timestamp() - a.state_change) as state_age_seconds,
       a.backend_xid is not null as has_written,
       age(a.backend_xmin) as xmin_age,
       coalesce(b.pids, '{}') as blocking_pids,
       coalesce(array_to_string(b.pids, ','), '') as blocked_by,
       left(a.query, 2000) as query
from pg_stat_activity a
left join lateral (
    select array(select distinct unnest(pg_blocking_pids(a.pid)) order by 1) as pids
    where a.wait_event_type = 'Lock'
) b on true
where a.pid <> pg_backend_pid()
  and not (a.application_name = 'warroom' and a.usename = current_user)
order by a.xact_start nulls last, a.pid
