"""The PagerDuty account as its official clients see it, and the webhooks it sends."""

import hashlib
import hmac
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pagerduty
import pytest
from aiohttp import web

from jobs.embedded import wait_until
from jobs.gameday.hosting import HttpServer, LoopThread, serve
from jobs.gameday.pagerduty import PagerDutyServer

Client = Any
"""The official client, whose methods carry no usable types."""
Answer = Any
"""What it returns."""

ALL_EVENTS = [
    "incident.triggered",
    "incident.acknowledged",
    "incident.resolved",
    "incident.annotated",
]


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    """Where the servers of a test live."""
    with LoopThread("pagerduty") as made:
        yield made


@pytest.fixture
def server(loop: LoopThread, tmp_path: Path) -> Iterator[PagerDutyServer]:
    """An account."""

    async def start() -> PagerDutyServer:
        made = PagerDutyServer(tmp_path, first_retry_seconds=0.01)
        await made.start()
        return made

    made = loop.call(start())
    yield made
    loop.call(made.stop())


@pytest.fixture
def client(server: PagerDutyServer) -> Iterator[Any]:
    """The official REST client."""
    made = pagerduty.RestApiV2Client(
        server.api_key,
        default_from=server.from_email,
        base_url=server.url,
        verify=ssl.create_default_context(cafile=str(server.ca_file)),
    )
    yield made
    made.close()


@dataclass
class Receiver:
    """Somebody who listens to webhooks, and may at first be unwell."""

    answers: list[int] = field(default_factory=list[int])
    """The codes of the first answers; 202 afterwards."""
    requests: list[tuple[dict[str, str], bytes]] = field(
        default_factory=list[tuple[dict[str, str], bytes]]
    )

    async def start(self) -> HttpServer:
        """Listen."""
        app = web.Application()
        app.router.add_post("/", self._receive)
        return await serve(app)

    async def _receive(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.read()))
        return web.Response(status=self.answers.pop(0) if self.answers else 202)

    def events(self) -> list[Any]:
        """What came, in order."""
        return [json.loads(body)["event"] for _, body in self.requests]


def trigger(client: Client, title: str = "storefront answers 504") -> Answer:
    """Open an incident on the storefront."""
    service = client.find("services", "storefront", attribute="name")
    reference = {"id": service["id"], "type": "service_reference"}
    return client.rpost(
        "incidents", json={"type": "incident", "title": title, "service": reference}
    )


def subscribe(client: Client, url: str) -> Answer:
    """Ask for every event of the account."""
    return client.rpost(
        "webhook_subscriptions",
        json={
            "type": "webhook_subscription",
            "delivery_method": {"type": "http_delivery_method", "url": f"{url}/"},
            "events": ALL_EVENTS,
            "filter": {"type": "account_reference"},
        },
    )


def test_an_incident_is_opened_acknowledged_annotated_and_resolved(client: Client) -> None:
    """This is the whole conversation the war room has with the pager."""
    made = trigger(client)

    client.rput(f"incidents/{made['id']}", json={"type": "incident", "status": "acknowledged"})
    client.rpost(f"incidents/{made['id']}/notes", json={"content": "a migration holds a lock"})
    client.rpost(f"incidents/{made['id']}/status_updates", json={"message": "being fixed"})
    client.rput("incidents", json=[{"id": made["id"], "type": "incident", "status": "resolved"}])

    found = client.rget(f"incidents/{made['id']}")
    kinds = [e["type"] for e in client.iter_all(f"incidents/{made['id']}/log_entries")]
    assert (found["status"], found["incident_number"]) == ("resolved", 1)
    assert found["acknowledgements"][0]["acknowledger"]["type"] == "user_reference"
    assert [n["content"] for n in client.rget(f"incidents/{made['id']}/notes")] == [
        "a migration holds a lock"
    ]
    assert kinds == [
        "resolve_log_entry",
        "status_update_log_entry",
        "annotate_log_entry",
        "acknowledge_log_entry",
        "trigger_log_entry",
    ]


def test_lists_are_filtered_and_paged_to_their_end(client: Client) -> None:
    """An endless second page once kept a bot busy for an hour."""
    for number in range(30):
        trigger(client, f"alert {number}")
    first = client.rget("incidents")[0]
    client.rput(f"incidents/{first['id']}", json={"type": "incident", "status": "acknowledged"})

    everything = list(client.iter_all("incidents"))
    acknowledged = client.list_all("incidents", params={"statuses[]": ["acknowledged"]})

    assert len({i["id"] for i in everything}) == 30
    assert [i["id"] for i in acknowledged] == [first["id"]]


