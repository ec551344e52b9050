-- How many of the connection slots that ordinary roles may use are taken.
select c.used, c.active, c.idle, c.idle_in_transaction, m.max_connections, m.reserved,
       m.max_connections - m.reserved as usable,
       c.used::float8 / greatest(m.max_connections - m.reserved, 1) as used_ratio
from (
    select count(*) as used,
           count(*) filter (where state = 'active') as active,
           count(*) filter (where state = 'idle') as idle,
           count(*) filter (where starts_with(state, 'idle in transaction')) as idle_in_transaction
    from pg_stat_activity
    where backend_type = 'client backend'
      and pid <> pg_backend_pid()
      and not (application_name = 'warroom' and usename = current_user)
) c
cross join (
    select current_setting('max_connections')::int as max_connections,
           current_setting('superuser_reserved_connections')::int
           + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved
) m
