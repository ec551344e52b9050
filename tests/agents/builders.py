"""Small builders of artifacts and states for tests: a shop whose storefront calls checkout."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from agents.commander.planning import first_plan
from agents.domain.base import EntityRef, Producer, Scalar, Window
from agents.domain.claims import Claim, Verdict, VerdictStatus
from agents.domain.events import (
    Body,
    ClaimVerified,
    Event,
    IncidentDeclared,
    PlanMade,
    QuestionAnswered,
)
from agents.domain.hypotheses import Answer, Cause, Gap, Hypothesis
from agents.domain.incidents import Alert, Incident, Person, Severity
from agents.domain.measures import Comparator, Measure, MetricSelector, Reduction
from agents.domain.plans import Member, Plan, Policy, Roster
from agents.domain.readings import Service, Topology
from agents.domain.state import IncidentState, fold

NOW = datetime(2026, 11, 20, 14, 10, tzinfo=UTC)
ONSET = NOW - timedelta(minutes=5)
WINDOW = Window(start=NOW - timedelta(minutes=30), end=NOW)
ADA = Person(id="U1", name="responder")
DATABASE = EntityRef(kind="database", name="shop-db")
CHECKOUT = EntityRef(kind="service", name="checkout")
STOREFRONT = EntityRef(kind="service", name="storefront")
TOPOLOGY = Topology(
    services=(
        Service(name="storefront", depends_on=("checkout",)),
        Service(name="checkout", depends_on=("payments",), resources=(DATABASE,)),
        Service(name="payments"),
        Service(name="newsletter"),
    )
)
ROSTER = Roster(
    members=(
        Member(name="database", title="Database", sources=("rows:*", "metrics")),
        Member(name="network", title="Network", sources=("probe:*", "metrics")),
    ),
    topology=TOPOLOGY,
)
POLICY = Policy()


def an_alert(service: str | None = "storefront", started_at: datetime = ONSET) -> Alert:
    """Return the page that starts it all."""
    return Alert(
        source="pagerduty",
        title="Storefront answers with errors",
        severity=Severity.SEV1,
        started_at=started_at,
        service=service,
        fingerprint="storefront-5xx",
        external_id="PD1",
    )


def an_incident(alert: Alert | None = None) -> Incident:
    """Return a declared incident."""
    alert = alert or an_alert()
    return Incident(title=alert.title, severity=alert.severity, declared_at=NOW, alert=alert)


def a_claim(
    metric: str = "blocked_sessions",
    expected: Scalar = 1,
    *,
    comparator: Comparator = Comparator.AT_LEAST,
    necessity: float = 2.0,
    sufficiency: float = 2.0,
) -> Claim:
    """Return a claim on the last value of a metric."""
    return Claim(
        text=f"{metric} {comparator.value} {expected}",
        subject=DATABASE,
        measure=Measure(selector=MetricSelector(name=metric), reduce=Reduction.LAST),
        comparator=comparator,
        expected=expected,
        window=WINDOW,
        necessity=necessity,
        sufficiency=sufficiency,
    )


def a_hypothesis(
    mode: str = "bad_deploy",
    entity: EntityRef = DATABASE,
    *,
    claims: Sequence[Claim] | None = None,
    by: str = "database",
    **extra: object,
) -> Hypothesis:
    """Return a hypothesis of one specialist."""
    fields: dict[str, object] = {
        "cause": Cause(entity=entity, failure_mode=mode),
        "summary": f"{mode} on {entity.name}.",
        "claims": tuple(claims if claims is not None else [a_claim()]),
        "onset": ONSET,
        "produced_by": Producer(name=by),
        **extra,
    }
    return Hypothesis.model_validate(fields)


def a_verdict(
    claim: Claim, status: VerdictStatus = VerdictStatus.HOLDS, **extra: object
) -> Verdict:
    """Return a verdict on a claim."""
    return Verdict.model_validate({"claim_id": claim.id, "status": status, "observed": 3, **extra})


def events_of(*bodies: Body, incident_id: str = "incident_1") -> tuple[Event, ...]:
    """Return bodies as events, one second apart, without real hashes."""
    return tuple(
        Event.model_validate(
            {
                "incident_id": incident_id,
                "sequence": sequence,
                "at": NOW + timedelta(seconds=sequence),
                "actor": Producer(name="test"),
                "body": body,
                "previous_hash": "0" * 64,
                "hash": "0" * 64,
            }
        )
        for sequence, body in enumerate(bodies, start=1)
    )


def a_state(*bodies: Body) -> IncidentState:
    """Return the fold of some events."""
    return fold("incident_1", events_of(*bodies))


def a_plan(roster: Roster = ROSTER) -> Plan:
    """Return the first plan for the alert."""
    return first_plan(an_incident(), roster, POLICY, NOW)


def answered(
    *hypotheses: Hypothesis, gaps: Sequence[Gap] = (), alert: Alert | None = None
) -> list[Body]:
    """Return the events of an investigation in which everybody has answered.

    Each hypothesis is in the answer of the specialist that made it.
    """
    incident = an_incident(alert)
    plan = a_plan()
    bodies: list[Body] = [IncidentDeclared(incident=incident), PlanMade(plan=plan)]
    for question in plan.questions:
        own = tuple(h for h in hypotheses if h.produced_by.name == question.specialist)
        first = question is plan.questions[0]
        answer = Answer(question_id=question.id, hypotheses=own, gaps=tuple(gaps) if first else ())
        bodies.append(QuestionAnswered(answer=answer))
    return bodies


def verified(*claims: Claim, status: VerdictStatus = VerdictStatus.HOLDS) -> list[ClaimVerified]:
    """Return the events of claims that were all measured alike."""
    return [ClaimVerified(verdict=a_verdict(claim, status)) for claim in claims]
