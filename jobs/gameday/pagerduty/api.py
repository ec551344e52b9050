"""The REST API v2 and the Events API v2 of the account."""

import json
import uuid
from collections.abc import Iterable
from typing import Any, cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from jobs.gameday.pagerduty.account import STATUSES, Account, Entity, Roster
from jobs.gameday.pagerduty.errors import (
    InvalidInputError,
    MissingFromError,
    NotFoundError,
    PagerDutyError,
    RequesterNotFoundError,
    UnauthorizedError,
)
from jobs.gameday.pagerduty.webhooks import Subscription, WebhookDelivery

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
OPEN_PATHS = ("/v2/enqueue",)


def application(
    account: Account, delivery: WebhookDelivery, *, api_key: str, routing_key: str
) -> web.Application:
    """The web application that serves both APIs of the account."""
    app = web.Application(middlewares=[_guard(api_key)])
    app.router.add_routes(IncidentsApi(account).routes())
    app.router.add_routes(WebhooksApi(delivery).routes())
    app.router.add_routes(_roster_routes(account.roster))
    app.router.add_post("/v2/enqueue", EventsApi(account, routing_key).enqueue)
    return app


def _guard(api_key: str) -> Middleware:
    """Ask for the key, and answer refusals in the API's own shape."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            expected = f"Token token={api_key}"
            if request.path not in OPEN_PATHS and request.headers.get("Authorization") != expected:
                raise UnauthorizedError("Unauthorized")
            return await handler(request)
        except PagerDutyError as refusal:
            return web.json_response(refusal.body(), status=refusal.status)
        except web.HTTPNotFound:
            missing = NotFoundError("Not Found")
            return web.json_response(missing.body(), status=missing.status)

    return guard


class IncidentsApi:
    """Incidents, and what hangs on them."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """The paths below `/incidents`, and the account's log."""
        return [
            web.get("/incidents", self._incidents),
            web.post("/incidents", self._trigger),
            web.put("/incidents", self._change_many),
            web.get("/incidents/{id}", self._incident),
            web.put("/incidents/{id}", self._change),
            web.get("/incidents/{id}/notes", self._notes),
            web.post("/incidents/{id}/notes", self._annotate),
            web.get("/incidents/{id}/alerts", self._alerts),
            web.get("/incidents/{id}/log_entries", self._log_entries),
            web.post("/incidents/{id}/status_updates", self._publish_status),
            web.get("/log_entries", self._log_entries),
        ]

    async def _incidents(self, request: web.Request) -> web.Response:
        statuses = request.query.getall("statuses[]", list(STATUSES))
        services = request.query.getall("service_ids[]", [])
        key = request.query.get("incident_key")
        since, until = request.query.get("since", ""), request.query.get("until", "9999")
        found = [
            i
            for i in self._account.incidents.values()
            if i["status"] in statuses
            and (not services or i["service"]["id"] in services)
            and key in (None, i["incident_key"])
            and since <= i["created_at"] <= until
        ]
        return _page(request, "incidents", found)

    async def _incident(self, request: web.Request) -> web.Response:
        return web.json_response({"incident": self._named(request)})

    async def _trigger(self, request: web.Request) -> web.Response:
        agent = self._agent(request)
        wanted = await _entity(request, "incident")
        if not wanted.get("title"):
            raise InvalidInputError("Invalid Input Provided", "Title cannot be empty.")
        made = self._account.trigger(
            self._account.roster.service(wanted.get("service", {}).get("id", "")),
            wanted["title"],
            key=wanted.get("incident_key"),
            urgency=wanted.get("urgency", "high"),
            body=wanted.get("body"),
            agent=agent,
        )
        return web.json_response({"incident": made}, status=201)

    async def _change(self, request: web.Request) -> web.Response:
        agent, incident = self._agent(request), self._named(request)
        wanted = await _entity(request, "incident")
        return web.json_response({"incident": self._account.change(incident, wanted, agent)})

    async def _change_many(self, request: web.Request) -> web.Response:
        agent, body = self._agent(request), await _json(request)
        changed = [
            self._account.change(self._account.incident(wanted["id"]), wanted, agent)
            for wanted in body.get("incidents", [])
        ]
        return web.json_response({"incidents": changed})

    async def _notes(self, request: web.Request) -> web.Response:
        return web.json_response({"notes": self._account.notes[self._named(request)["id"]]})

    async def _annotate(self, request: web.Request) -> web.Response:
        agent, incident = self._agent(request), self._named(request)
        content = str((await _entity(request, "note")).get("content", ""))
        note = self._account.annotate(incident, content, agent)
        return web.json_response({"note": note}, status=201)

    async def _alerts(self, request: web.Request) -> web.Response:
        return _page(request, "alerts", self._account.alerts[self._named(request)["id"]])

    async def _log_entries(self, request: web.Request) -> web.Response:
        entries: Iterable[Entity] = reversed(self._account.log)
        if "id" in request.match_info:
            incident = self._named(request)["id"]
            entries = (e for e in entries if e["incident"]["id"] == incident)
        return _page(request, "log_entries", list(entries))

    async def _publish_status(self, request: web.Request) -> web.Response:
        agent, incident = self._agent(request), self._named(request)
        message = str((await _json(request)).get("message", ""))
        update = self._account.publish_status(incident, message, agent)
        return web.json_response({"status_update": update}, status=201)

    def _named(self, request: web.Request) -> Entity:
        return self._account.incident(request.match_info["id"])

    def _agent(self, request: web.Request) -> Entity:
        """The user in whose name a change is made."""
        email = request.headers.get("From")
        if not email:
            raise MissingFromError
        for user in self._account.roster.users:
            if user["email"] == email:
                return user
        raise RequesterNotFoundError("Requester User Not Found")


