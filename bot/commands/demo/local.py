"""A war room on one machine with this installation's own settings; what is missing is embedded."""

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from agents.settings import Settings
from bot.commands.demo.stack import Environments, Stack
from bot.commands.demo.workspace import LocalWorkspace
from jobs.embedded import start_redis
from jobs.embedded.processes import free_port

_WRITE = ("WARROOM_KUBERNETES_WRITE_CONFIG", "WARROOM_POSTGRESQL_WRITE_URLS")
"""Settings that only the executor is told."""


def run_local(
    console: Console, directory: Path, settings: Settings, environment: Mapping[str, str]
) -> None:
    """Run every process until interrupted.

    Redis is the configured one, else a server of our own; Slack is the configured workspace, else
    a local one with its page.
    """
    told = dict(environment)
    with ExitStack() as ending:
        if "WARROOM_REDIS_URL" not in told:
            redis = ending.enter_context(start_redis(directory / "redis", append_only=True))
            told["WARROOM_REDIS_URL"] = redis.url
            console.print(f"Redis: our own, pid {redis.pid}")
        told.setdefault("WARROOM_DATABASE_URL", f"sqlite:///{directory / 'warroom.sqlite'}")
        if settings.slack_bot_token is None:
            workspace = LocalWorkspace(directory, free_port(), environment)
            ending.callback(workspace.start().stop)
            told.update(workspace.settings())
            console.print(f"Slack: the local workspace at [bold]{workspace.url}[/]")
        write = {name: told.pop(name) for name in _WRITE if name in told}
        stack = Stack(directory / "logs", Environments(common=told, write=write))
        ending.callback(stack.stop)
        http_url = f"http://{settings.http_host}:{settings.http_port}"
        stack.start(http_url, told["WARROOM_REDIS_URL"])
        console.print(f"Webhooks: {http_url}/webhooks/pagerduty")
        console.print(f"Logs: {directory / 'logs'}. Ctrl-C ends everything.")
        threading.Event().wait()
