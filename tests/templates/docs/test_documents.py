"""Postmortem and runbook as they are offered for review."""

from agents.domain.learning import Postmortem
from agents.knowledge.postmortems import draft_postmortem
from agents.knowledge.runbooks import draft_runbook
from agents.ports import DocumentChange
from templates.docs import postmortem_change, runbook_change
from tests.templates.example import INCIDENT_ID, LOCKS, Example, at

URL = "https://warroom.example"


def drafted(example: Example) -> Postmortem:
    """Draft the postmortem of an incident."""
    return draft_postmortem(example.state, example.journal.read(INCIDENT_ID), at(12))


def offered(example: Example, public_url: str = URL) -> DocumentChange:
    """Render it."""
    return postmortem_change(drafted(example), public_url)


def test_a_postmortem_is_offered_on_a_branch_of_its_incident() -> None:
    """Two incidents never write to the same branch or file."""
    change = offered(Example().all())

    assert change.branch == "warroom/postmortem-incident-0123456789ab"
    assert change.path == "postmortems/2026-11-20-storefront-checkout-times-out.md"
    assert change.title == "Postmortem: Storefront: checkout times out"


def test_every_line_of_the_timeline_links_its_evidence() -> None:
    """A reader who doubts a line can look at what it rests on."""
    content = offered(Example().all()).content

    timeline = content.split("## Timeline\n")[1].split("\n\n")[0].splitlines()
    assert len(timeline) == 13
    assert all(f"({URL}/incidents/{INCIDENT_ID}#" in line for line in timeline)
    assert f"13:59:00 UTC: ALTER TABLE orders is waiting ([evidence]({URL}" in content
    assert "on-call approved it" in content


def test_the_postmortem_keeps_the_peoples_cause_apart_from_the_diagnosis() -> None:
    """Whether the agents were right is for people to see."""
    content = offered(Example().all()).content

    assert "resolved it: The schema migration took an exclusive lock." in content
    assert f"found: {LOCKS.summary}" in content


def test_gaps_become_action_items() -> None:
    """What was missing this time must not be missing next time."""
    content = offered(Example().all()).content

    assert "- [ ] connect a trace store. Not known during the incident" in content


def test_without_an_address_the_evidence_is_named_instead_of_linked() -> None:
    """A link that leads nowhere is worse than an id."""
    content = offered(Example().all(), public_url="").content

    assert "](" not in content
    assert f"`{LOCKS.id}`" in content


def test_an_incident_that_nobody_explained_still_has_a_postmortem() -> None:
    """Not knowing is written down too, with what to do next."""
    content = offered(Example().declared().resolved()).content

    assert "The agents found no cause that the evidence carries." in content
    assert "None was found by the agents." in content


def test_what_people_and_telemetry_write_is_no_markup() -> None:
    """A log line must not become a link or a heading in a document that people merge."""
    content = offered(Example().declared("# <b>[x](https://evil.example)</b>").resolved()).content

    assert "[x](https" not in content
    assert "<b>" not in content


def test_a_runbook_is_written_when_an_approved_action_helped() -> None:
    """The next responder finds what stops it, and how to know that it has stopped."""
    runbook = draft_runbook(Example().all().state)

    assert runbook
    change = runbook_change(runbook, URL)
    assert change.kind == "runbook"
    assert "at least one session is blocked: max of blocked" in change.content.replace("\\", "")
    assert "Terminate session 4711" in change.content
    assert "no session is blocked any more: exactly 0" not in change.content
    assert "no session is blocked any more: at least 0" in change.content


def test_nothing_that_was_not_shown_to_help_becomes_a_runbook() -> None:
    """A runbook of guesses would be followed under stress."""
    tried = Example().declared().planned().database_answered().synthesized().proposed().decided()

    assert draft_runbook(tried.executed().state) is None
    assert draft_runbook(Example().declared().state) is None