class WebhooksApi:
    """Subscriptions to webhooks."""

    def __init__(self, delivery: WebhookDelivery) -> None:
        self._delivery = delivery

    def routes(self) -> list[web.RouteDef]:
        """The paths below `/webhook_subscriptions`."""
        return [
            web.get("/webhook_subscriptions", self._subscriptions),
            web.post("/webhook_subscriptions", self._subscribe),
            web.get("/webhook_subscriptions/{id}", self._subscription),
            web.delete("/webhook_subscriptions/{id}", self._unsubscribe),
        ]

    async def _subscriptions(self, request: web.Request) -> web.Response:
        found = [_shown(s) for s in self._delivery.subscriptions()]
        return _page(request, "webhook_subscriptions", found)

    async def _subscribe(self, request: web.Request) -> web.Response:
        wanted = await _entity(request, "webhook_subscription")
        chosen: Entity = wanted.get("filter", {})
        method: Entity = wanted.get("delivery_method", {})
        url, events = method.get("url"), wanted.get("events")
        if not url or not events:
            raise InvalidInputError("Invalid Input Provided", "A URL and events are required")
        made = Subscription(
            url=url,
            events=frozenset(events),
            service=chosen.get("id") if chosen.get("type") == "service_reference" else None,
            description=wanted.get("description", ""),
        )
        self._delivery.subscribe(made)
        shown = _shown(made)
        shown["delivery_method"]["secret"] = made.secret
        return web.json_response({"webhook_subscription": shown}, status=201)

    async def _subscription(self, request: web.Request) -> web.Response:
        return web.json_response({"webhook_subscription": _shown(self._subscribed(request))})

    async def _unsubscribe(self, request: web.Request) -> web.Response:
        self._delivery.unsubscribe(self._subscribed(request).id)
        return web.Response(status=204)

    def _subscribed(self, request: web.Request) -> Subscription:
        for subscription in self._delivery.subscriptions():
            if subscription.id == request.match_info["id"]:
                return subscription
        raise NotFoundError("Not Found")


class EventsApi:
    """The Events API v2, which monitoring speaks."""

    def __init__(self, account: Account, routing_key: str) -> None:
        self._account = account
        self._routing_key = routing_key

    async def enqueue(self, request: web.Request) -> web.Response:
        """Let an alert open, join or close the incident of its deduplication key."""
        event = await _json(request)
        if event.get("routing_key") != self._routing_key:
            return _invalid_event("Invalid routing key")
        action, payload = event.get("event_action"), cast("Entity", event.get("payload") or {})
        key = str(event.get("dedup_key") or uuid.uuid4().hex)
        incident = self._account.open_by_key(key)
        if action == "trigger":
            if not payload.get("summary"):
                return _invalid_event("'payload.summary' is missing or blank")
            if incident is None:
                service = self._service_of(payload)
                incident = self._account.trigger(service, payload["summary"], key=key)
            self._account.attach_alert(incident, payload["summary"], payload, key)
        elif incident is not None:
            status = {"acknowledge": "acknowledged", "resolve": "resolved"}.get(str(action))
            self._account.change(incident, {"status": status}, incident["service"])
        body = {"status": "success", "message": "Event processed", "dedup_key": key}
        return web.json_response(body, status=202)

    def _service_of(self, payload: Entity) -> Entity:
        """The service an alert is about: the one its component names, else the first."""
        services = self._account.roster.services
        named = [s for s in services if s["name"] == payload.get("component")]
        return named[0] if named else services[0]


