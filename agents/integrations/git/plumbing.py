"""Git by its plumbing commands, on a bare repository, without a work tree."""

import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from agents.errors import PeerRefused, PeerUnavailable

_TIMEOUT_SECONDS = 30
_AUTHOR = {
    "GIT_AUTHOR_NAME": "War room",
    "GIT_AUTHOR_EMAIL": "warroom@localhost",
    "GIT_COMMITTER_NAME": "War room",
    "GIT_COMMITTER_EMAIL": "warroom@localhost",
    # Neither the machine's nor the user's configuration decides what is written.
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
}


class BareRepository:
    """Reads and writes refs, trees and commits."""

    def __init__(self, path: Path) -> None:
        """Keep where the repository is."""
        self.path = path

    def create(self, branch: str) -> None:
        """Make an empty bare repository unless there is one."""
        if not (self.path / "HEAD").exists():
            self.path.mkdir(parents=True, exist_ok=True)
            self.run("init", "--bare", "--quiet", f"--initial-branch={branch}")

    def head(self, ref: str) -> str | None:
        """Return the commit that a ref points at."""
        told = self.run("for-each-ref", "--format=%(refname) %(objectname)", ref)
        found = dict(line.split(" ", 1) for line in told.splitlines())
        return found.get(ref)

    def refs(self, prefix: str) -> Mapping[str, str]:
        """Return the commits of all refs below a prefix, by ref."""
        told = self.run("for-each-ref", "--format=%(refname) %(objectname)", prefix)
        return dict(line.split(" ", 1) for line in told.splitlines())

    def tree_with(self, parent: str | None, path: str, content: str) -> str:
        """Return the parent's tree with one file added or replaced."""
        blob = self.run("hash-object", "-w", "--stdin", text=content).strip()
        return self._nested(f"{parent}^{{tree}}" if parent else "", Path(path).parts, blob)

    def _nested(self, tree: str, parts: tuple[str, ...], blob: str) -> str:
        """Return a tree in which the path leads to the blob, one folder at a time."""
        name, *below = parts
        entries = self._entries(tree)
        if below:
            kind, deeper = entries.get(name, ("", ""))
            is_folder = kind.startswith("040000")
            inner = self._nested(deeper if is_folder else "", tuple(below), blob)
            entries[name] = ("040000 tree", inner)
        else:
            entries[name] = ("100644 blob", blob)
        listed = "".join(f"{kind} {digest}\t{entry}\0" for entry, (kind, digest) in entries.items())
        return self.run("mktree", "-z", text=listed).strip()

    def _entries(self, tree: str) -> dict[str, tuple[str, str]]:
        """Return the entries of a tree by name: mode with type, and digest."""
        if not tree:
            return {}
        entries: dict[str, tuple[str, str]] = {}
        for line in self.run("ls-tree", "-z", tree).split("\0"):
            if line:
                described, name = line.split("\t", 1)
                mode, kind, digest = described.split(" ")
                entries[name] = (f"{mode} {kind}", digest)
        return entries

    def commit(self, tree: str, parent: str | None, message: str, at: datetime) -> str:
        """Write a commit and return its digest; the same arguments give the same commit."""
        onto = ("-p", parent) if parent else ()
        date = f"{int(at.timestamp())} +0000"
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        return self.run("commit-tree", tree, *onto, text=message, extra=dates).strip()

    def create_refs(self, commits: Mapping[str, str]) -> bool:
        """Create refs that must not exist yet, all or none; False when one does."""
        lines = "".join(f"create {ref} {commit}\n" for ref, commit in commits.items())
        try:
            self.run("update-ref", "--stdin", text=lines)
        except PeerRefused:
            if any(self.head(ref) for ref in commits):
                return False
            raise
        return True

    def show(self, ref: str, path: str) -> str:
        """Return a file as it is at a ref."""
        return self.run("cat-file", "blob", f"{ref}:{path}")

    def run(self, *arguments: str, text: str = "", extra: Mapping[str, str] | None = None) -> str:
        """Run one git command on the repository.

        Raises:
            PeerRefused: git is not installed, or said no.
            PeerUnavailable: git did not come to an end.
        """
        git = shutil.which("git")
        if git is None:
            raise PeerRefused("git is not installed. Install it, or configure GitHub.")
        try:
            done = subprocess.run(
                [git, f"--git-dir={self.path}", *arguments],
                input=text,
                capture_output=True,
                check=True,
                encoding="utf-8",
                env={"PATH": str(Path(git).parent), **_AUTHOR, **(extra or {})},
                timeout=_TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise PeerUnavailable(f"git {arguments[0]} took too long on {self.path}") from error
        except subprocess.CalledProcessError as error:
            told = str(error.stderr).strip()
            raise PeerRefused(f"git {arguments[0]} failed on {self.path}: {told}") from error
        return done.stdout
