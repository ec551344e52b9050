"""Play a person in a workspace: write, press, fill in, read, and wait for what comes."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar

import httpx

from bot.workspace.json_types import JsonObject, as_object, as_objects, as_text
from bot.workspace.seen import SeenChannel, SeenMessage, SeenView

ACK_PATIENCE_SECONDS = 15.0
POLL_SECONDS = 10.0
SeenT = TypeVar("SeenT")


class Refused(Exception):
    """The workspace, or the app behind it, did not do what the person wanted."""

    def __init__(self, error: str, details: str = "") -> None:
        super().__init__(f"{error}: {details}" if details else error)
        self.error = error


class Person:
    """One person at a screen. Channels are given by name or id."""

    def __init__(self, base_url: str, user: str) -> None:
        self.user = user
        self._http = httpx.Client(base_url=base_url, timeout=ACK_PATIENCE_SECONDS, trust_env=False)

    def close(self) -> None:
        """Leave."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def say(self, channel: str, text: str, thread: str | None = None) -> SeenMessage:
        """Write a message, in a thread if one is named by its timestamp.

        Raises:
            Refused: with Slack's error code, as every other action here.
        """
        place = self.channel_id(channel)
        done = self._do("say", channel=place, text=text, thread_ts=thread)
        return SeenMessage.model_validate(as_object(done["message"]) | {"channel": place})

    def command(self, text: str, channel: str, thread: str | None = None) -> str:
        """Run a slash command as typed; return what Slack complains of, if anything."""
        place = self.channel_id(channel)
        return as_text(
            self._do("command", channel=place, text=text, thread_ts=thread).get("problem")
        )

    def press(
        self,
        on: SeenMessage | SeenView,
        action_id: str,
        value: object = None,
        block_id: str | None = None,
    ) -> None:
        """Press a button, or choose `value` in a menu."""
        self._do("press", **_place(on), action_id=action_id, value=value, block_id=block_id)

    def suggestions(self, on: SeenMessage | SeenView, action_id: str, query: str) -> JsonObject:
        """Type into a menu whose options the app knows, and read what it offers."""
        return self._do("suggest", **_place(on), action_id=action_id, query=query)

    def submit(
        self, view: SeenView, values: Mapping[str, Mapping[str, object]] | None = None
    ) -> dict[str, str]:
        """Send a form; values are by block and action id. Return the errors, by block."""
        done = self._do("submit", view_id=view.id, values=values or {})
        return {block: as_text(text) for block, text in as_object(done.get("errors")).items()}

    def close_view(self, view: SeenView) -> None:
        """Close a form without sending it."""
        self._do("close", view_id=view.id)

    def shortcut(self, callback_id: str, on: SeenMessage | None = None) -> None:
        """Run a shortcut, on a message if it is one for messages."""
        place = {} if on is None else _place(on)
        self._do("shortcut", callback_id=callback_id, **place)

    def react(self, message: SeenMessage, name: str, *, remove: bool = False) -> None:
        """Add a reaction, or take it back."""
        self._do("react", channel=message.channel, ts=message.ts, name=name, remove=remove)

    def create_channel(self, name: str, *, is_private: bool = False) -> str:
        """Open a channel and return its id."""
        return as_text(self._do("create_channel", name=name, is_private=is_private)["channel"])

    def join(self, channel: str) -> None:
        """Enter a public channel."""
        self._do("join", channel=self.channel_id(channel))

    def open_home(self, app_id: str) -> None:
        """Open an app's home tab."""
        self._do("open_home", app_id=app_id)

    def open_conversation(self, other: str) -> str:
        """Open the direct conversation with another user and return its id."""
        return as_text(self._do("open_conversation", other=other)["channel"])

    def is_connected(self, app_id: str) -> bool:
        """Say whether an app can be reached at present."""
        apps = as_objects(self._look("overview")["apps"])
        return any(app["app_id"] == app_id and app["connected"] is True for app in apps)

    def channels(self) -> list[SeenChannel]:
        """List the channels in the sidebar."""
        entries = as_objects(self._look("overview")["channels"])
        return [_channel(entry) for entry in entries]

    def channel(self, channel: str) -> SeenChannel:
        """Look at a channel's header."""
        return _channel(as_object(self._page(channel)["channel"]))

    def channel_id(self, channel: str) -> str:
        """Find a channel's id by its name; an id stays as it is.

        Raises:
            Refused: `channel_not_found`.
        """
        name = channel.lstrip("#")
        for known in self.channels():
            if channel == known.id or name == known.name:
                return known.id
        raise Refused("channel_not_found", channel)

    def messages(self, channel: str) -> list[SeenMessage]:
        """Read a channel from the top, ephemeral messages included, replies left out."""
        return [message for message in self._read(channel) if not message.is_reply]

    def thread(self, channel: str, ts: str) -> list[SeenMessage]:
        """Read a thread: its parent, then the replies."""
        return [m for m in self._read(channel) if ts in (m.ts, m.thread_ts)]

    def ephemerals(self, channel: str) -> list[SeenMessage]:
        """Read what only this person sees in a channel."""
        return [message for message in self._read(channel) if message.is_ephemeral]

    def modal(self) -> SeenView | None:
        """Look at the form that is open."""
        return _view(self._look("modal"))

    def home(self, app_id: str) -> SeenView | None:
        """Look at an app's home tab."""
        return _view(self._look(f"homes/{app_id}"))

    def wait_for(
        self, look: Callable[[], SeenT | None], timeout: float = 10.0, what: str = "it"
    ) -> SeenT:
        """Look again each time the screen changes, until `look` returns something true.

        Raises:
            TimeoutError: naming `what` was waited for, after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            before = self._look("changes", since=2**53)["change"]
            if seen := look():
                return seen
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{self.user} waited {timeout:g} s for {what}")
            self._look("changes", since=before, timeout=min(left, POLL_SECONDS))

    def wait_for_message(
        self,
        channel: str,
        wanted: Callable[[SeenMessage], bool],
        timeout: float = 10.0,
        what: str = "a message",
    ) -> SeenMessage:
        """Wait until there is a message, a reply included, for which `wanted` holds.

        Raises:
            TimeoutError: when there is none in time.
        """
        return self.wait_for(lambda: next(filter(wanted, self._read(channel)), None), timeout, what)

    def _read(self, channel: str) -> list[SeenMessage]:
        page = self._page(channel)
        place = as_object(page["channel"])["id"]
        return [
            SeenMessage.model_validate(message | {"channel": place})
            for message in as_objects(page["messages"])
        ]

    def _page(self, channel: str) -> JsonObject:
        return self._look(f"channels/{self.channel_id(channel)}")

    def _do(self, verb: str, **details: object) -> JsonObject:
        given = {name: value for name, value in details.items() if value is not None}
        response = self._http.post(f"/workspace/{verb}", json={"user": self.user, **given})
        return _checked(response)

    def _look(self, what: str, **query: float | object) -> JsonObject:
        params = {"user": self.user, **{name: str(value) for name, value in query.items()}}
        return _checked(self._http.get(f"/workspace/{what}", params=params))


def _checked(response: httpx.Response) -> JsonObject:
    body = as_object(response.json())
    if body.get("ok", True) is not True:
        details = body.get("errors")
        raise Refused(as_text(body.get("error")), str(details) if details else "")
    return body


def _place(on: SeenMessage | SeenView) -> dict[str, object]:
    if isinstance(on, SeenView):
        return {"view_id": on.id}
    return {"channel": on.channel, "ts": on.ts}


def _view(page: JsonObject) -> SeenView | None:
    view = as_object(page.get("view"))
    return SeenView.model_validate(view) if view else None


def _channel(entry: JsonObject) -> SeenChannel:
    topic = as_text(as_object(entry.get("topic")).get("value"))
    return SeenChannel.model_validate(entry | {"topic": topic})
