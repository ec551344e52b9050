"""The change that remains when everything else has been looked at."""

from collections.abc import Iterator

from agents.domain.hypotheses import Hypothesis
from agents.specialists.changes.judging import remaining
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.culprits import a_change_fits, hypothesis_of, scene_of
from agents.specialists.network.demand import DEMAND_CHECKS
from agents.specialists.network.faults import groups_of
from agents.specialists.network.outside import OUTSIDE_CHECKS
from agents.specialists.network.view import NetworkView

_CLEARLY_AHEAD = 1.4
_BARELY = 0.95
"""Log-odds from which a hypothesis just counts as supported."""
_STATES_A_CAUSE = ("tls_", "dns_")


@check(needs=("changes", "logs"), modes=("bad_code_change",))
def change_that_remains(view: NetworkView) -> Iterator[Found]:
    """Name the one change that speaks of the symptom, when nothing else accounts for it.

    Only where no mechanism fits any change, nothing outside shows, and no other change speaks of
    the symptom nearly as much.
    """
    if a_change_fits(view) or _something_else_shows(view):
        return
    left = remaining(*scene_of(view))
    rival = left[1].score if len(left) > 1 else 0.0
    if left and left[0].score >= _CLEARLY_AHEAD * rival:
        yield _cautiously(hypothesis_of(view, left[0], 0.0))


def _cautiously(hypothesis: Hypothesis) -> Hypothesis:
    """Return it barely supported, however many claims hold: they show the symptom, not the link."""
    gained = sum(claim.sufficiency for claim in hypothesis.claims)
    gained += sum(claim.sufficiency for claim in hypothesis.forbids) / 2
    shift = _BARELY - hypothesis.cause.mode.base_log_odds - gained
    return hypothesis.model_copy(update={"prior_shift": shift, "id": ""})


def _something_else_shows(view: NetworkView) -> bool:
    if any(group.mode.startswith(_STATES_A_CAUSE) for group in groups_of(view)):
        return True
    found = (item for one in (*OUTSIDE_CHECKS, *DEMAND_CHECKS) for item in one.run(view))
    return any(isinstance(item, Hypothesis) for item in found)


REMAINING_CHECKS: tuple[Check[NetworkView], ...] = (change_that_remains,)
