"""Service addresses that really work: a listener per Service, in front of its ready endpoints."""

import asyncio
import contextlib
import itertools

from jobs.gameday.cluster.objects import ENDPOINTS, KubeObject
from jobs.gameday.cluster.store import ObjectStore

Endpoint = tuple[str, int]

CHUNK_BYTES = 65_536


class ServiceProxy:
    """Listens on a Service's port while it has endpoints; without any, callers are refused."""

    def __init__(self, store: ObjectStore, namespace: str, name: str, port: int) -> None:
        self._store = store
        self._namespace = namespace
        self._name = name
        self._port = port
        self._endpoints: list[Endpoint] = []
        self._turn = itertools.count()
        self._server: asyncio.Server | None = None
        self.listening = asyncio.Event()
        """Set while callers are let in."""

    async def run(self) -> None:
        """Follow the endpoints until cancelled."""
        changes = self._store.subscribe(since=0)
        try:
            while True:
                change = await changes.get()
                metadata = change.body["metadata"]
                place = (change.resource, metadata.get("namespace"), metadata["name"])
                if place == (ENDPOINTS, self._namespace, self._name):
                    await self._point_to(ready_endpoints(change.body))
        finally:
            self._store.unsubscribe(changes)
            await self._point_to([])

    async def _point_to(self, endpoints: list[Endpoint]) -> None:
        self._endpoints = endpoints
        if endpoints and self._server is None:
            self._server = await asyncio.start_server(self._forward, "127.0.0.1", self._port)
            self.listening.set()
        elif not endpoints and self._server is not None:
            self.listening.clear()
            self._server.close()
            self._server = None

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join one caller with the endpoint whose turn it is."""
        try:
            if not self._endpoints:
                return
            host, port = self._endpoints[next(self._turn) % len(self._endpoints)]
            back_reader, back_writer = await asyncio.open_connection(host, port)
            await asyncio.gather(_pump(reader, back_writer), _pump(back_reader, writer))
        except OSError:
            writer.transport.abort()
        finally:
            writer.close()


def ready_endpoints(endpoints: KubeObject) -> list[Endpoint]:
    """The addresses behind a Service that take traffic."""
    return [
        (address["ip"], int(subset["ports"][0]["port"]))
        for subset in endpoints.get("subsets", ())
        for address in subset.get("addresses", ())
    ]


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    finally:
        with contextlib.suppress(OSError):
            writer.close()
