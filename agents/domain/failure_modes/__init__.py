"""The closed list of failure modes, one module per domain."""

from typing import Annotated

from pydantic import AfterValidator

from agents.domain.failure_modes.aws import AWS_MODES
from agents.domain.failure_modes.change import CHANGE_MODES
from agents.domain.failure_modes.database import DATABASE_MODES
from agents.domain.failure_modes.entry import Category, Domain, FailureMode
from agents.domain.failure_modes.external import EXTERNAL_MODES
from agents.domain.failure_modes.kubernetes import KUBERNETES_MODES
from agents.domain.failure_modes.network import NETWORK_MODES

FAILURE_MODES = {
    mode.name: mode
    for mode in (
        *AWS_MODES,
        *KUBERNETES_MODES,
        *DATABASE_MODES,
        *NETWORK_MODES,
        *CHANGE_MODES,
        *EXTERNAL_MODES,
    )
}


def _known(name: str) -> str:
    if name not in FAILURE_MODES:
        message = f"unknown failure mode {name!r}: add it to agents/domain/failure_modes first"
        raise ValueError(message)
    return name


FailureModeName = Annotated[str, AfterValidator(_known)]
"""The name of a mode on the closed list."""

__all__ = [
    "CHANGE_MODES",
    "EXTERNAL_MODES",
    "FAILURE_MODES",
    "Category",
    "Domain",
    "FailureMode",
    "FailureModeName",
]
