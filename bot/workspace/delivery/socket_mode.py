"""Socket Mode: envelopes over WebSockets that the app opens."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable

from aiohttp import WSMsgType, web

from bot.workspace.delivery.envelope import Attempt, Envelope
from bot.workspace.errors import NotAcknowledged, SlackError
from bot.workspace.ids import new_id
from bot.workspace.json_types import JsonObject, as_object, as_text

MAX_CONNECTIONS = 10
log = logging.getLogger(__name__)


class SocketMode:
    """The open sockets of one app; each envelope goes to one of them, in turn."""

    def __init__(
        self,
        app_id: str,
        ack_seconds: float,
        refresh_seconds: float,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.app_id = app_id
        self.on_change = on_change
        self._ack_seconds = ack_seconds
        self._refresh_seconds = refresh_seconds
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[JsonObject]] = {}

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    def new_ticket(self) -> str:
        """Allow one connection.

        Raises:
            SlackError: `too_many_websockets`.
        """
        if len(self._sockets) >= MAX_CONNECTIONS:
            raise SlackError("too_many_websockets")
        ticket = new_id("ticket-")
        self._tickets.add(ticket)
        return ticket

    def redeem(self, ticket: str) -> bool:
        """Say whether a ticket is good, once."""
        known = ticket in self._tickets
        self._tickets.discard(ticket)
        return known

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Keep one connection until either side closes it or it is due for a refresh."""
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self._sockets.append(socket)
        self.on_change()
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._sockets),
                "debug_info": {
                    "host": "workspace",
                    "approximate_connection_time": int(self._refresh_seconds),
                },
                "connection_info": {"app_id": self.app_id},
            }
        )
        refresh = asyncio.create_task(self._refresh_later(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            refresh.cancel()
            if socket in self._sockets:
                self._sockets.remove(socket)
            self.on_change()
        return socket

    async def send(self, envelope: Envelope, attempt: Attempt) -> JsonObject:
        """Deliver over the next socket and wait for the acknowledgement."""
        if not self._sockets:
            raise NotAcknowledged("dispatch_failed", "connection_failed")
        socket = self._sockets.pop(0)
        self._sockets.append(socket)
        acknowledged = asyncio.get_running_loop().create_future()
        self._waiting[envelope.id] = acknowledged
        body: JsonObject = {
            "envelope_id": envelope.id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != "events_api",
        }
        if envelope.kind == "events_api":
            body |= {"retry_attempt": attempt.number, "retry_reason": attempt.retry_reason}
        try:
            await socket.send_json(body)
            async with asyncio.timeout(self._ack_seconds):
                return await acknowledged
        except TimeoutError:
            raise NotAcknowledged("operation_timeout", "timeout") from None
        except ConnectionError:
            raise NotAcknowledged("dispatch_failed", "connection_failed") from None
        finally:
            self._waiting.pop(envelope.id, None)

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to come back, as Slack does about once an hour."""
        for socket in list(self._sockets):
            await self._disconnect(socket, reason)

    async def _refresh_later(self, socket: web.WebSocketResponse) -> None:
        await asyncio.sleep(self._refresh_seconds)
        await self._disconnect(socket, "refresh_requested")

    async def _disconnect(self, socket: web.WebSocketResponse, reason: str) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)
        with contextlib.suppress(ConnectionError):
            await socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "workspace"}}
            )
            await socket.close()

    def _acknowledge(self, data: str) -> None:
        try:
            answer = as_object(json.loads(data))
        except json.JSONDecodeError:
            log.warning("socket_message_unreadable", extra={"app_id": self.app_id})
            return
        waiting = self._waiting.get(as_text(answer.get("envelope_id")))
        if waiting is not None and not waiting.done():
            payload = answer.get("payload")
            text: JsonObject = {"text": payload} if isinstance(payload, str) and payload else {}
            waiting.set_result(as_object(payload) or text)
