"""What lies in the bare repository after a document was offered."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlparse

import pytest

from agents.errors import PeerRefused
from agents.integrations.git.code_host import LocalGitCodeHost
from agents.integrations.git.plumbing import BareRepository
from agents.ports import DocumentChange

NOW = datetime(2026, 11, 20, 14, 20, tzinfo=UTC)
CHANGE = DocumentChange(
    kind="postmortem",
    branch="warroom/postmortem-1",
    path="postmortems/2026/checkout.md",
    content="# Checkout timed out\n",
    title="Postmortem: checkout timed out",
    body="Draft.",
)


@pytest.fixture
def repository(tmp_path: Path) -> BareRepository:
    """Make a bare repository with something on its main branch."""
    one = BareRepository(tmp_path / "runbooks.git")
    one.create("main")
    tree = one.tree_with(None, "postmortems/2025/older.md", "# Older\n")
    commit = one.commit(tree, None, "older", NOW)
    one.create_refs({"refs/heads/main": commit})
    return one


@pytest.fixture
def code_host(repository: BareRepository) -> LocalGitCodeHost:
    """Offer documents on it."""
    return LocalGitCodeHost(repository.path, lambda: NOW)


def test_the_branch_adds_one_file_to_what_was_there(
    repository: BareRepository, code_host: LocalGitCodeHost
) -> None:
    """Merging the postmortem must not touch anybody else's document."""
    code_host.offer(CHANGE)

    branch = f"refs/heads/{CHANGE.branch}"
    changed = repository.run("diff-tree", "-r", "--name-status", "refs/heads/main", branch)
    assert changed == "A\tpostmortems/2026/checkout.md\n"
    assert repository.show(branch, CHANGE.path) == CHANGE.content
    assert repository.head("refs/pull/1/head") == repository.head(branch)
    assert repository.run("fsck", "--strict") == ""


def test_the_link_opens_a_page_with_the_document(code_host: LocalGitCodeHost) -> None:
    """Whoever follows the link reads the draft, and how to merge it."""
    offered = code_host.offer(CHANGE)

    page = Path(urlparse(offered.link).path).read_text(encoding="utf-8")
    assert "# 1: Postmortem: checkout timed out" in page
    assert "# Checkout timed out" in page
    assert f"git pull origin {CHANGE.branch}" in page


def test_a_branch_that_people_have_corrected_keeps_its_pull_request(
    repository: BareRepository, code_host: LocalGitCodeHost
) -> None:
    """A repeated job must neither undo the corrections nor open a second pull request."""
    first = code_host.offer(CHANGE)
    branch = f"refs/heads/{CHANGE.branch}"
    tip = repository.head(branch)
    tree = repository.tree_with(tip, CHANGE.path, "# Corrected\n")
    repository.run("update-ref", branch, repository.commit(tree, tip, "correct", NOW))

    second = code_host.offer(CHANGE)

    assert second.link == first.link
    assert repository.show(branch, CHANGE.path) == "# Corrected\n"


def test_workers_that_race_open_one_pull_request_each_branch(
    repository: BareRepository, code_host: LocalGitCodeHost
) -> None:
    """Two incidents that end together each get their own number, and none twice."""
    branches = ("warroom/a", "warroom/b", "warroom/c")
    changes = [CHANGE.model_copy(update={"branch": branch}) for branch in branches * 2]

    with ThreadPoolExecutor(len(changes)) as pool:
        links = {offered.link for offered in pool.map(code_host.offer, changes)}

    assert len(links) == 3
    assert len(repository.refs("refs/pull")) == 3


def test_a_repository_that_is_broken_is_named(tmp_path: Path) -> None:
    """The operator learns which path to look at, and what git said."""
    (tmp_path / "HEAD").write_text("not a repository", encoding="utf-8")

    with pytest.raises(PeerRefused, match=r"git .* failed on"):
        LocalGitCodeHost(tmp_path, lambda: NOW).offer(CHANGE)


def test_a_clone_can_merge_the_branch(
    repository: BareRepository, code_host: LocalGitCodeHost, tmp_path: Path
) -> None:
    """The commands on the page are the ones that work."""
    code_host.offer(CHANGE)
    clone = tmp_path / "clone"

    subprocess.run(["git", "clone", "-q", repository.path, clone], check=True)  # noqa: S607
    merged = ["git", "-C", clone, "merge", "-q", "--ff-only", f"origin/{CHANGE.branch}"]
    subprocess.run(merged, check=True)

    assert (clone / CHANGE.path).read_text(encoding="utf-8") == CHANGE.content
