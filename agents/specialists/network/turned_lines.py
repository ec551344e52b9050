"""Complaints of a kind that nobody used to write: symptoms, told as findings."""

from collections.abc import Iterator

from agents.domain.hypotheses import Evidence, Finding
from agents.localisation.templates import Turn, turned_templates
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.view import NetworkView

_COMPLAINTS = r"error|warn|fail|exception|timed? ?out|refused|denied|reset|panic|fatal|unavailable"
_TOLD_AT_MOST = 5
_WORDS = {
    Turn.NEW: "New since the baseline",
    Turn.MULTIPLIED: "Many times as often as before",
}


@check(needs=("logs",), modes=())
def complaints_of_a_new_kind(view: NetworkView) -> Iterator[Found]:
    """Tell which kinds of complaints are new or have multiplied since the baseline."""
    lines = view.lines_like(_COMPLAINTS)
    before = [line for line in lines if view.baseline.contains(line.timestamp)]
    now = [line for line in lines if line.timestamp > view.baseline.end]
    if not now or not view.baseline.seconds:
        return
    turned = turned_templates(
        (line.message for line in before),
        (line.message for line in now),
        part_of_baseline=view.window.seconds / view.baseline.seconds,
    )
    for one in [t for t in turned if t.turn in _WORDS][:_TOLD_AT_MOST]:
        first = next(line for line in now if line.message == one.example)
        yield Finding(
            text=f"{_WORDS[one.turn]}, {one.now} times: {one.template}",
            is_anomalous=True,
            evidence=(
                Evidence(
                    source="logs", entity=first.entity, at=first.timestamp, text=first.message[:400]
                ),
            ),
        )


LINE_CHECKS: tuple[Check[NetworkView], ...] = (complaints_of_a_new_kind,)
