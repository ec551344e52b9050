"""Which queue may measure what: credentials live with the queue that owns the source."""

from collections.abc import Iterable

from agents.domain.claims import Claim
from agents.domain.plans import Roster
from agents.telemetry import covers


def queue_for(claim: Claim, specialist: str, roster: Roster) -> str:
    """Return the queue whose specialist can read a claim's source.

    The specialist that made the claim comes first. A source that nobody owns goes to it as well:
    its worker will say that it cannot be measured.
    """
    source = claim.measure.selector.source
    maker_first = sorted(roster.members, key=lambda member: member.name != specialist)
    return next((m.name for m in maker_first if covers(m.sources, source)), specialist)


def queues_for(claims: Iterable[Claim], specialist: str, roster: Roster) -> tuple[str, ...]:
    """Return the queues that together can measure some claims, in a fixed order."""
    return tuple(sorted({queue_for(claim, specialist, roster) for claim in claims}))


def queue_for_all(claims: Iterable[Claim], specialist: str, roster: Roster, otherwise: str) -> str:
    """Return one queue that can measure all of some claims, the specialist's own if it can."""
    sources = [claim.measure.selector.source for claim in claims]
    maker_first = sorted(roster.members, key=lambda member: member.name != specialist)
    able = (m.name for m in maker_first if all(covers(m.sources, source) for source in sources))
    return next(able, otherwise)
