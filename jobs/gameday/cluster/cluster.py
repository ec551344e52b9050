"""The cluster in one piece: store, controllers, kubelet and API, started and stopped together."""

import asyncio
import secrets
from dataclasses import dataclass, field

from jobs.gameday.cluster.access import TokenBook, administrator, deployer, viewer
from jobs.gameday.cluster.api import KubernetesApi
from jobs.gameday.cluster.controllers import Controllers
from jobs.gameday.cluster.kubelet import BACK_OFF_SECONDS, Kubelet
from jobs.gameday.cluster.objects import RESOURCES, KubeObject
from jobs.gameday.cluster.runtime import Runtime
from jobs.gameday.cluster.store import ObjectStore
from jobs.gameday.hosting import HttpServer, begin, end, serve


def _token() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Credentials:
    """Bearer tokens of the three identities."""

    view: str = field(default_factory=_token, repr=False)
    """Reads all but secrets."""
    deployer: str = field(default_factory=_token, repr=False)
    """Also changes deployments of the one namespace."""
    admin: str = field(default_factory=_token, repr=False)
    """May do everything: the hands of the game day, never of the war room."""


class Cluster:
    """A running Kubernetes API. Lives on the event loop that started it."""

    def __init__(
        self,
        runtime: Runtime,
        *,
        namespace: str = "shop",
        back_off_seconds: float = BACK_OFF_SECONDS,
    ) -> None:
        self.store = ObjectStore()
        self.credentials = Credentials()
        self.namespace = namespace
        self._kubelet = Kubelet(self.store, runtime, back_off_seconds=back_off_seconds)
        tokens = {
            self.credentials.view: viewer(),
            self.credentials.deployer: deployer(namespace),
            self.credentials.admin: administrator(),
        }
        self._api = KubernetesApi(self.store, self._kubelet, TokenBook(tokens))
        self._tasks: list[asyncio.Task[None]] = []
        self._server: HttpServer | None = None

    @property
    def url(self) -> str:
        """The address of the API server.

        Raises:
            RuntimeError: if the cluster has not been started.
        """
        if self._server is None:
            raise RuntimeError("the cluster has not been started")
        return self._server.url

    def apply(self, *objects: KubeObject) -> None:
        """Create objects of any served kind, as they stand in a manifest."""
        by_kind = {resource.kind: resource for resource in RESOURCES}
        for body in objects:
            self.store.create(by_kind[body["kind"]], body)

    async def start(self, *, port: int = 0) -> None:
        """Begin to serve, and to reconcile."""
        self._server = await serve(self._api.application(), port=port)
        self._tasks += [begin(Controllers(self.store).run()), begin(self._kubelet.run())]

    async def stop(self) -> None:
        """Stop serving and end every container. Safe to call twice."""
        if self._server is not None:
            await self._server.stop()
        await end(*self._tasks)
        self._tasks.clear()
