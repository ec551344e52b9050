"""The person of a headless demonstration: reads the room, approves, resolves."""

from bot.workspace.person import Person
from bot.workspace.seen import SeenMessage
from templates.slack.controls import APPROVE

_PAGE_SECONDS = 60.0
_DIAGNOSIS_SECONDS = 90.0
_DOCUMENT_SECONDS = 60.0


class Responder:
    """Does in the workspace what the on-call engineer would do, by the page's own means."""

    def __init__(self, person: Person, channel_prefix: str) -> None:
        """Keep who it is and how incident channels begin."""
        self._person = person
        self._prefix = channel_prefix

    def room(self) -> str:
        """Wait for the incident's channel and return its name.

        Raises:
            TimeoutError: no channel came, as everywhere here with what was waited for.
        """
        return self._person.wait_for(self._incident_channel, _PAGE_SECONDS, "an incident channel")

    def approve(self, channel: str) -> SeenMessage:
        """Wait for the proposal, press Approve and return the message."""
        self._person.join(channel)
        proposal = self._person.wait_for_message(
            channel,
            lambda message: APPROVE in message.action_ids,
            _DIAGNOSIS_SECONDS,
            "a proposal to approve",
        )
        self._person.press(proposal, APPROVE)
        return proposal

    def resolve(self, channel: str, cause: str) -> None:
        """State the cause, as people do when it is over."""
        self._person.command(f"/warroom resolve {cause}", channel)

    def words(self, channel: str) -> list[str]:
        """Return what stands in the channel, message by message."""
        return [message.words for message in self._person.messages(channel)]

    def wait_for_words(self, channel: str, words: str, what: str) -> SeenMessage:
        """Wait for a message that contains some words."""
        return self._person.wait_for_message(
            channel, lambda message: words in message.words, _DOCUMENT_SECONDS, what
        )

    def _incident_channel(self) -> str | None:
        names = (channel.name for channel in self._person.channels())
        return next((name for name in names if name.startswith(self._prefix)), None)
