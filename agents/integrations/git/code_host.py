"""The code host port on a bare repository: branches, and pull requests as refs and files.

A pull request is `refs/pull/<n>/head` at its branch's commit, and a page `pull-requests/<n>.md`
beside the objects that a person can open, with the commands to look at it and to merge it.
"""

from pathlib import Path

from typing_extensions import override

from agents.domain.learning import PullRequest
from agents.errors import PeerRefused
from agents.integrations.git.plumbing import BareRepository
from agents.ports import Clock, CodeHost, DocumentChange

MAIN = "main"
_ATTEMPTS = 5


class LocalGitCodeHost(CodeHost):
    """Offers documents on branches of one bare repository."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Keep where the repository is; it is made on the first offer when it is missing."""
        self._repository = BareRepository(path)
        self._clock = clock

    @override
    def offer(self, change: DocumentChange) -> PullRequest:
        """Commit the document to its branch and open a pull request for it."""
        self._repository.create(MAIN)
        number = self._number_of(change) or self._opened(change)
        page = self._page(number)
        if not page.exists():
            page.parent.mkdir(exist_ok=True)
            page.write_text(_summary(change, number, self._repository.path), encoding="utf-8")
        return PullRequest(
            kind=change.kind, branch=change.branch, title=change.title, link=page.as_uri()
        )

    def _opened(self, change: DocumentChange) -> int:
        """Create branch and pull request together and return its number."""
        commit = self._repository.head(_branch(change)) or self._committed(change)
        for _ in range(_ATTEMPTS):
            number = 1 + max(self._numbers(), default=0)
            refs = {_pull(number): commit, _offered(change): commit}
            if self._repository.head(_branch(change)) is None:
                refs[_branch(change)] = commit
            if self._repository.create_refs(refs):
                return number
            taken = self._number_of(change)
            if taken:
                return taken
        raise PeerRefused(f"Others kept opening pull requests in {self._repository.path}.")

    def _committed(self, change: DocumentChange) -> str:
        parent = self._repository.head(f"refs/heads/{MAIN}")
        tree = self._repository.tree_with(parent, change.path, change.content)
        message = f"{change.title}\n\n{change.body}\n\nBranch: {change.branch}\n"
        return self._repository.commit(tree, parent, message, self._clock())

    def _number_of(self, change: DocumentChange) -> int | None:
        """Return the number of the branch's pull request, if it has one.

        The branch itself may have moved on since: people push corrections to it.
        """
        commit = self._repository.head(_offered(change))
        pulls = self._repository.refs("refs/pull")
        same = (_number(ref) for ref, head in pulls.items() if head == commit)
        return next(same, None)

    def _numbers(self) -> list[int]:
        return [_number(ref) for ref in self._repository.refs("refs/pull")]

    def _page(self, number: int) -> Path:
        return self._repository.path.resolve() / "pull-requests" / f"{number}.md"


def _branch(change: DocumentChange) -> str:
    return f"refs/heads/{change.branch}"


def _offered(change: DocumentChange) -> str:
    """Name the ref that remembers which commit was offered on a branch."""
    return f"refs/warroom/offered/{change.branch}"


def _pull(number: int) -> str:
    return f"refs/pull/{number}/head"


def _number(ref: str) -> int:
    return int(ref.split("/")[2])


def _summary(change: DocumentChange, number: int, repository: Path) -> str:
    return f"""# {number}: {change.title}

{change.body}

Branch `{change.branch}`, file `{change.path}`. To read it:

    git --git-dir={repository} show {_pull(number)}:{change.path}

To merge it, in a clone of the repository:

    git pull origin {change.branch} && git push origin HEAD:{MAIN}

---

{change.content}"""
