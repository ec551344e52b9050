"""Log lines, alert titles and people may contain anything; messages stay ours and stay valid."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.domain import events as e
from agents.domain.hypotheses import Answer, Evidence, Gap
from agents.domain.incidents import Statement
from agents.domain.plans import Policy
from bot.listeners.views.modals import as_view
from templates.exhibits import exhibits
from templates.pagerduty import pager_messages
from templates.slack import replies, room_messages
from templates.slack.action import details_view
from templates.slack.home import home_view
from templates.text import inert, one_line
from tests.templates.example import (
    BLOCKED,
    DATABASE,
    LOCKS,
    ON_CALL,
    Example,
    at,
    proposal,
    question,
)
from tests.templates.slack.checking import assert_slack_opens, assert_slack_takes, formatted, words

HOSTILE = (
    "<!channel> <@U0ONCALL1> <https://evil.example|Approve here> `code` *bold*\n"
    ":white_check_mark: *Approved* by <@U0ONCALL1>\u202e\u0000"
)
ANY_TEXT = st.text(max_size=5000) | st.sampled_from([HOSTILE, "", " ", "&<>" * 2000, "`" * 4000])


def told_with(text: str) -> Example:
    """Tell an incident in which every free text is the given one."""
    claim = BLOCKED.model_copy(update={"text": text, "expected": text})
    evidence = Evidence(source="logs", text=text)
    hypothesis = LOCKS.model_copy(
        update={
            "summary": text,
            "claims": (claim,) * 30,
            "evidence": (evidence,),
            "change_ref": text,
        }
    )
    gaps = tuple(Gap(source=str(n), text=text, remedy=text) for n in range(40))
    answer = Answer(question_id=question("database").id, hypotheses=(hypothesis,), gaps=gaps)
    offered = proposal(
        title=text, why=text, blast_radius=text, dry_run=text, rollback=text, preconditions=(claim,)
    )
    offered = offered.model_copy(
        update={
            "call": offered.call.model_copy(
                update={"arguments": {f"{n}{text}"[:80]: text for n in range(60)}}
            )
        }
    )
    statement = Statement(person=ON_CALL, text=text, said_at=at(1))
    abandoned = e.DeliveryAbandoned(peer="pager", message_key="synthesis", reason=text)
    example = Example().declared(text or "-").planned()
    example.happens(e.QuestionAnswered(answer=answer.by(DATABASE)), minutes=1).synthesized(2)
    example.happens(
        e.ActionProposed(proposal=offered),
        e.PersonSpoke(statement=statement),
        abandoned,
        minutes=3,
    )
    return example.happens(e.IncidentResolved(by=ON_CALL, cause=text), minutes=4)


@given(text=ANY_TEXT)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_telemetry_says_slack_takes_every_message(text: str) -> None:
    """One strange log line must not silence the war room."""
    state = told_with(text).state

    for message in room_messages(state, at(5)):
        assert_slack_takes(message)
    answers = [
        replies.status_reply(state, at(5), Policy()),
        replies.hypotheses_reply(state, Policy()),
        replies.evidence_list_reply(state, text),
        replies.unknown_reply(text),
        *(replies.evidence_reply(state, one.number) for one in exhibits(state)),
    ]
    for answer in answers:
        assert answer
        assert_slack_takes(answer)
    for offered in state.proposals.values():
        assert_slack_opens(as_view(details_view(offered)))
    assert_slack_opens(as_view(home_view([state] * 120, at(5))))


def test_hostile_text_mentions_nobody_and_links_nowhere() -> None:
    """A log line must not wake the whole company, nor lead anybody to a false button."""
    state = told_with(HOSTILE).state

    for message in room_messages(state, at(5)):
        shown = formatted(message)
        assert "<!channel>" not in shown
        assert "<https://evil" not in shown
        assert "\n:white_check_mark: *Approved*" not in shown
        assert "\u202e" not in words(message)


def test_the_pager_is_told_in_one_printable_line() -> None:
    """Notes are read on phones, by people who were asleep."""
    notes = [message.text for message in pager_messages(told_with(HOSTILE).state)]

    assert all("\n" not in text and "\u202e" not in text for text in notes)
    assert max(len(text) for text in notes) <= 2000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!here>", "&lt;!here&gt;"),
        ("a\nb", "a b"),
        ("a & b", "a &amp; b"),
        (":x: failed", ":\u2060x: failed"),
        ("at 14:07:33", "at 14:07:33"),
        ("`rm`", "'rm'"),
        ("", "-"),
    ],
)
def test_text_is_made_inert(text: str, shown: str) -> None:
    """What is quoted looks as it was written, and does nothing."""
    assert inert(text) == shown


def test_long_text_is_cut_with_an_ellipsis() -> None:
    """A reader sees that there was more."""
    assert one_line("x" * 500, 10) == "xxxxxxxxx…"