def test_who_is_on_call_can_be_asked(client: Client) -> None:
    """The room invites whoever answers now."""
    on_call = client.list_all("oncalls")
    user = client.rget(f"users/{on_call[0]['user']['id']}")

    assert [o["escalation_level"] for o in on_call] == [1, 2]
    assert user["email"] == "on-call@shop.example"
    assert client.list_all("schedules")[0]["name"] == "Shop on-call"


def test_refusals_have_the_shapes_of_the_real_api(server: PagerDutyServer, client: Client) -> None:
    """What `doctor` tells a person depends on telling these apart."""
    trust = ssl.create_default_context(cafile=str(server.ca_file))
    headers = {"Authorization": f"Token token={server.api_key}"}
    with httpx.Client(base_url=server.url, verify=trust) as plain:
        stranger = plain.get("/incidents", headers={"Authorization": "Token token=stale"})
        missing = plain.get("/incidents/PNOSUCH", headers=headers)
        nameless = plain.post("/incidents", headers=headers, json={"incident": {"title": "x"}})
        unknown = plain.post("/incidents", headers={**headers, "From": "a@b.example"}, json={})

    codes = {r.status_code: r.json()["error"] for r in (stranger, missing, nameless)}
    assert codes[401]["message"] == "Unauthorized"
    assert codes[404]["code"] == 2100
    assert codes[400]["code"] == 2016
    assert unknown.json()["error"]["code"] == 1008
    with pytest.raises(pagerduty.HttpError):
        client.rput(f"incidents/{trigger(client)['id']}", json={"status": "fixed"})


def test_webhooks_are_signed_and_come_in_order(loop: LoopThread, client: Client) -> None:
    """The receiver believes nothing that is not signed, and a resolve must not overtake."""
    receiver = Receiver()
    listener = loop.call(receiver.start())
    subscription = subscribe(client, listener.url)

    made = trigger(client)
    client.rpost(f"incidents/{made['id']}/notes", json={"content": "looking"})
    for status in ("acknowledged", "resolved"):
        client.rput(f"incidents/{made['id']}", json={"type": "incident", "status": status})
    wait_until(lambda: len(receiver.requests) == 4, what="four webhooks")
    loop.call(listener.stop())

    secret = subscription["delivery_method"]["secret"]
    headers, body = receiver.requests[0]
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    first = receiver.events()[0]
    assert headers["X-PagerDuty-Signature"] == f"v1={expected}"
    assert [e["event_type"].partition(".")[2] for e in receiver.events()] == [
        "triggered",
        "annotated",
        "acknowledged",
        "resolved",
    ]
    assert (first["data"]["id"], first["data"]["status"]) == (made["id"], "triggered")
    assert first["data"]["number"] == 1
    assert first["data"]["service"]["summary"] == "storefront"
    assert receiver.events()[1]["data"]["incident"]["id"] == made["id"]


def test_a_receiver_that_is_down_hears_it_later_and_a_refusal_is_final(
    loop: LoopThread, client: Client
) -> None:
    """A bot that restarts in the middle of a page must still get the page."""
    receiver = Receiver(answers=[503, 429, 202, 400, 202])
    listener = loop.call(receiver.start())
    subscribe(client, listener.url)

    trigger(client, "first")
    trigger(client, "refused")
    trigger(client, "third")
    wait_until(lambda: len(receiver.requests) == 5, what="five deliveries")
    loop.call(listener.stop())

    titles = [e["data"]["title"] for e in receiver.events()]
    deliveries = [headers["X-Webhook-Id"] for headers, _ in receiver.requests]
    assert titles == ["first", "first", "first", "refused", "third"]
    assert len(set(deliveries)) == 3


def test_an_alert_of_monitoring_opens_joins_and_closes_one_incident(
    server: PagerDutyServer, client: Client
) -> None:
    """Monitoring repeats itself; people must be paged once."""
    events: Client = pagerduty.EventsApiV2Client(
        server.routing_key,
        base_url=server.url,
        verify=ssl.create_default_context(cafile=str(server.ca_file)),
    )
    summary = "HTTP 5xx above 5 a minute"
    for _ in range(3):
        events.trigger(summary, "shop", dedup_key="alb-5xx", severity="critical")

    opened = client.rget("incidents", params={"incident_key": "alb-5xx"})
    alerts = client.rget(f"incidents/{opened[0]['id']}/alerts")
    events.resolve("alb-5xx")
    closed = client.rget(f"incidents/{opened[0]['id']}")
    events.close()

    assert [i["title"] for i in opened] == [summary]
    assert len(alerts) == 3
    assert alerts[0]["body"]["details"]["severity"] == "critical"
    assert closed["status"] == "resolved"
