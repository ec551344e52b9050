-- The configuration that is in force. Free text that may hold credentials is left out.
select s.name, s.setting, s.unit, s.source, s.boot_val, s.pending_restart
from pg_settings s
where s.name not in ('primary_conninfo', 'archive_command', 'restore_command',
                     'archive_cleanup_command', 'recovery_end_command', 'ssl_passphrase_command')
order by s.name
