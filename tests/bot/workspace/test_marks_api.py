"""reactions.*, pins.*, bookmarks.* and files.*: what hangs on messages and channels."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace.json_types import as_object, as_objects
from bot.workspace.person import Person
from tests.bot.workspace.support import BOT, ON_CALL, refusal

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_reactions_are_counted_by_person_and_can_be_taken_back(
    web: WebClient, person: Person
) -> None:
    """A reaction can be an acknowledgement; it must be known whose."""
    ts = str(web.chat_postMessage(channel="C0INCIDENT", text="Ack?")["ts"])
    message = person.messages("incidents")[-1]
    person.react(message, "eyes")
    web.reactions_add(channel="C0INCIDENT", timestamp=ts, name="eyes")

    with pytest.raises(SlackApiError) as twice:
        web.reactions_add(channel="C0INCIDENT", timestamp=ts, name="eyes")
    person.react(message, "eyes", remove=True)
    with pytest.raises(SlackApiError) as never:
        web.reactions_remove(channel="C0INCIDENT", timestamp=ts, name="fire")

    left = as_object(web.reactions_get(channel="C0INCIDENT", timestamp=ts)["message"])
    assert left["reactions"] == [{"name": "eyes", "users": [BOT], "count": 1}]
    assert refusal(twice.value) == "already_reacted"
    assert refusal(never.value) == "no_reaction"


def test_the_board_is_pinned_once_and_shown_in_the_header(web: WebClient, person: Person) -> None:
    """Whoever joins late finds the board by its pin."""
    ts = str(web.chat_postMessage(channel="C0INCIDENT", text="Board")["ts"])
    web.pins_add(channel="C0INCIDENT", timestamp=ts)

    with pytest.raises(SlackApiError) as twice:
        web.pins_add(channel="C0INCIDENT", timestamp=ts)

    assert person.channel("incidents").pins == [ts]
    assert refusal(twice.value) == "already_pinned"
    web.pins_remove(channel="C0INCIDENT", timestamp=ts)
    with pytest.raises(SlackApiError) as gone:
        web.pins_remove(channel="C0INCIDENT", timestamp=ts)
    assert refusal(gone.value) == "no_pin"


def test_bookmarks_are_listed_in_the_header(web: WebClient, person: Person) -> None:
    """The runbook and the pager's incident are one click away for everybody."""
    web.bookmarks_add(
        channel_id="C0INCIDENT", title="Runbook", type="link", link="https://shop.example/r"
    )

    with pytest.raises(SlackApiError) as hostile:
        web.bookmarks_add(
            channel_id="C0INCIDENT", title="Trap", type="link", link="javascript:alert(1)"
        )

    marks = as_objects(web.bookmarks_list(channel_id="C0INCIDENT")["bookmarks"])
    assert [mark["title"] for mark in marks] == ["Runbook"]
    assert [mark["title"] for mark in person.channel("incidents").bookmarks] == ["Runbook"]
    assert refusal(hostile.value) == "invalid_link"


def test_an_uploaded_picture_is_posted_and_served_as_a_picture(
    web: WebClient, person: Person
) -> None:
    """A graph of the latency says more than its numbers."""
    web.files_upload_v2(
        channel="C0INCIDENT", content=PIXEL, filename="p95.png", initial_comment="Latency"
    )

    message = person.messages("incidents")[-1]
    served = httpx.get(str(message.files[0]["url_private"]), trust_env=False)
    assert message.text == "Latency"
    assert (served.content, served.headers["content-type"]) == (PIXEL, "image/png")


def test_an_uploaded_page_is_only_ever_downloaded(web: WebClient, person: Person) -> None:
    """A log file that is a web page must not run as one in the responder's browser."""
    web.files_upload_v2(
        channel="C0INCIDENT", content="<script>alert(1)</script>", filename="log.html"
    )

    url = str(person.messages("incidents")[-1].files[0]["url_private"])
    served = httpx.get(url, trust_env=False)
    assert served.headers["content-type"] == "application/octet-stream"
    assert served.headers["content-disposition"] == "attachment"
    assert httpx.get(url.replace("/files/", "/files/x"), trust_env=False).status_code == 404


def test_a_file_whose_bytes_never_came_cannot_be_shared(web: WebClient) -> None:
    """An upload that was cut off must not appear as an empty file."""
    ticket = web.files_getUploadURLExternal(filename="a.txt", length=5)
    cut = httpx.post(str(ticket["upload_url"]), content=b"abc", trust_env=False)

    with pytest.raises(SlackApiError) as refused:
        web.files_completeUploadExternal(
            files=[{"id": str(ticket["file_id"]), "title": "a"}], channel_id="C0INCIDENT"
        )

    assert cut.status_code == 400
    assert refusal(refused.value) == "file_update_failed"


def test_sidebar_counts_what_a_person_has_not_read(web: WebClient, person: Person) -> None:
    """An unread mention is how somebody who looks elsewhere learns that they are needed."""
    person.say("incidents", "here")

    web.chat_postMessage(channel="C0INCIDENT", text=f"<@{ON_CALL}> look")
    web.chat_postMessage(channel="C0INCIDENT", text="and this")

    assert person.channel("incidents").unread == 2
