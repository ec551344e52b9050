-- Index builds at work.
select p.pid, p.datname, c.relname as relation, p.command, p.phase,
       p.lockers_total, p.lockers_done, p.current_locker_pid,
       p.blocks_total, p.blocks_done, p.tuples_total, p.tuples_done
from pg_stat_progress_create_index p
left join pg_class c on c.oid = p.relid and p.datname = current_database()
order by p.pid
