"""The account says what was measured, what was ruled out and what is not known."""

from datetime import timedelta

from agents.commander.synthesis import basis, leader, synthesize
from agents.domain.base import EntityRef
from agents.domain.claims import VerdictStatus
from agents.domain.events import (
    AlertReceived,
    ConflictFound,
    IncidentDeclared,
    PlanMade,
    QuestionAnswered,
)
from agents.domain.hypotheses import (
    Answer,
    Conflict,
    ConflictKind,
    Evidence,
    Finding,
    Gap,
    Hypothesis,
)
from agents.domain.synthesis import Outcome, Synthesis
from tests.agents.builders import (
    CHECKOUT,
    NOW,
    ONSET,
    POLICY,
    STOREFRONT,
    a_claim,
    a_hypothesis,
    a_plan,
    a_state,
    an_alert,
    an_incident,
    answered,
    verified,
)

_CLEARED = AlertReceived(alert=an_alert(), what="resolved")


def _account(*hypotheses: Hypothesis) -> Synthesis:
    claims = [claim for hypothesis in hypotheses for claim in hypothesis.claims]
    return synthesize(a_state(*answered(*hypotheses), *verified(*claims)), POLICY, NOW)


def test_a_supported_cause_is_named_with_its_confidence_in_words_and_number() -> None:
    """People act on words; the number keeps the words honest."""
    account = _account(a_hypothesis())

    assert account.outcome is Outcome.CAUSE_FOUND
    assert "likely (" in account.sentences[0].text
    assert all(sentence.cites for sentence in account.sentences)


def test_a_symptom_is_told_as_following_from_its_origin() -> None:
    """One story, not two alarms."""
    lock = a_hypothesis("lock_contention", claims=[a_claim("a")], explains=(CHECKOUT,))
    loud = a_hypothesis(
        "http_upstream_errors", CHECKOUT, claims=[a_claim("b", sufficiency=8.0)], by="network"
    )

    account = _account(lock, loud)

    assert any("follows from number 1" in sentence.text for sentence in account.sentences)
    best = leader(account)
    assert best is not None
    assert best.cause.failure_mode == "lock_contention"


def test_not_knowing_is_said_plainly_with_what_is_still_possible() -> None:
    """A confident guess at three in the morning is worse than none."""
    weak = a_hypothesis(claims=[a_claim(sufficiency=0.1)])

    account = _account(weak)

    assert account.outcome is Outcome.UNDETERMINED
    assert account.sentences[0].text.startswith("We do not know the cause")
    assert account.sentences[1].text.startswith("Still possible: ")
    assert leader(account) is None


def test_before_any_answer_not_knowing_cites_the_incident() -> None:
    """A sentence that cites nothing is not posted."""
    account = synthesize(a_state(), POLICY, NOW)

    assert account.sentences[0].cites == ("incident_1",)
    assert account.blast_radius == ()


def test_an_alert_that_cleared_with_nothing_wrong_is_healthy() -> None:
    """'Nothing is wrong any more' is an answer."""
    account = synthesize(a_state(*answered(), _CLEARED), POLICY, NOW)

    assert account.outcome is Outcome.HEALTHY
    assert "has cleared" in account.sentences[0].text
    assert leader(account) is None


def test_a_measured_recovery_is_healthy_in_its_own_words() -> None:
    """The figures that show it are given."""
    account = _account(a_hypothesis("recovered", STOREFRONT, prior_shift=2.0))

    assert account.outcome is Outcome.HEALTHY
    assert account.sentences[0].text.startswith("recovered on storefront.")


def test_what_was_ruled_out_says_which_measurement_did_it() -> None:
    """The loser stays on the board with the reason."""
    refuted = a_hypothesis()
    state = a_state(*answered(refuted), *verified(*refuted.claims, status=VerdictStatus.FAILS))

    (out,) = synthesize(state, POLICY, NOW).ruled_out

    assert "last of blocked_sessions was 3" in out.why
    assert "did not come out" in out.why


