-- Size of each database, and how far its oldest row is from transaction id wraparound.
select d.datname, d.datallowconn,
       case when has_database_privilege(d.oid, 'CONNECT') then pg_database_size(d.oid) end
           as size_bytes,
       age(d.datfrozenxid) as frozen_xid_age,
       mxid_age(d.datminmxid) as frozen_multixact_age,
       current_setting('autovacuum_freeze_max_age')::bigint as autovacuum_freeze_max_age
from pg_database d
order by frozen_xid_age desc, d.datname
