-- The statements that took the most time since the statistics were reset.
select s.queryid::text as queryid, d.datname, r.rolname as usename, s.calls, s.rows,
       s.total_exec_time, s.mean_exec_time, s.max_exec_time, s.stddev_exec_time,
       s.shared_blks_hit, s.shared_blks_read, s.temp_blks_written,
       left(s.query, 2000) as query
from pg_stat_statements s
left join pg_database d on d.oid = s.dbid
left join pg_roles r on r.oid = s.userid
order by s.total_exec_time desc
limit 200
