"""What happens in an incident, told as it happens in one plain sentence each."""

from collections.abc import Callable
from functools import singledispatch

from agents.commander.synthesis import leader
from agents.domain import events as e
from agents.domain.claims import VerdictStatus
from agents.domain.events import Event
from agents.domain.synthesis import Outcome
from agents.domain.wording import in_words, scalar_text

Tell = Callable[[str], None]


class Narrator:
    """Tells the events of one incident; small steps are left out."""

    def __init__(self, tell: Tell) -> None:
        """Keep where the sentences go."""
        self._tell = tell

    def hear(self, event: Event) -> None:
        """Tell one event, if it is worth telling."""
        sentence = _sentence(event.body)
        if sentence:
            self._tell(sentence)


@singledispatch
def _sentence(body: object) -> str:
    """Return one event in one sentence; most kinds of event are not worth one."""
    del body
    return ""


@_sentence.register
def _(body: e.IncidentDeclared) -> str:
    return f"The pager fired: {body.incident.title}"


@_sentence.register
def _(body: e.RoomOpened) -> str:
    return f"The bot opened #{body.name} and is in it."


@_sentence.register
def _(body: e.PlanMade) -> str:
    asked = ", ".join(question.specialist for question in body.plan.questions)
    return f"The commander asks {asked}, all at once."


@_sentence.register
def _(body: e.QuestionAnswered) -> str:
    answer = body.answer
    found, gaps = len(answer.hypotheses), len(answer.gaps)
    said = f"{answer.produced_by.name} ran {len(answer.checks_run)} checks: "
    said += f"{found} {'hypothesis' if found == 1 else 'hypotheses'}"
    return f"{said}, {gaps} gaps." if gaps else f"{said}."


@_sentence.register
def _(body: e.ClaimVerified) -> str:
    verdict = body.verdict
    failed = verdict.status is VerdictStatus.FAILS and verdict.round == "first"
    seen = scalar_text(verdict.observed)
    return f"A claim did not come out when it was measured again: {seen}." if failed else ""


@_sentence.register
def _(body: e.SynthesisPublished) -> str:
    account = body.synthesis
    best = leader(account)
    partial = " (partial)" if account.waiting_for else ""
    if best is not None:
        cause = f"{best.cause.mode.title} on {best.cause.entity.name}"
        return f"Synthesis{partial}: {cause}, {in_words(best.confidence)}."
    if account.outcome is Outcome.HEALTHY:
        return f"Synthesis{partial}: nothing is wrong now."
    return f"Synthesis{partial}: the cause is not known yet."


@_sentence.register
def _(body: e.ActionProposed) -> str:
    return f"Proposed: {body.proposal.title}. It waits for a person."


@_sentence.register
def _(body: e.ActionWithheld) -> str:
    return f"No action is offered: {body.reason}"


@_sentence.register
def _(body: e.ApprovalRecorded) -> str:
    return f"{body.approval.approver.name}: {body.approval.decision.value}."


@_sentence.register
def _(body: e.ActionFinished) -> str:
    return f"The executor: {body.outcome.detail}"


@_sentence.register
def _(body: e.RecoveryMeasured) -> str:
    state = "Recovered" if body.recovery.recovered else "Not recovered yet"
    return f"{state}: {body.recovery.text}."


@_sentence.register
def _(body: e.IncidentResolved) -> str:
    return f"{body.by.name} resolved the incident: {body.cause}"


@_sentence.register
def _(body: e.PullRequestOpened) -> str:
    return f"A pull request is open: {body.pull_request.link}"
