"""The code host port on GitHub's Contents API."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from github import Auth, Github, GithubException, RateLimitExceededException
from github import UnknownObjectException as NotFound
from github.PullRequest import PullRequest as GitHubPullRequest
from github.Repository import Repository
from requests import RequestException
from typing_extensions import override

from agents.domain.learning import PullRequest
from agents.errors import PeerRefused, PeerUnavailable, RateLimited
from agents.ports import CodeHost, DocumentChange

_TIMEOUT_SECONDS = 15
_POLITE_SECONDS_BETWEEN_WRITES = 1.0
_SERVER_ERROR = 500
_UNPROCESSABLE = 422
_REMEDIES: Mapping[int, str] = {
    401: "Check WARROOM_GITHUB_TOKEN.",
    403: "Give the token write access to contents and pull requests.",
    404: "Check WARROOM_GITHUB_REPOSITORY (owner/name) and that the token can see it.",
}


class GitHubCodeHost(CodeHost):
    """Offers documents as pull requests on one repository, one per branch."""

    def __init__(self, github: Github, repository: str) -> None:
        """Keep the client and the repository's `owner/name`."""
        self._github = github
        self._name = repository

    @classmethod
    def connect(
        cls,
        token: str,
        repository: str,
        base_url: str,
        seconds_between_writes: float = _POLITE_SECONDS_BETWEEN_WRITES,
    ) -> "GitHubCodeHost":
        """Connect with a token; waiting and retrying is left to the caller."""
        github = Github(
            auth=Auth.Token(token),
            base_url=base_url,
            retry=None,
            timeout=_TIMEOUT_SECONDS,
            seconds_between_writes=seconds_between_writes,
        )
        return cls(github, repository)

    @override
    def offer(self, change: DocumentChange) -> PullRequest:
        """Commit the document to its branch and open a pull request for it."""
        with _translated(f"offering {change.path}"):
            repository = self._github.get_repo(self._name)
            pull = _existing(repository, change) or _opened(repository, change)
        return PullRequest(
            kind=change.kind, branch=change.branch, title=change.title, link=pull.html_url
        )


def _existing(repository: Repository, change: DocumentChange) -> GitHubPullRequest | None:
    """Return the branch's pull request, open or not, if it has one."""
    head = f"{repository.owner.login}:{change.branch}"
    pulls = repository.get_pulls(state="all", head=head)
    return next((pull for pull in pulls if pull.head.ref == change.branch), None)


def _opened(repository: Repository, change: DocumentChange) -> GitHubPullRequest:
    base = repository.default_branch
    _ensure_branch(repository, change.branch, base)
    _ensure_file(repository, change)
    try:
        return repository.create_pull(base, change.branch, title=change.title, body=change.body)
    except GithubException as error:
        other = _existing(repository, change) if error.status == _UNPROCESSABLE else None
        if other is None:
            raise
        return other


def _ensure_branch(repository: Repository, branch: str, base: str) -> None:
    try:
        repository.get_branch(branch)
    except NotFound:
        tip = repository.get_branch(base).commit.sha
        repository.create_git_ref(f"refs/heads/{branch}", tip)


def _ensure_file(repository: Repository, change: DocumentChange) -> None:
    try:
        found = repository.get_contents(change.path, ref=change.branch)
    except NotFound:
        repository.create_file(change.path, change.title, change.content, branch=change.branch)
        return
    if isinstance(found, list):
        raise PeerRefused(f"{change.path} is a folder in the repository; move it away.")
    if found.decoded_content != change.content.encode():
        repository.update_file(
            change.path, change.title, change.content, found.sha, branch=change.branch
        )


@contextmanager
def _translated(doing: str) -> Generator[None]:
    """Turn GitHub's errors into ours.

    Raises:
        RateLimited: GitHub asks to wait.
        PeerUnavailable: GitHub did not answer, or not sensibly.
        PeerRefused: GitHub will never take it.
    """
    try:
        yield
    except RateLimitExceededException as error:
        wait = _wait(error.headers or {})
        told = f"GitHub asks to wait {wait:g} s ({doing})"
        raise RateLimited(told, retry_after_seconds=wait) from error
    except GithubException as error:
        if error.status >= _SERVER_ERROR:
            raise PeerUnavailable(f"GitHub failed while {doing}: HTTP {error.status}") from error
        remedy = _REMEDIES.get(error.status, "See GitHub's REST reference.")
        told = f"GitHub refused {doing}: HTTP {error.status} {error.message or ''}. {remedy}"
        raise PeerRefused(told, remedy=remedy) from error
    except RequestException as error:
        raise PeerUnavailable(f"GitHub could not be reached while {doing}: {error}") from error


def _wait(headers: Mapping[str, str]) -> float:
    told = headers.get("retry-after", "")
    return float(told) if told.isdecimal() else 60.0
