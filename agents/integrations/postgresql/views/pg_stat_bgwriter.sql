-- Work of the background writer; columns that a version moved elsewhere are null.
select (to_jsonb(b) ->> 'checkpoints_timed')::bigint as checkpoints_timed,
       (to_jsonb(b) ->> 'checkpoints_req')::bigint as checkpoints_req,
       (to_jsonb(b) ->> 'checkpoint_write_time')::float8 as checkpoint_write_time,
       (to_jsonb(b) ->> 'checkpoint_sync_time')::float8 as checkpoint_sync_time,
       (to_jsonb(b) ->> 'buffers_backend')::bigint as buffers_backend,
       b.buffers_clean, b.maxwritten_clean, b.buffers_alloc, b.stats_reset
from pg_stat_bgwriter b
