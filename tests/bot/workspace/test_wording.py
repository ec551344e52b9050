"""What a person types becomes what Slack stores."""

import time

import pytest

from bot.workspace.interactions.wording import encoded
from bot.workspace.state import State
from tests.bot.workspace.support import BOT, make_seed


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("ask @warroom now", f"ask <@{BOT}> now"),
        (f"ask <@{BOT}> now", f"ask <@{BOT}> now"),
        ("<@U0NOBODY>", "&lt;@U0NOBODY&gt;"),
        ("see #incidents", "see <#C0INCIDENT|incidents>"),
        ("@here look", "<!here> look"),
        ("@nobody", "@nobody"),
        ("mail a@warroom.example", "mail a@warroom.example"),
        ("see https://shop.example/?a=1&b=2.", "see <https://shop.example/?a=1&amp;b=2>."),
    ],
)
def test_names_and_links_become_references_and_the_rest_is_escaped(typed: str, stored: str) -> None:
    """A bot that parses messages meets Slack's encoding, so it must meet it here."""
    state = State(make_seed(), time.time)

    assert encoded(state, typed) == stored
