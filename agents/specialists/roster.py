"""The specialists of this installation: adding one is one line here."""

from agents.specialists.aws import aws_specialist
from agents.specialists.database import database_specialist
from agents.specialists.framework import Specialist
from agents.specialists.kubernetes import kubernetes_specialist
from agents.specialists.network import network_specialist


def all_specialists() -> tuple[Specialist, ...]:
    """Return every specialist that can be asked."""
    return (kubernetes_specialist(), database_specialist(), aws_specialist(), network_specialist())
