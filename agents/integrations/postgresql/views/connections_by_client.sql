-- Who holds the connections, and what they do with them.
select a.application_name, a.usename, host(a.client_addr) as client_addr, a.datname,
       coalesce(a.state, 'unknown') as state, count(*) as connections,
       extract(epoch from clock_timestamp() - min(a.state_change)) as longest_in_state_seconds
from pg_stat_activity a
where a.backend_type = 'client backend'
  and a.pid <> pg_backend_pid()
  and not (a.application_name = 'warroom' and a.usename = current_user)
group by 1, 2, 3, 4, 5
order by connections desc, 1, 2, 3, 4, 5