def test_a_forbidden_sight_and_mere_lack_of_weight_are_told_apart() -> None:
    """Excluded and outweighed are different things."""
    excluded = a_hypothesis(claims=[a_claim("a")], forbids=(a_claim("b"),))
    minor = [a_claim(name, necessity=1.0) for name in ("x", "y", "z")]
    outweighed = a_hypothesis("traffic_surge", claims=minor, by="network")
    state = a_state(
        *answered(excluded, outweighed),
        *verified(a_claim("a"), a_claim("b")),
        *verified(*minor, status=VerdictStatus.FAILS),
    )

    whys = [out.why for out in synthesize(state, POLICY, NOW).ruled_out]

    assert any("which this cause excludes" in why for why in whys)
    assert any("outweighs" in why for why in whys)


def test_the_timeline_dates_alert_onset_and_evidence_and_links_each() -> None:
    """Every line can be followed to what shows it."""
    seen = Evidence(source="rows:pg_locks", at=ONSET, text="4 sessions wait")
    again = Evidence(source="rows:pg_locks", at=NOW, text="4 sessions wait")
    undated = Evidence(source="logs", text="no time")
    evidence = (again, seen, undated)
    account = _account(a_hypothesis(evidence=evidence, onset=ONSET - timedelta(minutes=1)))

    texts = [entry.text for entry in account.timeline]

    assert texts[0] == "A deploy broke it begins on shop-db"
    assert set(texts[1:]) == {"Alert: Storefront answers with errors", "4 sessions wait"}
    assert all(entry.evidence_id for entry in account.timeline)


def test_an_unsupported_hypothesis_dates_nothing_and_hits_nobody() -> None:
    """Guesses do not belong in a timeline."""
    unmeasured = a_state(*answered(a_hypothesis()))

    account = synthesize(unmeasured, POLICY, NOW)

    assert [entry.text for entry in account.timeline] == ["Alert: Storefront answers with errors"]
    assert account.blast_radius == ()


def test_a_cause_without_a_known_onset_is_left_out_of_the_timeline() -> None:
    """No date, no line."""
    account = _account(a_hypothesis(onset=None, entity=EntityRef(kind="host", name="x")))

    assert len(account.timeline) == 1
    assert account.blast_radius == ()


def test_the_blast_radius_is_the_service_and_all_that_depend_on_it() -> None:
    """Who else hurts, or will."""
    account = _account(a_hypothesis(explains=(STOREFRONT,)))

    assert [entity.name for entity in account.blast_radius] == ["checkout", "storefront"]


def test_gaps_conflicts_and_anomalies_are_carried_along() -> None:
    """What could not be seen, and what was odd, is part of the account."""
    gap = Gap(source="logs", text="no logs", remedy="connect Loki")
    conflict = Conflict(
        left_id="h1", right_id="h2", kind=ConflictKind.NO_COMMON_CHAIN, text="Two stories."
    )
    plan = a_plan()
    odd = Finding(text="errors rose", is_anomalous=True)
    calm = Finding(text="all pods run", is_anomalous=False)
    answer = Answer(question_id=plan.questions[0].id, gaps=(gap,), findings=(odd, calm))
    state = a_state(
        IncidentDeclared(incident=an_incident()),
        PlanMade(plan=plan),
        QuestionAnswered(answer=answer),
        ConflictFound(conflict=conflict),
        _CLEARED,
    )

    account = synthesize(state, POLICY, NOW)

    assert account.gap_ids == (gap.id,)
    assert account.conflict_ids == (conflict.id,)
    assert account.symptoms == ("errors rose",)
    assert account.sentences[-1].text == "Two stories."
    assert account.waiting_for == ("network",)


def test_the_basis_changes_with_verdicts_but_not_with_recovery_checks() -> None:
    """Measuring whether the fix worked must not rewrite the diagnosis."""
    hypothesis = a_hypothesis()
    bodies = [*answered(hypothesis), *verified(*hypothesis.claims)]
    before = basis(a_state(*answered(hypothesis)))
    (verdict_event,) = verified(*hypothesis.claims)
    again = verdict_event.model_copy(
        update={
            "verdict": verdict_event.verdict.model_copy(update={"round": "recovery-1", "id": "v2"})
        }
    )

    assert basis(a_state(*bodies)) != before
    assert basis(a_state(*bodies, again)) == basis(a_state(*bodies))
