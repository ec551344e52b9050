-- Whether finished segments of the write-ahead log reach the archive; those that fail are kept.
select a.archived_count, a.last_archived_wal, a.last_archived_time,
       a.failed_count, a.last_failed_wal, a.last_failed_time,
       current_setting('archive_mode') as archive_mode,
       coalesce(a.last_failed_time > a.last_archived_time, a.last_failed_time is not null)
           as is_failing
from pg_stat_archiver a
