"""A running workspace, and the app and the person in it."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from collections.abc import Iterator

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.workspace.operator_client import Operator
from bot.workspace.person import Person
from bot.workspace.server import Workspace
from tests.bot.workspace.support import ON_CALL, TurnableClock, client_of, make_seed


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """Serve a workspace without rate limits."""
    with Workspace(make_seed()) as running:
        yield running


@pytest.fixture
def clock() -> TurnableClock:
    """Give a clock to turn."""
    return TurnableClock()


@pytest.fixture
def web(workspace: Workspace) -> WebClient:
    """Give the app's Web API client."""
    return client_of(workspace)


@pytest.fixture
def person(workspace: Workspace) -> Iterator[Person]:
    """Give the person on call."""
    with Person(workspace.url, ON_CALL) as somebody:
        yield somebody


@pytest.fixture
def operator(workspace: Workspace) -> Iterator[Operator]:
    """Give whoever runs the workspace."""
    runner = Operator(workspace.url)
    yield runner
    runner.close()


@pytest.fixture
def bolt(web: WebClient) -> App:
    """Give an unmodified Bolt app without listeners."""
    return App(client=web)
