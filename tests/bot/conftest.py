"""A war room on a local workspace, by each of the two ways that Slack talks to apps."""

from collections.abc import Iterator

import pytest

from tests.bot.war_room import WarRoom, war_room


@pytest.fixture(params=["socket", "http"])
def room(request: pytest.FixtureRequest) -> Iterator[WarRoom]:
    """Run the app; the incident is declared, and nobody has been asked anything yet."""
    with war_room(request.param) as one:
        yield one
