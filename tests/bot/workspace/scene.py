"""A war room in full swing, for the screenshots and for the eyes of whoever changes the page."""

from slack_sdk import WebClient

from bot.workspace.json_types import JsonObject, as_object
from bot.workspace.person import Person
from tests.bot.workspace.support import ON_CALL, RESPONDER, actions, button, mrkdwn, plain

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false


def _task(task_id: str, title: str, status: str, output: str = "") -> JsonObject:
    task: JsonObject = {"task_id": task_id, "title": title, "status": status}
    if output:
        words: JsonObject = {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": output}],
        }
        task["output"] = {"type": "rich_text", "elements": [words]}
    return task


def _board() -> list[JsonObject]:
    tasks = [
        _task("database", "Database: who blocks whom?", "complete", "Session 4711 blocks 38"),
        _task("kubernetes", "Kubernetes: are the pods healthy?", "complete", "12 of 12 ready"),
        _task("network", "Network: is the path up?", "in_progress"),
        _task("aws", "AWS: what changed?", "pending"),
    ]
    fields = [
        mrkdwn("*Phase*\nInvestigating"),
        mrkdwn(f"*Commander*\n<@{ON_CALL}>"),
        mrkdwn("*Elapsed*\n0 min 41 s"),
        mrkdwn("*Cost*\n14 tool calls, no tokens"),
    ]
    return [
        {"type": "header", "text": plain("SEV2  Checkout times out")},
        {"type": "section", "fields": fields},
        {"type": "plan", "title": "Investigation", "tasks": tasks},
        {"type": "context", "elements": [mrkdwn("Evidence is re-measured before it is posted")]},
    ]


def _synthesis() -> list[JsonObject]:
    words = (
        "*Confidence 0.93.* Session `4711` (`migrator`) has held `AccessExclusiveLock` on "
        "`orders` since 09:41:07; 38 sessions wait for it [E3, E5].\n"
        ">Ruled out: pod restarts (before the window), packet loss (0 of 200 probes)."
    )
    rows = [
        ("Claim", "Expected", "Observed", "Verdict"),
        ("blocked sessions", ">= 10", "38", "holds"),
        ("checkout p95", "> 5 s", "29.8 s", "holds"),
    ]
    sure: JsonObject = {
        "title": plain("End session 4711?"),
        "text": mrkdwn("Runs `pg_terminate_backend(4711)` on *orders-db*, once."),
        "confirm": plain("Approve"),
        "deny": plain("Cancel"),
    }
    approve = button("approve", "Approve: end session 4711", style="primary", confirm=sure)
    return [
        {"type": "header", "text": plain("A migration holds a lock on orders")},
        {"type": "section", "text": mrkdwn(words)},
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows],
            "column_settings": [{}, {"align": "right"}, {"align": "right"}],
        },
        actions(approve, button("reject", "Reject"), button("details", "Details")),
    ]


def play(web: WebClient, on_call: Person, responder: Person) -> str:
    """Fill an incident channel and return its id."""
    channel = str(as_object(web.conversations_create(name="inc-0042-checkout")["channel"])["id"])
    web.conversations_invite(channel=channel, users=[ON_CALL, RESPONDER])
    web.conversations_setTopic(channel=channel, topic="SEV2: checkout times out for everybody")
    board = web.chat_postMessage(channel=channel, text="Board", blocks=_board())
    web.pins_add(channel=channel, timestamp=str(board["ts"]))
    web.bookmarks_add(
        channel_id=channel, title="Runbook: locks", type="link", link="https://shop.example/locks"
    )
    said = responder.say(channel, "@on-call the migration from 09:40 looks suspicious :eyes:")
    on_call.react(said, "white_check_mark")
    web.chat_postMessage(
        channel=channel, thread_ts=said.ts, text=f"Noted as *E7*, attributed to <@{RESPONDER}>."
    )
    web.chat_postMessage(channel=channel, text="Synthesis", blocks=_synthesis())
    web.chat_postEphemeral(
        channel=channel, user=ON_CALL, text="You may approve: you are on call for `orders-db`."
    )
    return channel
