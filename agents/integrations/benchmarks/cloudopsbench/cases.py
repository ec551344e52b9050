"""The cases of Cloud-OpsBench: `<system>/<category>/<id>/`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from agents.commander.report import Report
from agents.integrations.benchmarks.case import Answer, Published, named
from agents.integrations.benchmarks.cloudopsbench.answers import ALIASES, answer_of, triple
from agents.integrations.benchmarks.cloudopsbench.snapshot import Snapshot
from agents.integrations.benchmarks.cloudopsbench.translation import write_snapshot
from agents.integrations.benchmarks.files import Files
from agents.integrations.benchmarks.renaming import Renamer

_PAPER = "arXiv 2603.00468"


@dataclass(frozen=True, slots=True)
class CloudOpsCase:
    """One snapshot, with its label kept apart."""

    folder: Path
    source: str
    category: str
    accepted: frozenset[str]
    aliases: frozenset[str]
    renamer: Renamer | None
    decoys: frozenset[str] = frozenset()

    def write(self, folder: Path) -> None:
        """Write the snapshot as a capture."""
        write_snapshot(Snapshot(self.folder, self.renamer), Files(folder))

    def answers(self, report: Report) -> Sequence[Answer]:
        """Return the triples that an account stands for."""
        return named(report, answer_of)


@dataclass(frozen=True, slots=True)
class CloudOpsBench:
    """The data set."""

    name: str = "cloudopsbench"
    published: tuple[Published, ...] = (
        Published(who="DeepSeek-V3.2", top1=0.73, top3=0.79, on="all 452 cases", source=_PAPER),
        Published(who="GPT-5", top1=0.67, top3=0.75, on="all 452 cases", source=_PAPER),
        Published(
            who="Claude-4-Sonnet", top1=0.58, top3=0.60, on="Train-Ticket, 204", source=_PAPER
        ),
    )

    def cases(self, data: Path, renamer: Renamer | None) -> Iterator[CloudOpsCase]:
        """Yield every case of every system below a folder."""
        for about in sorted(data.glob("*/*/*/metadata.json")):
            folder = about.parent
            snapshot = Snapshot(folder, renamer)
            accepted, aliases = _truth(snapshot)
            yield CloudOpsCase(
                folder=folder,
                source=folder.relative_to(data).as_posix(),
                category=folder.parent.name,
                accepted=accepted,
                aliases=aliases,
                renamer=renamer,
            )


def _truth(snapshot: Snapshot) -> tuple[frozenset[str], frozenset[str]]:
    """Return what is right, and what of it goes by the list's name instead of the label's."""
    label = snapshot.about.get("result")
    labelled: Mapping[str, JsonValue] = label if isinstance(label, dict) else {}
    taxonomy = str(labelled.get("fault_taxonomy", ""))
    kind, _, name = str(labelled.get("fault_object", "")).partition("/")
    cause = str(labelled.get("root_cause", ""))
    target = f"{kind}/{snapshot.names[name]}"
    exact = triple(taxonomy, target, cause)
    listed = triple(taxonomy, target, ALIASES.get(cause, cause))
    return frozenset({exact, listed}), frozenset({listed} - {exact})
