"""How sure a weight makes us, by the kind of evidence it is made of.

Version 1, fitted on graded cases: what the control plane says of its own objects has turned out
right more often than the weights of its claims add up to; statistics over measurements have not.
"""

from agents.domain.failure_modes import Domain
from agents.domain.hypotheses import Hypothesis

VERSION = 1

_SHARPNESS = {Domain.KUBERNETES: 1.5}
"""By which natural log-odds are multiplied before they become a probability."""


def calibrated(log_odds: float, hypothesis: Hypothesis) -> float:
    """Return log-odds that mean what they say; what is unlikely stays as unlikely as it was."""
    if log_odds <= 0.0:
        return log_odds
    return log_odds * _SHARPNESS.get(hypothesis.cause.mode.domain, 1.0)
