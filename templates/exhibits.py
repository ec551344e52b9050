"""Everything that can be looked at in an incident, numbered as people refer to it."""

from collections.abc import Iterator

from agents.domain.base import Value
from agents.domain.claims import Claim, Verdict
from agents.domain.hypotheses import Answer, Evidence
from agents.domain.state import IncidentState


class Exhibit(Value):
    """One claim or one quoted observation under a number that stays the same."""

    number: int
    specialist: str
    about: str
    """The finding or hypothesis that it belongs to."""
    claim: Claim | None = None
    verdict: Verdict | None = None
    evidence: Evidence | None = None

    @property
    def id(self) -> str:
        """The id of the artifact that is shown."""
        shown = self.claim or self.evidence
        return shown.id if shown else ""


def exhibits(state: IncidentState) -> tuple[Exhibit, ...]:
    """Number each claim and quotation once, in the order in which answers came in.

    A late answer only adds numbers at the end, so what people have quoted stays true.
    """
    first: dict[str, Exhibit] = {}
    for answer in state.answers.values():
        for exhibit in _of(answer, state):
            if exhibit.id not in first:
                first[exhibit.id] = exhibit.model_copy(update={"number": len(first) + 1})
    return tuple(first.values())


def numbers(state: IncidentState) -> dict[str, int]:
    """Return the number of each exhibit by the id of its artifact."""
    return {exhibit.id: exhibit.number for exhibit in exhibits(state)}


def _of(answer: Answer, state: IncidentState) -> Iterator[Exhibit]:
    specialist = answer.produced_by.name
    for hypothesis in answer.hypotheses:
        for claim in (*hypothesis.claims, *hypothesis.forbids):
            yield Exhibit(
                number=0,
                specialist=specialist,
                about=hypothesis.summary,
                claim=claim,
                verdict=state.verdict(claim),
            )
        for evidence in hypothesis.evidence:
            yield Exhibit(
                number=0, specialist=specialist, about=hypothesis.summary, evidence=evidence
            )
    for finding in answer.findings:
        for evidence in finding.evidence:
            yield Exhibit(number=0, specialist=specialist, about=finding.text, evidence=evidence)
