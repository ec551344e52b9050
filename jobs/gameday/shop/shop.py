"""The shop in one piece: its pods as processes, its addresses, its customers."""

import asyncio
from pathlib import Path

from jobs.embedded import PostgresServer, ServerNotReadyError, free_port
from jobs.gameday.cluster import Cluster
from jobs.gameday.cluster.kubelet import BACK_OFF_SECONDS
from jobs.gameday.cluster.objects import DEPLOYMENTS, PODS, PORT_ANNOTATION, now
from jobs.gameday.hosting import begin, end
from jobs.gameday.manifests import NAMESPACE, deployment, furnish, service
from jobs.gameday.metrics.targets import Target
from jobs.gameday.shop import database
from jobs.gameday.shop.load import Customers
from jobs.gameday.shop.runtime import ProcessRuntime
from jobs.gameday.shop.service_proxy import ServiceProxy
from jobs.gameday.shop.settings import Addresses, Role

REPLICAS = {Role.STOREFRONT: 1, Role.CHECKOUT: 2, Role.PAYMENTS: 1}
READY_SECONDS = 30.0


class Shop:
    """A running shop. Lives on the event loop that started it; its database is given."""

    def __init__(
        self,
        directory: Path,
        postgres: PostgresServer,
        *,
        back_off_seconds: float = BACK_OFF_SECONDS,
    ) -> None:
        self.directory = directory
        """Logs in `logs/*.jsonl`, spans in `traces/spans.jsonl`."""
        self._ports = {role: free_port() for role in Role}
        urls = {role: f"http://127.0.0.1:{port}" for role, port in self._ports.items()}
        self.storefront = urls[Role.STOREFRONT]
        self.addresses = Addresses(
            database=postgres.url_of(database.DATABASE, user=database.APPLICATION_ROLE),
            checkout=urls[Role.CHECKOUT],
            payments=urls[Role.PAYMENTS],
        )
        runtime = ProcessRuntime(directory, self.addresses)
        self.cluster = Cluster(runtime, namespace=NAMESPACE, back_off_seconds=back_off_seconds)
        self.customers = Customers(self.storefront)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Bring up cluster and pods, wait until all are ready, and let the customers in.

        Raises:
            ServerNotReadyError: if a deployment does not become available.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        furnish(self.cluster, now())
        proxies: list[ServiceProxy] = []
        for role, port in self._ports.items():
            proxies.append(ServiceProxy(self.cluster.store, NAMESPACE, role, port))
            self._tasks.append(begin(proxies[-1].run()))
            self.cluster.apply(deployment(role, replicas=REPLICAS[role]), service(role, port))
        await self.cluster.start()
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self.cluster.store.wait_until(self.is_available)
                await asyncio.gather(*(proxy.listening.wait() for proxy in proxies))
        except TimeoutError as error:
            message = f"the shop's pods are not ready; their output is in {self.directory}"
            raise ServerNotReadyError(message) from error
        self._tasks.append(begin(self.customers.run()))

    async def stop(self) -> None:
        """Send the customers home and end every process. Safe to call twice."""
        await end(*self._tasks)
        self._tasks.clear()
        await self.cluster.stop()

    def is_available(self) -> bool:
        """Tell whether every deployment has exactly its wanted pods, of its newest template."""

        def settled(name: str) -> bool:
            found = self.cluster.store.get(DEPLOYMENTS, NAMESPACE, name)
            status, wanted = found.get("status", {}), found["spec"]["replicas"]
            counts = [status.get(k) for k in ("replicas", "updatedReplicas", "availableReplicas")]
            observed = status.get("observedGeneration") == found["metadata"]["generation"]
            return observed and counts == [wanted] * 3

        return all(settled(role) for role in Role)

    def targets(self) -> list[Target]:
        """The `/metrics` pages of the pods that run now."""
        found: list[Target] = []
        for pod in self.cluster.store.list(PODS, NAMESPACE):
            metadata = pod["metadata"]
            port = metadata.get("annotations", {}).get(PORT_ANNOTATION)
            if port:
                labels = {
                    "job": metadata["labels"]["app"],
                    "namespace": NAMESPACE,
                    "pod": metadata["name"],
                }
                found.append(Target(f"127.0.0.1:{port}", tuple(labels.items())))
        return found
