"""Every capture, investigated by all specialists together: the regression gate of the diagnosis.

Each domain's own tests run its own checks alone. Here everybody may speak, so that what is right in
one domain must also win against what the others make of the same evidence.
"""

from pathlib import Path

import pytest

from agents.commander.report import ReportedHypothesis
from agents.specialists.roster import all_specialists
from bot.commands.offline import investigate_capture

CAPTURES = Path(__file__).parents[1] / "captures"
FOLDERS = sorted(path.parent for path in CAPTURES.glob("*/*/*/capture.yaml"))
FOR = [folder for folder in FOLDERS if folder.name == "for"]
AGAINST = [folder for folder in FOLDERS if folder.name == "against"]


def _name(folder: Path) -> str:
    return "/".join(folder.parts[-3:-1])


def _origins(folder: Path) -> list[ReportedHypothesis]:
    """Return the supported causes that no other cause explains, the likeliest first."""
    report = investigate_capture(folder, all_specialists()).report
    return [h for h in report.hypotheses if h.status == "supported" and h.caused_by is None]


@pytest.mark.parametrize("folder", FOR, ids=_name)
def test_the_cause_leads_whoever_else_speaks(folder: Path) -> None:
    """Responders read the first line first, and often nothing else."""
    origins = _origins(folder)

    assert origins[:1]
    assert origins[0].failure_mode == folder.parent.name


@pytest.mark.parametrize("folder", AGAINST, ids=_name)
def test_what_only_looks_like_the_cause_is_not_called_it(folder: Path) -> None:
    """A wrong cause sends everybody the wrong way."""
    assert folder.parent.name not in {one.failure_mode for one in _origins(folder)}
