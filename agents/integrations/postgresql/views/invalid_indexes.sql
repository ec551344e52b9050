-- Indexes that cost writes and serve no reads: what a failed CREATE INDEX CONCURRENTLY leaves.
select n.nspname as schema_name, t.relname as relation, i.relname as index_name,
       x.indisvalid, x.indisready, pg_relation_size(i.oid) as size_bytes,
       exists (select from pg_stat_progress_create_index p where p.index_relid = i.oid)
           as is_being_built
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class t on t.oid = x.indrelid
join pg_namespace n on n.oid = i.relnamespace
where not x.indisvalid or not x.indisready
order by 1, 2, 3
