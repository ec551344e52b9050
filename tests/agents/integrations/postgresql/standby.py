"""A real standby of the tests' server, whose replay can be held up."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from jobs.embedded import ManagedProcess, PostgresServer, free_port
from jobs.embedded.postgres_server import postgres_programs


@contextmanager
def standby_of(primary: PostgresServer) -> Generator[int]:
    """Copy the primary, follow it, and give the standby's port."""
    programs = postgres_programs()
    account = primary.data.stat().st_uid if os.geteuid() == 0 else None
    data = Path(tempfile.mkdtemp(prefix="warroom-standby-"))
    if account is not None:
        os.chown(data, account, -1)
    port = free_port()
    copy = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres", "-D", str(data)]
    try:
        subprocess.run(
            [str(programs.folder / "pg_basebackup"), *copy, "-R", "-X", "stream", "-c", "fast"],
            check=True,
            capture_output=True,
            timeout=60,
            user=account,
            cwd=data,
        )
        options = ["-c", f"port={port}", "-c", "listen_addresses=127.0.0.1"]
        options += ["-c", "unix_socket_directories=", "-c", "max_connections=25"]
        options += ["-c", "max_prepared_transactions=5", "-c", "shared_buffers=32MB"]
        if programs.has_statement_statistics:
            options += ["-c", "shared_preload_libraries=pg_stat_statements"]
        with ManagedProcess(
            "standby",
            [str(programs.folder / "postgres"), "-D", str(data), *options],
            log_path=primary.process.log_path.with_name("standby.log"),
            cwd=data,
            user=account,
        ) as process:
            process.wait_ready(lambda: _answers(port))
            yield port
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres"):
            return True
    except psycopg.OperationalError:
        return False
