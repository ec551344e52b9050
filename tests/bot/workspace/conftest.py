"""A running workspace, and the app and the person in it."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from slack_bolt import App
from slack_sdk import WebClient

from bot.workspace.operator_client import Operator
from bot.workspace.person import Person
from bot.workspace.server import Workspace
from tests.bot.workspace.support import (
    ON_CALL,
    PICTURES,
    RESPONDER,
    TurnableClock,
    client_of,
    make_seed,
)

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """Start one Chromium for a module; its event loop must not outlive it in this process."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, workspace: Workspace) -> Iterator[Page]:
    """Open a tab, and fail the test if the page's own code failed."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    context.set_default_timeout(10_000)
    tab = context.new_page()
    failures: list[str] = []
    tab.on("pageerror", lambda error: failures.append(str(error)))
    tab.on("console", lambda line: failures.append(line.text) if line.type == "error" else None)
    yield tab
    context.close()
    assert failures == []


@pytest.fixture
def responder(workspace: Workspace) -> Iterator[Person]:
    """Give a second person."""
    with Person(workspace.url, RESPONDER) as somebody:
        yield somebody
