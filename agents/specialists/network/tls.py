"""Certificates: in time, for the right name, from an issuer that clients trust?"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Hypothesis
from agents.domain.measures import Comparator, Measure, MetricSelector, Reduction
from agents.domain.readings import ProbeResult, Series
from agents.domain.reduction import is_number
from agents.errors import PermissionMissing, ScopeViolation
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.connections import affected, connection_failures, lines_claim
from agents.specialists.network.faults import groups_of
from agents.specialists.network.view import NetworkView

_MODES = {
    "expired": "tls_expired",
    "not_yet_valid": "tls_not_yet_valid",
    "name_mismatch": "tls_name_mismatch",
    "untrusted_chain": "tls_untrusted_chain",
}
_SOON_DAYS = 14.0
_CERTIFICATE = re.compile(r"cert|tls|ssl|x509", re.IGNORECASE)


@check(
    needs=(), modes=("tls_expired", "tls_not_yet_valid", "tls_name_mismatch", "tls_untrusted_chain")
)
def certificates_that_fail(view: NetworkView) -> Iterator[Found]:
    """Tell an expired certificate from one for another name and from an untrusted issuer."""
    yield from connection_failures(view, "tls", _MODES)


@check(needs=("probe:tls",), modes=())
def certificates_that_expire_soon(view: NetworkView) -> Iterator[Found]:
    """Warn of certificates that are still valid, but not for long."""
    for target in view.targets("tls"):
        result = _shown(view, target)
        days = result.value("days_left") if result and result.ok else None
        if result is not None and is_number(days) and days <= _SOON_DAYS:
            text = f"The certificate of {target} expires in {days:.0f} days."
            evidence = Evidence(source="probe:tls", at=result.at, text=text)
            yield Finding(text=text, is_anomalous=True, evidence=(evidence,))


def _shown(view: NetworkView, target: str) -> ProbeResult | None:
    """Return what the server shows; a refusal is reported by the other check."""
    try:
        return view.probe("tls", target)
    except (PermissionMissing, ScopeViolation):
        return None


@check(needs=("metrics",), modes=("tls_expired",))
def certificates_whose_time_ran_out(view: NetworkView) -> Iterator[Found]:
    """Find gauges of the time that certificates have left, and that have crossed zero.

    No deploy does that: the moment is written in the certificate.
    """
    for series in view.series("*expir*", view.whole):
        if _CERTIFICATE.search(series.name) and _ran_out(series):
            yield _by_its_clock(view, series)


def _ran_out(series: Series) -> bool:
    return bool(series.values) and series.values[-1] <= 0 < max(series.values)


def _by_its_clock(view: NetworkView, series: Series) -> Hypothesis:
    crossed = next(i for i, value in enumerate(series.values) if value <= 0)
    onset = datetime.fromtimestamp(series.times[crossed], UTC)
    told = [group for group in groups_of(view) if group.mode == "tls_expired"]
    measured = series.entity or EntityRef(kind="service", name=view.alert.service or "unknown")
    entity = told[0].callee if told else measured
    left = Claim(
        text=f"{series.name} of {measured.name} has run out.",
        subject=measured,
        measure=Measure(
            selector=MetricSelector(name=series.name, entity=series.entity),
            reduce=Reduction.LAST,
        ),
        comparator=Comparator.AT_MOST,
        expected=0,
        window=view.whole,
        sufficiency=2.0,
        necessity=2.5,
    )
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="tls_expired"),
        summary=f"The certificate of {entity.name} expired at {onset:%H:%M} UTC by its own clock "
        f"({series.name}).",
        claims=(left, *(lines_claim(group, view) for group in told[:1])),
        explains=tuple(
            dict.fromkeys(
                [entity, measured, *(e for group in told for e in affected(view, entity, group))]
            )
        ),
        onset=onset,
        evidence=(Evidence(source="metrics", entity=measured, at=onset, text=left.text),),
    )


TLS_CHECKS: tuple[Check[NetworkView], ...] = (
    certificates_that_fail,
    certificates_that_expire_soon,
    certificates_whose_time_ran_out,
)
