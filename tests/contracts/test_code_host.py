"""What every code host does: in memory, in a bare repository, on GitHub."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.integrations.git.code_host import LocalGitCodeHost
from agents.integrations.github.code_host import GitHubCodeHost
from agents.ports import CodeHost, DocumentChange
from agents.testing.code_host import InMemoryCodeHost
from tests.agents.integrations.github import emulator

pytestmark = pytest.mark.contract

CHANGE = DocumentChange(
    kind="postmortem",
    branch="warroom/postmortem-1",
    path="postmortems/2026/checkout.md",
    content="# Checkout timed out\n",
    title="Postmortem: checkout timed out",
    body="Draft.",
)


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve one GitHub for the tests of this module, or skip those that need it."""
    folder = tmp_path_factory.mktemp("emulate")
    with emulator.serve(emulator.install(folder), folder) as url:
        yield url


@pytest.fixture(params=["memory", "git", "github"])
def code_host(request: pytest.FixtureRequest, tmp_path: Path) -> CodeHost:
    """Give each kind of code host in turn."""
    if request.param == "memory":
        return InMemoryCodeHost()
    if request.param == "git":
        return LocalGitCodeHost(tmp_path / "runbooks.git", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    url: str = request.getfixturevalue("github")
    return GitHubCodeHost.connect(
        emulator.TOKEN, emulator.REPOSITORY, url, seconds_between_writes=0
    )


def named(branch: str) -> DocumentChange:
    """Return the document under another branch, so that tests share one GitHub."""
    path = f"postmortems/{branch}.md"
    return CHANGE.model_copy(update={"branch": f"warroom/{branch}", "path": path})


def test_a_document_is_offered_with_a_link_to_look_at(code_host: CodeHost) -> None:
    """The room shows this link, and people review what is behind it."""
    offered = code_host.offer(CHANGE)

    assert offered.kind == "postmortem"
    assert offered.branch == CHANGE.branch
    assert offered.title == CHANGE.title
    assert "://" in offered.link


def test_offering_twice_opens_one_pull_request(code_host: CodeHost) -> None:
    """A worker that died after opening it runs again; two drafts would split the review."""
    first = code_host.offer(named("twice"))

    second = code_host.offer(named("twice"))

    assert second.link == first.link


def test_two_branches_are_two_pull_requests(code_host: CodeHost) -> None:
    """A runbook and a postmortem of one incident are merged each by itself."""
    links = {code_host.offer(named("left")).link, code_host.offer(named("right")).link}

    assert len(links) == 2
