-- Locks held and waited for, waiting ones first. Relation names exist for this database only.
select d.datname, l.pid, l.locktype, n.nspname as schema_name, c.relname as relation,
       l.mode, l.granted, l.fastpath, l.transactionid::text as transactionid, l.virtualtransaction,
       extract(epoch from clock_timestamp() - (to_jsonb(l) ->> 'waitstart')::timestamptz)
           as wait_seconds,
       a.application_name, a.usename
from pg_locks l
left join pg_database d on d.oid = l.database
left join pg_class c on c.oid = l.relation and d.datname = current_database()
left join pg_namespace n on n.oid = c.relnamespace
left join pg_stat_activity a on a.pid = l.pid
where l.pid is distinct from pg_backend_pid()
  and l.locktype <> 'virtualxid'
  and (a.application_name, a.usename) is distinct from ('warroom', current_user)
order by l.granted, l.pid
limit 5000
