-- Tables of this database, largest first: how they are read, and how well vacuum keeps up.
select t.schemaname, t.relname, pg_table_size(t.relid) as table_bytes,
       t.seq_scan, t.seq_tup_read, t.idx_scan, t.n_live_tup, t.n_dead_tup,
       t.last_vacuum, t.last_autovacuum, t.last_analyze, t.last_autoanalyze,
       age(c.relfrozenxid) as frozen_xid_age
from pg_stat_user_tables t
join pg_class c on c.oid = t.relid
order by c.relpages desc, t.relname
limit 500
