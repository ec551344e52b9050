-- Vacuums at work.
select p.pid, p.datname, c.relname as relation, p.phase,
       p.heap_blks_total, p.heap_blks_scanned, p.heap_blks_vacuumed, p.index_vacuum_count
from pg_stat_progress_vacuum p
left join pg_class c on c.oid = p.relid and p.datname = current_database()
order by p.pid
