"""The buttons and fields of our messages: their names, and what they carry."""

from agents.domain.base import Value

APPROVE = "proposal_approve"
REJECT = "proposal_reject"
DETAILS = "proposal_details"
OPEN_RESOLVE = "incident_resolve_open"

RESOLVE_VIEW = "incident_resolve"
CAUSE_BLOCK = "cause"
CAUSE_INPUT = "cause_text"


class ProposalRef(Value):
    """What a proposal's button carries: which call, exactly, its reader was shown."""

    proposal_id: str
    digest: str


class IncidentRef(Value):
    """What a button or a form about a whole incident carries."""

    incident_id: str
