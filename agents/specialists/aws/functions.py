"""Lambda functions: errors, timeouts, throttles and the concurrency that they share."""

from collections.abc import Iterator

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, LogSelector, Reduction
from agents.specialists.aws.claims import logged, metric, share
from agents.specialists.aws.view import AwsView, Signal
from agents.specialists.framework import Check, Found, check

_NAMESPACE = "AWS/Lambda"
_TIMED_OUT = r"Task timed out after|Status: timeout"
_ERROR_SHARE = 0.05
_THROTTLE_SHARE = 0.01
_FEWEST = 3
_TIMES_BEFORE = 3.0
_AT_TIMEOUT = 0.98
_FULL = 0.95
_CONCURRENCY_QUOTA = "L-B99A9384"
_OF_THE_ACCOUNT = ("ClaimedAccountConcurrency", "UnreservedConcurrentExecutions")


@check(needs=("metrics",), modes=("lambda_errors",))
def failing_functions(view: AwsView) -> Iterator[Found]:
    """Find functions of which far more invocations fail now than usually do."""
    for errors in view.signals(_NAMESPACE, "Errors", "Sum"):
        invocations = _of(view.signals(_NAMESPACE, "Invocations", "Sum"), errors)
        if invocations is None or not view.goes_on(errors):
            continue
        now = _share(sum(errors.values(view.recent)), sum(invocations.values(view.recent)))
        usual = _share(view.usual(errors), view.usual(invocations))
        if now < max(_ERROR_SHARE, _TIMES_BEFORE * usual):
            continue
        text = f"{now:.0%} of the invocations of {errors.entity.name} fail, usually {usual:.0%}."
        claim = share(view, errors, invocations, max(_ERROR_SHARE, now / 2), text, sufficiency=3.0)
        yield _hypothesis(view, errors, "lambda_errors", text, (claim,))


@check(needs=("metrics",), modes=("lambda_throttled",))
def throttled_functions(view: AwsView) -> Iterator[Found]:
    """Find functions whose invocations are refused now for want of concurrency."""
    for throttles in view.signals(_NAMESPACE, "Throttles", "Sum"):
        refused = sum(throttles.values(view.recent))
        invocations = _of(view.signals(_NAMESPACE, "Invocations", "Sum"), throttles)
        served = sum(invocations.values(view.recent)) if invocations else 0.0
        is_rare = _share(refused, refused + served) < _THROTTLE_SHARE
        if not view.goes_on(throttles) or refused < _FEWEST or is_rare:
            continue
        text = f"{refused:.0f} invocations of {throttles.entity.name} were throttled lately."
        claim = metric(
            view, throttles, Reduction.SUM, Comparator.AT_LEAST, refused / 2, text, sufficiency=2.8
        )
        reserved = _reserved(view, throttles.entity)
        why = f" Its reserved concurrency is {reserved:.0f}." if reserved is not None else ""
        yield _hypothesis(view, throttles, "lambda_throttled", f"{text}{why}", (claim,))


@check(needs=("metrics", "objects:lambda.functions"), modes=("lambda_timeouts",))
def functions_that_time_out(view: AwsView) -> Iterator[Found]:
    """Find functions that are cut off by their own timeout now, again and again."""
    timeouts = {f.entity: f.document.number("Timeout") for f in view.objects("lambda.functions")}
    for duration in view.signals(_NAMESPACE, "Duration", "Maximum", "p99"):
        seconds = timeouts.get(duration.entity)
        if not seconds:
            continue
        least = _AT_TIMEOUT * seconds * 1000
        recent = duration.values(view.recent)
        lines = view.logs(_TIMED_OUT, duration.entity)
        if sum(value >= least for value in recent) < 2 - bool(lines) or recent[-1] < least:
            continue
        text = f"Invocations of {duration.entity.name} last as long as its timeout, {seconds:g} s."
        claim = metric(
            view, duration, Reduction.MAX, Comparator.AT_LEAST, least, text, sufficiency=2.8
        )
        said = tuple(_timed_out(view, duration.entity, len(lines)) for _ in lines[:1])
        onset = duration.first_beyond(least, view.window)
        evidence = tuple(
            Evidence(source="logs", entity=line.entity, at=line.timestamp, text=line.message[:400])
            for line in lines[:3]
        )
        yield Hypothesis(
            cause=Cause(entity=duration.entity, failure_mode="lambda_timeouts"),
            summary=text,
            claims=(claim, *said),
            explains=view.explains(duration.entity),
            prior_shift=view.relevance(duration.entity),
            onset=onset,
            evidence=evidence,
        )


@check(needs=("metrics",), modes=("lambda_concurrency_exhausted",))
def concurrency_of_the_account(view: AwsView) -> Iterator[Found]:
    """Tell whether all functions together use up what the account may run at once."""
    limit = _account_limit(view)
    for name in _OF_THE_ACCOUNT if limit else ():
        for used in view.account_signals(_NAMESPACE, name, "Maximum", "Average"):
            recent = used.values(view.recent)
            if not recent or recent[-1] < _FULL * limit:
                continue
            text = f"{recent[-1]:.0f} of {limit:.0f} concurrent executions are in use."
            claim = metric(
                view,
                used,
                Reduction.LAST,
                Comparator.AT_LEAST,
                _FULL * limit,
                text,
                sufficiency=2.8,
            )
            throttled = [
                one.entity
                for one in view.signals(_NAMESPACE, "Throttles", "Sum")
                if view.goes_on(one)
            ]
            entity = EntityRef(kind="aws_service", name="lambda")
            yield Hypothesis(
                cause=Cause(entity=entity, failure_mode="lambda_concurrency_exhausted"),
                summary=f"{text} {len(throttled)} functions are throttled.",
                claims=(claim,),
                explains=view.explains(entity, *throttled),
                onset=used.first_beyond(_FULL * limit, view.window),
                prior_shift=0.0 if throttled else -1.0,
            )
            return


def _hypothesis(
    view: AwsView, signal: Signal, mode: str, text: str, claims: tuple[Claim, ...]
) -> Hypothesis:
    least = 1.0 + _TIMES_BEFORE * view.usual(signal)
    return Hypothesis(
        cause=Cause(entity=signal.entity, failure_mode=mode),
        summary=text,
        claims=claims,
        explains=view.explains(signal.entity),
        prior_shift=view.relevance(signal.entity),
        onset=signal.first_beyond(least, view.window),
        evidence=(Evidence(source="metrics", entity=signal.entity, text=text),),
    )


def _timed_out(view: AwsView, entity: EntityRef, count: int) -> Claim:
    selector = LogSelector(entity=entity, pattern=_TIMED_OUT)
    return logged(view, entity, selector, f"{entity.name} logged {count} timeouts.")


def _of(signals: tuple[Signal, ...], like: Signal) -> Signal | None:
    return next((one for one in signals if one.entity == like.entity), None)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _reserved(view: AwsView, entity: EntityRef) -> float | None:
    for one in view.related("lambda.function_concurrency"):
        if one.entity == entity:
            return one.document.number("ReservedConcurrentExecutions")
    return None


def _account_limit(view: AwsView) -> float:
    for settings in view.related("lambda.account_settings"):
        found = settings.document.number("AccountLimit.ConcurrentExecutions")
        if found:
            return found
    for quota in view.related("service-quotas.service_quotas"):
        if quota.entity.name == _CONCURRENCY_QUOTA:
            return quota.document.number("Value") or 0.0
    return 0.0


FUNCTION_CHECKS: tuple[Check[AwsView], ...] = (
    failing_functions,
    throttled_functions,
    functions_that_time_out,
    concurrency_of_the_account,
)
