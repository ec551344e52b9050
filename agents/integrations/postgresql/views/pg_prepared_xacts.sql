-- Transactions prepared for two-phase commit: they hold locks that no session owns.
select p.transaction::text as transaction, p.gid, p.prepared, p.owner, p.database as datname,
       extract(epoch from clock_timestamp() - p.prepared) as age_seconds
from pg_prepared_xacts p
order by p.prepared
