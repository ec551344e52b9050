"""Shaking hands, and reading the certificate that the server shows."""

import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from pydantic import JsonValue

from agents.integrations.probes.allowing import Address, AllowList
from agents.integrations.probes.seen import Seen, kind_of
from agents.integrations.probes.tcp import open_connection

_SECONDS_PER_DAY = 86400.0
_EXPIRED, _NOT_YET_VALID = 10, 9
_MISMATCHES = frozenset({62, 64})
_KINDS = {_EXPIRED: "expired", _NOT_YET_VALID: "not_yet_valid"}
"""OpenSSL's verification codes (`man openssl-verification-options`); others mean the chain."""


def shake_hands(
    address: Address,
    allowed: AllowList,
    timeout_seconds: float,
    ca_file: Path | None,
    now: datetime,
) -> Seen:
    """Shake hands as a client that verifies, and tell what it would object to.

    Error kinds: `expired`, `not_yet_valid`, `name_mismatch`, `untrusted_chain`, `protocol`, and
    those of a TCP connection.
    """
    context = ssl.create_default_context(cafile=ca_file)
    began = time.perf_counter()
    kind, error, protocol = "", "", ""
    try:
        with (
            open_connection(address, allowed, timeout_seconds) as connection,
            context.wrap_socket(connection, server_hostname=address.host) as secured,
        ):
            protocol = secured.version() or ""
    except ssl.SSLCertVerificationError as objection:
        kind, error = _objection(objection.verify_code), objection.verify_message
    except ssl.SSLError as failed:
        kind, error = "protocol", str(failed.reason or failed)
    except OSError as failed:
        kind, error = kind_of(failed), str(failed)
    elapsed = 1000 * (time.perf_counter() - began)
    fields: dict[str, JsonValue] = {"protocol": protocol, "error": error}
    fields.update(_certificate(address, allowed, timeout_seconds, now))
    return Seen(kind, elapsed, fields)


def _objection(code: int) -> str:
    return "name_mismatch" if code in _MISMATCHES else _KINDS.get(code, "untrusted_chain")


def _certificate(
    address: Address, allowed: AllowList, timeout_seconds: float, now: datetime
) -> Mapping[str, JsonValue]:
    """Read the certificate on a connection that trusts nobody and says nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            open_connection(address, allowed, timeout_seconds) as connection,
            context.wrap_socket(connection, server_hostname=address.host) as secured,
        ):
            shown = secured.getpeercert(binary_form=True)
    except OSError:
        return {}
    return _described(x509.load_der_x509_certificate(shown), now) if shown else {}


def _described(certificate: x509.Certificate, now: datetime) -> Mapping[str, JsonValue]:
    ends = certificate.not_valid_after_utc
    days_left = (ends - now.astimezone(UTC)).total_seconds() / _SECONDS_PER_DAY
    return {
        "not_before": certificate.not_valid_before_utc.isoformat(),
        "not_after": ends.isoformat(),
        "days_left": round(days_left, 2),
        "issuer": certificate.issuer.rfc4514_string(),
        "subject": certificate.subject.rfc4514_string(),
        "names": list[JsonValue](_names(certificate)),
    }


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in extension.value]