def _roster_routes(roster: Roster) -> list[web.RouteDef]:
    """Users, services, schedules, policies, and who is on call."""

    async def on_calls(request: web.Request) -> web.StreamResponse:
        policies = request.query.getall("escalation_policy_ids[]", [])
        found = [
            o for o in roster.on_calls if not policies or o["escalation_policy"]["id"] in policies
        ]
        return _page(request, "oncalls", found)

    async def me(_: web.Request) -> web.StreamResponse:
        message = "`me` user-id can not be used with an account-level access token"
        return web.json_response({"error": message}, status=400)

    routes = [web.get("/oncalls", on_calls), web.get("/users/me", me)]
    for plural, things in (
        ("services", roster.services),
        ("users", roster.users),
        ("schedules", roster.schedules),
        ("escalation_policies", roster.policies),
    ):
        routes.append(web.get(f"/{plural}", _listing(plural, things)))
        routes.append(web.get(f"/{plural}/{{id}}", _showing(plural, things)))
    return routes


def _page(request: web.Request, name: str, things: list[Entity]) -> web.Response:
    try:
        limit = min(int(request.query.get("limit", DEFAULT_LIMIT)), MAX_LIMIT)
        offset = int(request.query.get("offset", 0))
    except ValueError as error:
        raise InvalidInputError("Invalid Input Provided", str(error)) from error
    total = len(things) if request.query.get("total") == "true" else None
    body = {
        name: things[offset : offset + limit],
        "limit": limit,
        "offset": offset,
        "more": len(things) > offset + limit,
        "total": total,
    }
    return web.json_response(body)


def _listing(plural: str, things: list[Entity]) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        query = request.query.get("query", "").lower()
        return _page(request, plural, [t for t in things if query in t["name"].lower()])

    return handler


def _showing(plural: str, things: list[Entity]) -> Handler:
    singular = "escalation_policy" if plural == "escalation_policies" else plural.removesuffix("s")

    async def handler(request: web.Request) -> web.StreamResponse:
        for thing in things:
            if thing["id"] == request.match_info["id"]:
                return web.json_response({singular: thing})
        raise NotFoundError("Not Found")

    return handler


def _shown(subscription: Subscription) -> Entity:
    """A subscription as the API shows it: its secret is told once, when it is made."""
    return {
        "id": subscription.id,
        "type": "webhook_subscription",
        "active": subscription.active,
        "description": subscription.description,
        "events": sorted(subscription.events),
        "filter": {"type": "service_reference", "id": subscription.service}
        if subscription.service
        else {"type": "account_reference"},
        "delivery_method": {
            "id": subscription.id,
            "type": "http_delivery_method",
            "url": subscription.url,
            "secret": None,
            "temporarily_disabled": subscription.disabled,
            "custom_headers": [],
        },
    }


def _invalid_event(reason: str) -> web.Response:
    body = {"status": "invalid event", "message": "Event object is invalid", "errors": [reason]}
    return web.json_response(body, status=400)


async def _json(request: web.Request) -> Entity:
    try:
        body: Any = json.loads(await request.read())
    except ValueError as error:
        raise InvalidInputError("Invalid Input Provided", "Body is not JSON") from error
    if not isinstance(body, dict):
        raise InvalidInputError("Invalid Input Provided", "Body is not an object")
    return cast("Entity", body)


async def _entity(request: web.Request, wrapper: str) -> Entity:
    body = await _json(request)
    if not isinstance(body.get(wrapper), dict):
        raise InvalidInputError("Invalid Input Provided", f"{wrapper} is missing")
    return body[wrapper]
