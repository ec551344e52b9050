"""The room port on Slack's Web API."""

from collections.abc import Iterator
from functools import cached_property

import structlog
from pydantic import JsonValue
from slack_sdk import WebClient
from typing_extensions import override

from agents.errors import WarroomError
from agents.integrations.slack.refusals import SlackRefused
from agents.integrations.slack.shapes import (
    Channel,
    Channels,
    Done,
    Identity,
    Message,
    Messages,
    OneChannel,
    Posted,
)
from agents.integrations.slack.web_api import SlackWebApi
from agents.ports import OpenedRoom, Room, RoomMessage

EVENT_TYPE = "warroom_message"
_PAGE = 200
_TOPIC_CHARACTERS = 250
_log = structlog.get_logger()


class SlackRoom(Room):
    """Says things in Slack; every message carries its key, so that none is posted twice."""

    def __init__(self, client: WebClient) -> None:
        """Keep the client; its token needs the scopes of `warroom manifest`."""
        self._call = SlackWebApi(client)

    @override
    def open(self, name: str, topic: str) -> OpenedRoom:
        """Find or create the channel of that name, join it and set its topic."""
        channel = self._created(name) or self._found(name)
        if not channel.is_member:
            self._call("conversations.join", Done, channel=channel.id)
        wanted = topic[:_TOPIC_CHARACTERS]
        if channel.topic.value != wanted:
            self._call("conversations.setTopic", Done, channel=channel.id, topic=wanted)
        return OpenedRoom(channel=channel.id, name=channel.name or name)

    @override
    def find(self, channel: str, message_key: str) -> str | None:
        """Return the timestamp of our message by its key, in the channel or in our threads."""
        threads: list[str] = []
        for message in self._messages("conversations.history", channel=channel):
            if self._key(message) == message_key:
                return message.ts
            if self._key(message) and message.reply_count:
                threads.append(message.ts)
        replies = (
            reply
            for thread in threads
            for reply in self._messages("conversations.replies", channel=channel, ts=thread)
        )
        return next((reply.ts for reply in replies if self._key(reply) == message_key), None)

    @override
    def post(self, channel: str, message: RoomMessage, thread: str | None) -> str:
        """Post a message (and pin it where asked) and return its timestamp."""
        posted = self._call(
            "chat.postMessage",
            Posted,
            channel=channel,
            thread_ts=thread,
            unfurl_links=False,
            unfurl_media=False,
            **_content(message),
        )
        if message.is_pinned:
            self._pin(channel, posted.ts)
        return posted.ts

    @override
    def edit(self, channel: str, reference: str, message: RoomMessage) -> None:
        """Replace what a message says."""
        self._call("chat.update", Done, channel=channel, ts=reference, **_content(message))

    def _created(self, name: str) -> Channel | None:
        """Return the new channel, or None when there is one of that name."""
        try:
            return self._call("conversations.create", OneChannel, name=name).channel
        except SlackRefused as refusal:
            if refusal.code == "name_taken":
                return None
            raise

    def _found(self, name: str) -> Channel:
        cursor = ""
        while True:
            page = self._call(
                "conversations.list", Channels, types="public_channel", limit=_PAGE, cursor=cursor
            )
            for channel in page.channels:
                if channel.name == name and not channel.is_archived:
                    return channel
            cursor = page.response_metadata.next_cursor
            if not cursor:
                remedy = f"Unarchive or rename #{name}, or invite the app to it."
                told = f"#{name} exists but cannot be joined. {remedy}"
                raise SlackRefused(told, code="name_taken", remedy=remedy)

    def _messages(self, method: str, **where: str) -> Iterator[Message]:
        cursor = ""
        while True:
            page = self._call(
                method, Messages, limit=_PAGE, cursor=cursor, include_all_metadata=True, **where
            )
            yield from page.messages
            cursor = page.response_metadata.next_cursor
            if not cursor:
                return

    def _key(self, message: Message) -> str:
        """Return the key of a message that we posted; others may not speak in our name."""
        metadata = message.metadata
        if metadata is None or metadata.event_type != EVENT_TYPE:
            return ""
        return metadata.event_payload.key if message.user == self._own_user else ""

    @cached_property
    def _own_user(self) -> str:
        return self._call("auth.test", Identity).user_id

    def _pin(self, channel: str, reference: str) -> None:
        """Pin a message that has been posted; a board that is not pinned is still a board."""
        try:
            self._call("pins.add", Done, channel=channel, timestamp=reference)
        except WarroomError as error:
            _log.warning("message_not_pinned", channel=channel, error=str(error))


def _content(message: RoomMessage) -> dict[str, JsonValue]:
    blocks: list[JsonValue] = [dict(block.body) for block in message.blocks]
    metadata: JsonValue = {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}}
    return {"text": message.text, "blocks": blocks, "metadata": metadata}
