"""A game day from page to postmortem: the shop breaks, the war room works, a person decides."""

import ssl
import time
import webbrowser
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pagerduty import RestApiV2Client
from rich.console import Console

from agents.domain.state import IncidentState, fold
from agents.errors import WarroomError
from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from agents.settings import Settings
from bot.commands.demo.examination import Point, examine
from bot.commands.demo.narration import Narrator
from bot.commands.demo.responder import Responder
from bot.commands.demo.stack import Environments, Stack
from bot.commands.demo.workspace import ON_CALL, LocalWorkspace
from bot.workspace.person import Person, Refused
from jobs.embedded.processes import EmbeddedServerError, free_port
from jobs.gameday.addresses import WorldAddresses
from jobs.gameday.faults import Fault
from jobs.gameday.world import World, start

_POLL_SECONDS = 0.25
_ALL_SECONDS = 240.0
_EVENTS = (
    "incident.triggered",
    "incident.acknowledged",
    "incident.resolved",
    "incident.reopened",
    "incident.annotated",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a demonstration keeps its files and listens."""

    directory: Path
    workspace_port: int
    http_port: int

    @property
    def http_url(self) -> str:
        """The webhook receiver and console."""
        return f"http://127.0.0.1:{self.http_port}"


class Demonstration:
    """One game day, all parts running."""

    def __init__(self, console: Console, place: Place, environment: Mapping[str, str]) -> None:
        """Keep where to tell, where to be, and the environment that processes inherit."""
        self._console = console
        self._place = place
        self._inherited = {k: v for k, v in environment.items() if not k.startswith("WARROOM_")}
        self._started = time.monotonic()
        self._workspace = LocalWorkspace(place.directory, place.workspace_port, self._inherited)

    @property
    def page(self) -> str:
        """The workspace's page, for people."""
        return self._workspace.url

    @contextmanager
    def running(self, name: str) -> Generator[tuple[World, Fault]]:
        """Bring up the shop, the workspace and the war room; end them all afterwards."""
        with ExitStack() as ending:
            self.tell("Bringing up the shop: storefront, checkout, payments, database, cluster.")
            world = ending.enter_context(start(self._place.directory / "world"))
            ending.callback(self._workspace.start().stop)
            stack = Stack(self._place.directory / "logs", self._environments(world.addresses))
            ending.callback(stack.stop)
            self.tell("Bringing up the war room: receiver, bot, clock and eight workers.")
            stack.start(self._place.http_url, world.addresses.redis_url)
            self._workspace.wait_for_bot()
            fault = world.faults()[name]
            ending.callback(fault.withdraw)
            yield world, fault

    def tell(self, sentence: str) -> None:
        """Say one sentence with the seconds since the start."""
        self._console.print(f"[dim]{time.monotonic() - self._started:6.1f} s[/]  ", end="")
        self._console.print(sentence, markup=False)

    def follow(self, seconds: float = _ALL_SECONDS) -> Iterator[IncidentState]:
        """Tell the first incident's events as they come, and give the state after each look."""
        database = open_database(self._settings().database_url)
        journal, narrator = SqlJournal(database), Narrator(self.tell)
        state: IncidentState | None = None
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                known = [state.incident_id] if state else list(journal.incident_ids())
                for incident_id in known[:1]:
                    news = journal.read(incident_id, after=state.sequence if state else 0)
                    for event in news:
                        narrator.hear(event)
                    state = fold(incident_id, news, onto=state)
                    yield state
                time.sleep(_POLL_SECONDS)
        finally:
            database.dispose()

    def _settings(self) -> Settings:
        return Settings(database_url=f"sqlite:///{self._place.directory / 'warroom.sqlite'}")

    def _environments(self, world: WorldAddresses) -> Environments:
        secret = subscribe(world, f"{self._place.http_url}/webhooks/pagerduty")
        told = {
            "DATABASE_URL": self._settings().database_url,
            "REDIS_URL": world.redis_url,
            "HTTP_PORT": str(self._place.http_port),
            "PUBLIC_URL": self._place.http_url,
            "PAGERDUTY_WEBHOOK_SECRETS": secret,
            "PAGERDUTY_TOKEN": world.pagerduty_token.get_secret_value(),
            "PAGERDUTY_FROM": world.pagerduty_from,
            "PAGERDUTY_BASE_URL": world.pagerduty_url,
            "PAGERDUTY_CA_FILE": str(world.pagerduty_ca_file),
            "KUBERNETES_CONFIG": str(world.kubernetes_config),
            "POSTGRESQL_URLS": f"{world.database_name}={world.database_url}",
            "PROMETHEUS_URL": world.prometheus_url,
            "LOG_FILES": world.log_files,
            "TRACE_FILES": world.trace_files,
            "TOPOLOGY_FILE": str(world.topology_file),
            "CHANGES_FILE": str(world.changes_file),
            "AWS_REGION": world.aws_region,
            "AWS_ENDPOINT_URL": world.aws_endpoint_url,
            "AWS_ACCESS_KEY_ID": world.aws_access_key_id,
            "AWS_SECRET_ACCESS_KEY": world.aws_secret_access_key.get_secret_value(),
            "GIT_REPOSITORY": str(world.git_repository),
        }
        write = {
            "KUBERNETES_WRITE_CONFIG": str(world.kubernetes_write_config),
            "POSTGRESQL_WRITE_URLS": f"{world.database_name}={world.database_write_url}",
        }
        common = {**self._inherited, **self._workspace.settings(), **_prefixed(told)}
        return Environments(common=common, write=_prefixed(write))


def subscribe(world: WorldAddresses, url: str) -> str:
    """Have the paging service send its events to a URL, and return the signing secret."""
    trust = ssl.create_default_context(cafile=str(world.pagerduty_ca_file))
    client = RestApiV2Client(
        world.pagerduty_token.get_secret_value(), base_url=world.pagerduty_url, verify=trust
    )
    wanted = {
        "type": "webhook_subscription",
        "delivery_method": {"type": "http_delivery_method", "url": url},
        "events": list(_EVENTS),
        "filter": {"type": "account_reference"},
        "description": "Warroom",
    }
    made = client.rpost("webhook_subscriptions", json=wanted)
    return str(made["delivery_method"]["secret"])


def demonstrate(
    console: Console, directory: Path, scenario: str, environment: Mapping[str, str]
) -> bool:
    """Play a whole game day, the person included; tell whether everything was right.

    Raises:
        WarroomError: something did not come up, or did not happen in time.
    """
    place = Place(directory, workspace_port=free_port(), http_port=free_port())
    demonstration = Demonstration(console, place, environment)
    try:
        with demonstration.running(scenario) as (world, fault):
            demonstration.tell(f"The room is at {demonstration.page}")
            with Person(demonstration.page, ON_CALL) as person:
                state = _play(demonstration, Responder(person, "inc-"), fault)
            points = examine(state, fault, world.addresses.git_repository) if state else ()
    except (EmbeddedServerError, TimeoutError, Refused) as problem:
        remedy = "run it again with --keep FOLDER and look at FOLDER/logs"
        raise WarroomError(f"The demonstration stopped: {problem}", remedy=remedy) from problem
    _report(console, points)
    return bool(points) and all(point.is_right for point in points)


def _play(demonstration: Demonstration, responder: Responder, fault: Fault) -> IncidentState | None:
    """Break the shop, then do what a person does at each moment, until the documents are there."""
    demonstration.tell(f"Breaking it: {fault.scenario.title.lower()}.")
    fault.inject()
    channel, approved, resolved = "", False, False
    latest: IncidentState | None = None
    for state in demonstration.follow():
        latest = state
        if state.channel_name and not channel:
            channel = responder.room()
        if state.open_proposal and channel and not approved:
            responder.approve(channel)
            approved = True
        if any(check.recovered for check in state.recoveries) and not resolved:
            responder.resolve(channel, fault.scenario.title)
            resolved = True
        if state.pull_requests:
            return state
    return latest


def watch(console: Console, directory: Path, scenario: str, environment: Mapping[str, str]) -> None:
    """Bring everything up for a person to try, break the shop, and tell what happens."""
    place = Place(directory, workspace_port=free_port(), http_port=free_port())
    demonstration = Demonstration(console, place, environment)
    with demonstration.running(scenario) as (_, fault):
        console.print(f"\n[bold]Open {demonstration.page}[/] (you are the on-call engineer)")
        console.print("Ctrl-C ends everything.\n")
        webbrowser.open(demonstration.page)
        demonstration.tell(f"Breaking it: {fault.scenario.title.lower()}.")
        fault.inject()
        for _ in demonstration.follow(float("inf")):
            pass


def _report(console: Console, points: tuple[Point, ...]) -> None:
    console.print()
    for point in points:
        mark = "[green]right[/]" if point.is_right else "[red]WRONG[/]"
        console.print(f"  {mark}  {point.what}: ", end="")
        console.print(point.seen, markup=False)


def _prefixed(told: Mapping[str, str]) -> dict[str, str]:
    return {f"WARROOM_{name}": value for name, value in told.items()}
