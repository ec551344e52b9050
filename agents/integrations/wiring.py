"""Which adapters an installation uses: one explicit list, and who may hold which credentials."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from limits.storage import RedisStorage
from pydantic import SecretStr
from redis import Redis
from slack_sdk import WebClient

from agents.domain.plans import Member, Roster
from agents.domain.readings import Topology
from agents.errors import ScopeViolation
from agents.gateway.gate import Gate, GatedTelemetry
from agents.gateway.ledger import Ledger
from agents.gateway.limiting import SourceLimiter
from agents.integrations.aws.api import AwsAccess
from agents.integrations.aws.telemetry import AwsTelemetry
from agents.integrations.capture.reader import load_capture
from agents.integrations.files.telemetry import FileTelemetry, WatchedFiles
from agents.integrations.git.code_host import LocalGitCodeHost
from agents.integrations.github.code_host import GitHubCodeHost
from agents.integrations.kubernetes.actions import RollbackDeployment
from agents.integrations.kubernetes.exchange import api_client
from agents.integrations.kubernetes.telemetry import KubernetesTelemetry
from agents.integrations.mcp.asking import SpecialistOverMcp
from agents.integrations.pagerduty.pager import PagerDutyPager
from agents.integrations.postgresql.actions import SessionInspector, TerminateSession
from agents.integrations.postgresql.telemetry import PostgresTelemetry
from agents.integrations.probes.telemetry import ProbeTelemetry
from agents.integrations.prometheus.telemetry import PrometheusTelemetry
from agents.integrations.redis.read_cache import RedisReadCache
from agents.integrations.slack.room import SlackRoom
from agents.integrations.sql.recording import SqlRecording
from agents.ports import CodeHost, Executor, Pager, Room, TargetInspector, Telemetry
from agents.settings import Settings
from agents.specialists.framework import Specialist
from agents.specialists.network.targets import addresses_of
from agents.specialists.roster import all_specialists
from agents.telemetry import FederatedTelemetry, covers

ACTIONS = "actions"
_EXECUTOR = Member(name=ACTIONS, title="Executor", sources=("*",))
_SLACK_SECONDS = 10
_TERMINATE_SESSION = "postgresql.terminate_session"
_ROLLBACK_DEPLOYMENT = "kubernetes.rollback_deployment"

Connect = Callable[[Settings], Telemetry | None]
"""Returns an adapter, or None where it is not configured."""


@dataclass(frozen=True, slots=True)
class Source:
    """One adapter of telemetry; whoever may read something of it holds its credentials."""

    name: str
    readable: tuple[str, ...]
    connect: Connect

    def is_for(self, member: Member) -> bool:
        """Tell whether any of what it offers is in a member's scope."""
        return any(covers(member.sources, source) for source in self.readable)


def _prometheus(settings: Settings) -> Telemetry | None:
    return PrometheusTelemetry(settings.prometheus_url) if settings.prometheus_url else None


def _kubernetes(settings: Settings) -> Telemetry | None:
    config = settings.kubernetes_config
    return KubernetesTelemetry(api_client(config)) if config else None


def _postgresql(settings: Settings) -> Telemetry | None:
    instances = named_urls(settings.postgresql_urls)
    return PostgresTelemetry(instances) if instances else None


def _probes(settings: Settings) -> Telemetry | None:
    allowed = (*_listed(settings.probe_targets), *addresses_of(topology_of(settings)))
    return ProbeTelemetry(allowed) if allowed else None


def _aws(settings: Settings) -> Telemetry | None:
    if not settings.aws_region:
        return None
    access = AwsAccess(
        region=settings.aws_region,
        endpoint_url=settings.aws_endpoint_url,
        access_key_id=settings.aws_access_key_id,
        secret_access_key=settings.aws_secret_access_key,
        log_groups=_listed(settings.aws_log_groups),
    )
    return AwsTelemetry(access)


def _files(settings: Settings) -> Telemetry:
    return FileTelemetry(
        WatchedFiles(
            logs=_listed(settings.log_files),
            traces=_listed(settings.trace_files),
            changes=settings.changes_file,
            topology=settings.topology_file,
        )
    )


SOURCES: tuple[Source, ...] = (
    Source("files", ("logs", "traces", "changes", "topology"), _files),
    Source("prometheus", ("metrics",), _prometheus),
    Source("kubernetes", ("objects:pods", "objects:services"), _kubernetes),
    Source("postgresql", ("rows:pg_stat_activity",), _postgresql),
    Source("aws", ("objects:rds.db_instances", "objects:ec2.instances"), _aws),
    Source("probes", ("probe:dns", "probe:tcp", "probe:tls", "probe:http"), _probes),
)


@dataclass(frozen=True, slots=True)
class Hands:
    """What one queue can reach in the world, beyond reading."""

    room: Room | None = None
    pager: Pager | None = None
    code_host: CodeHost | None = None
    inspectors: Mapping[str, TargetInspector] = field(default_factory=dict[str, TargetInspector])
    executors: Mapping[str, Executor] = field(default_factory=dict[str, Executor])


def names() -> tuple[str, ...]:
    """Name the specialists, which is also how their queues are called."""
    return tuple(one.member.name for one in all_specialists())


def specialists(queue: str) -> dict[str, Specialist]:
    """Return the specialist of a queue by its name, behind its MCP server; others have none."""
    return {
        one.member.name: SpecialistOverMcp(one)
        for one in all_specialists()
        if one.member.name == queue
    }


