"""Give an app a bad day: faults, outages, reconnects, and a look at what was delivered."""

from typing import Literal

import httpx
from pydantic import TypeAdapter

from bot.workspace.delivery.dispatch import Delivery
from bot.workspace.faults import ANY_METHOD, Fault
from bot.workspace.json_types import JsonObject, as_object, as_text

_DELIVERIES = TypeAdapter(list[Delivery])


class Operator:
    """Whoever runs the workspace, for tests and the headless demo."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/workspace/operator", trust_env=False)

    def fail_next(
        self,
        method: str = ANY_METHOD,
        kind: Literal["ratelimited", "server_error", "timeout", "error"] = "server_error",
        count: int = 1,
        *,
        retry_after: int = 1,
        error: str = "internal_error",
        hold_seconds: float = 60.0,
        after_effect: bool = False,
    ) -> None:
        """Make the next calls of a method fail; `after_effect` loses only the answer."""
        fault = Fault(
            method=method,
            kind=kind,
            count=count,
            retry_after=retry_after,
            error=error,
            hold_seconds=hold_seconds,
            after_effect=after_effect,
        )
        self._http.post("/faults", json=fault.model_dump()).raise_for_status()

    def take_down(self) -> None:
        """Answer every app with 503 and close the sockets."""
        self._http.post("/availability", json={"down": True}).raise_for_status()

    def bring_up(self) -> None:
        """Serve again; faults that are still to come stay."""
        self._http.post("/availability", json={"down": False}).raise_for_status()

    def clear_faults(self) -> None:
        """Serve again, without any faults."""
        self._http.delete("/faults").raise_for_status()

    def refresh_sockets(self) -> None:
        """Ask every app to reconnect, as Slack does about once an hour."""
        self._http.post("/refresh").raise_for_status()

    def set_request_url(self, app_id: str, url: str | None) -> str:
        """Verify and use a request URL; return Slack's error, or nothing when it is good."""
        response = self._http.post("/request_url", json={"app_id": app_id, "url": url})
        body: JsonObject = as_object(response.json())
        return as_text(body.get("error"))

    def deliveries(self) -> list[Delivery]:
        """List the latest attempts to reach an app, oldest first."""
        body: JsonObject = as_object(self._http.get("/deliveries").json())
        return _DELIVERIES.validate_python(body["deliveries"])

    def close(self) -> None:
        """Leave."""
        self._http.close()
