"""A room in memory that keeps to Slack's rules about keys, threads and pins."""

from dataclasses import dataclass, field

from typing_extensions import override

from agents.errors import PeerRefused, WarroomError
from agents.ports import OpenedRoom, Room, RoomMessage


@dataclass
class Said:
    """One message in a channel of the double."""

    reference: str
    message: RoomMessage
    thread: str | None
    edits: int = 0


@dataclass
class InMemoryRoom(Room):
    """Keeps what is said; `failures` are raised, one per call, before anything is done."""

    topics: dict[str, str] = field(default_factory=dict[str, str])
    """By channel."""
    said: dict[str, list[Said]] = field(default_factory=dict[str, list[Said]])
    """By channel."""
    failures: list[WarroomError] = field(default_factory=list[WarroomError])

    @override
    def open(self, name: str, topic: str) -> OpenedRoom:
        """Find or create the channel of that name."""
        self._fail()
        channel = f"C-{name}"
        self.topics[channel] = topic
        self.said.setdefault(channel, [])
        return OpenedRoom(channel=channel, name=name)

    @override
    def find(self, channel: str, message_key: str) -> str | None:
        """Return the reference of a message by its key."""
        self._fail()
        found = (one for one in self._channel(channel) if one.message.key == message_key)
        return next((one.reference for one in found), None)

    @override
    def post(self, channel: str, message: RoomMessage, thread: str | None) -> str:
        """Keep a message."""
        self._fail()
        messages = self._channel(channel)
        reference = f"{len(messages) + 1}.000000"
        messages.append(Said(reference=reference, message=message, thread=thread))
        return reference

    @override
    def edit(self, channel: str, reference: str, message: RoomMessage) -> None:
        """Replace what a message says."""
        self._fail()
        for one in self._channel(channel):
            if one.reference == reference:
                one.message = message
                one.edits += 1
                return
        raise PeerRefused("The message was deleted.")

    def pinned(self, channel: str) -> tuple[str, ...]:
        """Return the keys of what is pinned."""
        return tuple(one.message.key for one in self._channel(channel) if one.message.is_pinned)

    def _channel(self, channel: str) -> list[Said]:
        if channel not in self.said:
            raise PeerRefused(f"There is no channel {channel}.")
        return self.said[channel]

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
