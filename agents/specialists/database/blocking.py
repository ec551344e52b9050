"""Who waits for whom, down to the session that waits for nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from agents.domain.readings import Row
from agents.specialists.database.records import Session, moment

_MODES = (
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
_CONFLICTS = ("7", "67", "4567", "34567", "23567", "234567", "1234567", "01234567")
"""For each mode, the indexes of those it conflicts with (the manual's table of lock modes)."""
_TARGET = (
    *("locktype", "datname", "database", "schema_name", "relation", "page", "tuple"),
    *("virtualxid", "transactionid", "classid", "objid", "objsubid"),
)

Edges = Mapping[int, tuple[int, ...]]
"""The pids that each waiting pid waits for."""


@dataclass(frozen=True, slots=True)
class BlockingTree:
    """One session that waits for nobody, and all that wait behind it."""

    root_pid: int
    """0 when it is a prepared transaction, which no session owns."""
    root: Session | None
    waiting: tuple[Session, ...]
    blockers: frozenset[int] = frozenset()
    """Every pid that anybody waits for, this tree's root and others in its middle."""

    @property
    def longest_wait_seconds(self) -> float:
        """An upper bound: how long ago the oldest waiting statement began."""
        return max((session.query_seconds for session in self.waiting), default=0.0)

    @property
    def queued_ddl(self) -> Session | None:
        """A schema change in the middle of the queue: it waits, and makes others wait."""
        ddl = (session for session in self.waiting if session.is_ddl)
        return next((session for session in ddl if session.pid in self.blockers), None)


def blocking_trees(sessions: Sequence[Session], locks: Iterable[Row]) -> tuple[BlockingTree, ...]:
    """Return the trees, the fullest first; a queue behind two holders counts for the first."""
    edges = _edges(sessions) or edges_from_locks(locks)
    by_pid = {session.pid: session for session in sessions}
    waiting: dict[int, list[Session]] = {}
    for pid in edges:
        for root in _roots(pid, edges):
            if pid in by_pid:
                waiting.setdefault(root, []).append(by_pid[pid])
    blockers = frozenset(blocker for blocking in edges.values() for blocker in blocking)
    trees = [
        BlockingTree(root, by_pid.get(root), tuple(behind), blockers)
        for root, behind in waiting.items()
    ]
    trees.sort(key=_fullest_first)
    return tuple(_without_shared_queues(trees))


def edges_from_locks(locks: Iterable[Row]) -> Edges:
    """Work out who waits for whom from pg_locks alone, where nobody recorded blocking pids."""
    by_target: dict[tuple[str, ...], list[Row]] = {}
    for lock in locks:
        by_target.setdefault(tuple(lock.text(column) for column in _TARGET), []).append(lock)
    edges: dict[int, set[int]] = {}
    for on_target in by_target.values():
        for wanted, held in product(on_target, on_target):
            if _waits(wanted) and _blocks(held, wanted):
                edges.setdefault(_pid(wanted), set()).add(_pid(held))
    return {pid: tuple(sorted(blockers)) for pid, blockers in edges.items()}


def _edges(sessions: Iterable[Session]) -> Edges:
    return {s.pid: s.blocking_pids for s in sessions if s.blocking_pids}


def _roots(pid: int, edges: Edges) -> tuple[int, ...]:
    """Return who is at the end of every chain; a cycle (a deadlock yet unseen) has no end."""
    seen, roots, queue = {pid}, list[int](), [pid]
    while queue:
        for blocker in edges.get(queue.pop(), ()):
            if blocker in seen:
                continue
            seen.add(blocker)
            (queue if blocker in edges else roots).append(blocker)
    return tuple(roots)


def _fullest_first(tree: BlockingTree) -> tuple[int, float]:
    return -len(tree.waiting), -(tree.root.transaction_seconds if tree.root else 0.0)


def _without_shared_queues(trees: Iterable[BlockingTree]) -> Iterable[BlockingTree]:
    counted: set[int] = set()
    for tree in trees:
        behind = {session.pid for session in tree.waiting}
        if not behind <= counted:
            yield tree
        counted |= behind


def _pid(lock: Row) -> int:
    return int(lock.number("pid") or 0)


def _waits(lock: Row) -> bool:
    return lock.value("granted") in {False, "f", "false"}


def _blocks(held: Row, wanted: Row) -> bool:
    """Tell whether one lock makes another wait: it is held, or stands before it in the queue."""
    if _pid(held) == _pid(wanted) or not _conflict(held.text("mode"), wanted.text("mode")):
        return False
    if not _waits(held):
        return True
    ahead, behind = _queued_at(held), _queued_at(wanted)
    return ahead is not None and behind is not None and ahead < behind


def _queued_at(lock: Row) -> float | None:
    """Return when a lock began to wait, as seconds on whichever scale its rows have."""
    waited = lock.number("wait_seconds")
    if waited is not None:
        return -waited
    began = moment(lock.text("waitstart"))
    return began.timestamp() if began else None


def _conflict(one: str, other: str) -> bool:
    if one not in _MODES or other not in _MODES:
        return False
    return str(_MODES.index(other)) in _CONFLICTS[_MODES.index(one)]
