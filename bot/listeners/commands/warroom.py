"""`/warroom`: the one command, and its words."""

from collections.abc import Callable, Mapping

from agents.ports import RoomMessage
from bot.listeners.bolt import Acknowledge, Bolt, Respond
from bot.listeners.commands import reading, steering
from bot.listeners.desk import Desk, explaining, telling
from bot.listeners.payloads import Command
from templates.slack.replies import help_reply, unknown_reply

Subcommand = Callable[[Desk, Command, str], RoomMessage | None]
"""Does what a word asks, with the text after it, and returns what to show, if anything."""

SUBCOMMANDS: Mapping[str, Subcommand] = {
    "status": reading.status,
    "hypotheses": reading.hypotheses,
    "evidence": reading.evidence,
    "postmortem": reading.postmortem,
    "investigate": steering.investigate,
    "stop": steering.stop,
    "resolve": steering.resolve,
}


def register(app: Bolt, desk: Desk) -> None:
    """Attach `/warroom` to the Bolt app."""

    def warroom(ack: Acknowledge, command: Mapping[str, object], respond: Respond) -> None:
        ack()
        asked = Command.model_validate(command)
        tell = telling(respond)
        with explaining(tell, "/warroom"):
            reply = answer(desk, asked)
            if reply:
                tell(reply)

    app.command("/warroom")(warroom)


def answer(desk: Desk, asked: Command) -> RoomMessage | None:
    """Do what was asked and return what to show, if anything."""
    word, _, rest = asked.text.strip().partition(" ")
    if word.lower() in {"", "help"}:
        return help_reply()
    subcommand = SUBCOMMANDS.get(word.lower())
    return subcommand(desk, asked, rest.strip()) if subcommand else unknown_reply(word)
