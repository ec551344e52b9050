"""Certificates: in time, for the right name, from an issuer that clients trust?"""

from collections.abc import Iterator

from agents.domain.hypotheses import Evidence, Finding
from agents.domain.readings import ProbeResult
from agents.domain.reduction import is_number
from agents.errors import PermissionMissing, ScopeViolation
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.connections import connection_failures
from agents.specialists.network.view import NetworkView

_MODES = {
    "expired": "tls_expired",
    "not_yet_valid": "tls_not_yet_valid",
    "name_mismatch": "tls_name_mismatch",
    "untrusted_chain": "tls_untrusted_chain",
}
_SOON_DAYS = 14.0


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


TLS_CHECKS: tuple[Check[NetworkView], ...] = (
    certificates_that_fail,
    certificates_that_expire_soon,
)
