"""What the contract does not cover: PagerDuty's own rules and errors."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agents.errors import PeerRefused, PeerUnavailable, RateLimited
from agents.integrations.pagerduty.pager import PagerDutyPager
from tests.agents.integrations.pagerduty.server import TOKEN, PagerDutyServer, serve

PAGED = "PT4KHLK"
SENDER = "warroom@example.com"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PagerDutyServer]:
    """Serve a PagerDuty with one triggered incident."""
    with serve(tmp_path) as one:
        one.page(PAGED)
        yield one


@contextmanager
def connected(
    server: PagerDutyServer, token: str = TOKEN, ca_file: Path | None = None
) -> Generator[PagerDutyPager]:
    """Connect to the server for a while."""
    pager = PagerDutyPager.connect(token, SENDER, server.url, ca_file)
    try:
        yield pager
    finally:
        pager.close()


@pytest.fixture
def pager(server: PagerDutyServer) -> Iterator[PagerDutyPager]:
    """Connect to it as configured."""
    with connected(server, ca_file=server.ca_file) as one:
        yield one


def test_what_is_done_is_done_in_the_name_of_the_configured_user(
    server: PagerDutyServer, pager: PagerDutyPager
) -> None:
    """PagerDuty's own audit trail must say that it was the war room."""
    pager.acknowledge(PAGED)

    assert set(server.senders) == {SENDER}


def test_nothing_is_written_that_is_already_so(
    server: PagerDutyServer, pager: PagerDutyPager
) -> None:
    """Every write is a line in the incident's log that people read."""
    pager.acknowledge(PAGED)
    pager.acknowledge(PAGED)

    assert server.writes == [f"PUT /incidents/{PAGED}"]


def test_a_rate_limit_says_how_long_to_wait(server: PagerDutyServer, pager: PagerDutyPager) -> None:
    """The worker goes on to other incidents instead of sleeping on this one."""
    server.failures = [429, 429]

    with pytest.raises(RateLimited) as limited:
        pager.note(PAGED, "text")

    assert limited.value.retry_after_seconds == 7


def test_a_failing_pagerduty_is_tried_again(server: PagerDutyServer, pager: PagerDutyPager) -> None:
    """An outage of the pager must not lose the note."""
    server.failures = [502]

    with pytest.raises(PeerUnavailable):
        pager.note(PAGED, "text")


def test_a_bad_token_says_what_to_check(server: PagerDutyServer) -> None:
    """The wrong region looks like a wrong token; both are named."""
    with (
        connected(server, token="other", ca_file=server.ca_file) as pager,
        pytest.raises(PeerRefused, match="WARROOM_PAGERDUTY_TOKEN"),
    ):
        pager.acknowledge(PAGED)


def test_an_untrusted_certificate_is_not_spoken_to(server: PagerDutyServer) -> None:
    """Whoever stands in between must not learn the token."""
    with connected(server) as pager, pytest.raises(PeerUnavailable):
        pager.acknowledge(PAGED)

    assert server.writes == []


def test_plain_http_is_refused() -> None:
    """The token would travel in the open."""
    with pytest.raises(PeerRefused, match="https"):
        PagerDutyPager.connect(TOKEN, SENDER, "http://localhost:1")
