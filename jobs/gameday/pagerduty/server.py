"""The account as a server: its client refuses plain HTTP, so it speaks TLS under its own CA."""

import secrets
import ssl
from pathlib import Path

import trustme

from jobs.gameday.hosting import HttpServer, serve
from jobs.gameday.pagerduty.account import ON_CALL_EMAIL, Account
from jobs.gameday.pagerduty.api import application
from jobs.gameday.pagerduty.webhooks import FIRST_RETRY_SECONDS, WebhookDelivery


class PagerDutyServer:
    """A running account. Lives on the event loop that started it."""

    def __init__(
        self, directory: Path, *, first_retry_seconds: float = FIRST_RETRY_SECONDS
    ) -> None:
        self.api_key = secrets.token_urlsafe(15)
        self.routing_key = secrets.token_hex(16)
        self.from_email = ON_CALL_EMAIL
        self.ca_file = directory / "pagerduty-ca.pem"
        """The certificate authority that a client has to trust."""
        self._delivery = WebhookDelivery(first_retry_seconds=first_retry_seconds)
        self.account = Account(self._delivery.publish)
        self._server: HttpServer | None = None

    @property
    def url(self) -> str:
        """The base URL of both APIs.

        Raises:
            RuntimeError: if the server has not been started.
        """
        if self._server is None:
            raise RuntimeError("the PagerDuty server has not been started")
        return self._server.url

    async def start(self, *, port: int = 0) -> None:
        """Make a certificate and begin to serve."""
        self.ca_file.parent.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate = authority.issue_cert("localhost", "127.0.0.1")
        with certificate.private_key_and_cert_chain_pem.tempfile() as path:
            context.load_cert_chain(path)
        app = application(
            self.account, self._delivery, api_key=self.api_key, routing_key=self.routing_key
        )
        self._server = await serve(app, port=port, tls=context)

    async def stop(self) -> None:
        """Stop serving and delivering. Safe to call twice."""
        if self._server is not None:
            await self._server.stop()
        await self._delivery.stop()
