"""The shop's tables, its roles, and the pool through which a service reaches them."""

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from jobs.embedded import PostgresServer
from jobs.gameday.shop.settings import ServiceSettings
from jobs.gameday.shop.telemetry import Telemetry

DATABASE = "shop"
APPLICATION_ROLE = "shop"
MIGRATION_ROLE = "shop_migrations"
"""Owns the tables, as the role that deploys schema changes does."""
READER_ROLE = "warroom_reader"
"""Sees statistics and rows, changes nothing."""
EXECUTOR_ROLE = "warroom_executor"
"""May end other sessions, and nothing else."""

SKUS = 20
STOCK = 10_000_000
POOL_WAIT_SECONDS = 1.0

SCHEMA = """
create table inventory (sku text primary key, stock bigint not null, price_cents int not null);
create table orders (
    id bigint generated always as identity primary key,
    sku text not null references inventory (sku),
    quantity int not null,
    created_at timestamptz not null default now()
);
create table payments (
    id bigint generated always as identity primary key,
    order_id bigint not null,
    amount_cents int not null,
    created_at timestamptz not null default now()
);
create index payments_order on payments (order_id);
"""

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


def prepare(server: PostgresServer) -> None:
    """Create the database, the roles and the tables, with something to sell."""
    with psycopg.connect(server.url, autocommit=True) as admin:
        for role in (APPLICATION_ROLE, MIGRATION_ROLE, READER_ROLE, EXECUTOR_ROLE):
            admin.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
        admin.execute(f"grant pg_monitor, pg_read_all_data to {READER_ROLE}")
        admin.execute(f"grant pg_monitor, pg_signal_backend to {EXECUTOR_ROLE}")
        admin.execute(f"alter role {READER_ROLE} set default_transaction_read_only = on")
        admin.execute(f"create database {DATABASE} owner {MIGRATION_ROLE}")
    owner = server.url_of(DATABASE, user=MIGRATION_ROLE)
    with psycopg.connect(owner) as connection:
        connection.execute(SCHEMA.encode())
        connection.execute(
            "insert into inventory select 'sku-' || i, %s, 500 + 25 * i"
            " from generate_series(1, %s) i",
            (STOCK, SKUS),
        )
        grant = "select, insert, update, delete on all tables in schema public"
        connection.execute(f"grant {grant} to {APPLICATION_ROLE}")


def open_pool(settings: ServiceSettings, telemetry: Telemetry) -> Pool:
    """Make the pool (to be opened by the caller) and expose what it says about itself."""
    pool: Pool = AsyncConnectionPool(
        settings.addresses.database,
        min_size=2,
        max_size=settings.pool_size,
        timeout=POOL_WAIT_SECONDS,
        open=False,
        kwargs={
            "application_name": settings.role.value,
            "options": f"-c statement_timeout={settings.statement_timeout_ms}",
        },
    )
    for name, key, meaning in (
        ("db_pool_connections", "pool_size", "Connections the pool holds."),
        ("db_pool_idle_connections", "pool_available", "Connections nobody uses."),
        ("db_pool_waiting_requests", "requests_waiting", "Requests waiting for a connection."),
    ):
        telemetry.gauge(name, meaning, lambda key=key: pool.get_stats().get(key, 0))
    telemetry.gauge("db_pool_max_connections", "Connections allowed.", lambda: pool.max_size)
    return pool
