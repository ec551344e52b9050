"""The local workspace as a process of its own, with Warroom installed from its real manifest."""

import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import yaml

from bot.commands.manifest import manifest
from bot.workspace.person import Person
from bot.workspace.seed import AppSeed, Rates, Seed, app_from_manifest, default_seed
from jobs.embedded.processes import ManagedProcess

ON_CALL = "U0ONCALL1"
_CONNECT_SECONDS = 30.0


class LocalWorkspace:
    """One workspace on a port of this machine."""

    def __init__(
        self,
        directory: Path,
        port: int,
        environment: Mapping[str, str],
        rates: Rates | None = None,
    ) -> None:
        """Keep where its files go, its port, the environment of its process, and its limits."""
        self._rates = rates or Rates()
        self._directory = directory
        self._port = port
        self._environment = environment
        self._app: AppSeed = app_from_manifest(manifest(), channels=("incidents",))

    @property
    def url(self) -> str:
        """The page that people look at."""
        return f"http://127.0.0.1:{self._port}"

    def settings(self) -> dict[str, str]:
        """Return how the bot reaches it, as settings."""
        return {
            "WARROOM_SLACK_BASE_URL": f"{self.url}/api/",
            "WARROOM_SLACK_BOT_TOKEN": self._app.bot_token.get_secret_value(),
            "WARROOM_SLACK_APP_TOKEN": self._app.app_token.get_secret_value(),
        }

    def start(self) -> ManagedProcess:
        """Start the process and wait until its page answers."""
        seed = self._directory / "workspace.yaml"
        seeded = default_seed().model_copy(update={"apps": (self._app,), "rates": self._rates})
        seed.write_text(yaml.safe_dump(_plain(seeded)), encoding="utf-8")
        address = ("--port", str(self._port), "--seed", str(seed))
        process = ManagedProcess(
            "workspace",
            (sys.executable, "-m", "bot.workspace", *address),
            log_path=self._directory / "workspace.log",
            environment=self._environment,
        )
        process.reap()
        with Person(self.url, ON_CALL) as person:
            process.wait_ready(lambda: _shows_channels(person))
        return process

    def wait_for_bot(self) -> None:
        """Wait until the bot is connected.

        Raises:
            TimeoutError: it did not come.
        """
        with Person(self.url, ON_CALL) as person:
            person.wait_for(
                lambda: person.is_connected(self._app.app_id) or None,
                _CONNECT_SECONDS,
                "the bot to connect",
            )


def _plain(seed: Seed) -> object:
    """Return a seed as plain data with its (made-up, local) secrets in clear."""
    plain = seed.model_dump(mode="json")
    for app, seeded in zip(plain["apps"], seed.apps, strict=True):
        app["bot_token"] = seeded.bot_token.get_secret_value()
        app["app_token"] = seeded.app_token.get_secret_value()
        app["signing_secret"] = seeded.signing_secret.get_secret_value()
    return plain


def _shows_channels(person: Person) -> bool:
    try:
        return bool(person.channels())
    except httpx.TransportError:
        return False