def roster(settings: Settings) -> Roster:
    """Return who can be asked, and the services they look after."""
    members = tuple(one.member for one in all_specialists())
    return Roster(members=members, topology=topology_of(settings))


def topology_of(settings: Settings) -> Topology:
    """Return who depends on whom, as far as it is written down."""
    files = load_capture(settings.capture).telemetry if settings.capture else _files(settings)
    return files.topology() if "topology" in files.sources() else Topology()


def telemetry(settings: Settings, member: Member) -> Telemetry:
    """Connect what a member may read; a capture, where one is set, answers instead of it all."""
    if settings.capture:
        return load_capture(settings.capture).telemetry
    connected = (source.connect(settings) for source in SOURCES if source.is_for(member))
    found = [one for one in connected if one is not None]
    for one in found:
        if isinstance(one, AwsTelemetry):
            one.prepare(member.sources)
    return FederatedTelemetry(found)


class Readers:
    """Read access of the queues of one process.

    Adapters are made once and used for all work: a worker makes its own before it forks, so that no
    question pays for it. They connect when they are first asked.
    """

    def __init__(self, settings: Settings, recording: SqlRecording, redis: Redis) -> None:
        """Keep what the gateway needs."""
        self._settings = settings
        self._connected: dict[str, tuple[Member, Telemetry]] = {}
        rates = RedisStorage(settings.redis_url)
        self._gate = Gate(
            clock=lambda: datetime.now(UTC),
            limiter=SourceLimiter(rates, settings.read_rates, seconds_now=time.time),
            cache=RedisReadCache(redis),
            recording=recording,
        )

    def prepare(self, queue: str) -> None:
        """Make the adapters of a queue now; a queue that reads nothing has none."""
        if queue == ACTIONS or roster(self._settings).member(queue):
            self._of(queue)

    def gated(self, queue: str) -> tuple[Telemetry, Ledger]:
        """Return what a queue may read, through the gateway, with the ledger of what it read.

        Raises:
            ScopeViolation: the queue is not one that reads.
        """
        member, connected = self._of(queue)
        ledger = Ledger()
        return GatedTelemetry(connected, agent=member, gate=self._gate, ledger=ledger), ledger

    def _of(self, queue: str) -> tuple[Member, Telemetry]:
        if queue not in self._connected:
            member = _EXECUTOR if queue == ACTIONS else roster(self._settings).member(queue)
            if member is None:
                raise ScopeViolation(f"The queue {queue} reads nothing.")
            self._connected[queue] = (member, telemetry(self._settings, member))
        return self._connected[queue]


def hands(settings: Settings, queue: str) -> Hands:
    """Return what a queue may do: each holds its own credentials and no others."""
    match queue:
        case "outbox":
            return Hands(room=_room(settings), pager=_pager(settings))
        case "documents":
            return Hands(code_host=_code_host(settings))
        case "actions":
            return Hands(executors=_executors(settings))
        case _:
            member = roster(settings).member(queue)
            return Hands(inspectors=_inspectors(settings, member) if member else {})


def _room(settings: Settings) -> Room | None:
    token = settings.slack_bot_token
    if token is None:
        return None
    client = WebClient(
        token.get_secret_value(), base_url=settings.slack_base_url, timeout=_SLACK_SECONDS
    )
    return SlackRoom(client)


def _pager(settings: Settings) -> Pager | None:
    token = settings.pagerduty_token
    if token is None:
        return None
    return PagerDutyPager.connect(
        token.get_secret_value(),
        settings.pagerduty_from,
        settings.pagerduty_base_url,
        settings.pagerduty_ca_file,
    )


def _code_host(settings: Settings) -> CodeHost | None:
    if settings.github_token and settings.github_repository:
        return GitHubCodeHost.connect(
            settings.github_token.get_secret_value(),
            settings.github_repository,
            settings.github_base_url,
        )
    if settings.git_repository:
        return LocalGitCodeHost(settings.git_repository, lambda: datetime.now(UTC))
    return None


def _inspectors(settings: Settings, member: Member) -> dict[str, TargetInspector]:
    """Return what looks at the targets of actions, with the read credentials of a specialist."""
    found: dict[str, TargetInspector] = {}
    instances = named_urls(settings.postgresql_urls)
    if instances and covers(member.sources, "rows:pg_stat_activity"):
        found[_TERMINATE_SESSION] = SessionInspector(instances)
    if settings.kubernetes_config and covers(member.sources, "objects:deployments"):
        found[_ROLLBACK_DEPLOYMENT] = RollbackDeployment(api_client(settings.kubernetes_config))
    return found


def _executors(settings: Settings) -> dict[str, Executor]:
    found: dict[str, Executor] = {}
    instances = named_urls(settings.postgresql_write_urls)
    if instances:
        found[_TERMINATE_SESSION] = TerminateSession(instances)
    if settings.kubernetes_write_config:
        client = api_client(settings.kubernetes_write_config)
        found[_ROLLBACK_DEPLOYMENT] = RollbackDeployment(client)
    return found


def named_urls(listed: SecretStr) -> dict[str, SecretStr]:
    """Read comma-separated `name=URL` pairs."""
    pairs = (part.partition("=") for part in _listed(listed.get_secret_value()))
    return {name.strip(): SecretStr(url.strip()) for name, _, url in pairs}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
