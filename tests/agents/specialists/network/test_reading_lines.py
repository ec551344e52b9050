"""What log lines tell: the kind of failure, and the address it is about."""

from datetime import UTC, datetime

import pytest

from agents.domain.base import EntityRef
from agents.domain.readings import LogLine, Service, Topology
from agents.specialists.network.faults import told_by
from agents.specialists.network.targets import Target, addresses_of, target_in

AFTER = "current time 2026-11-20T14:05:00Z is after 2026-11-20T14:00:00Z"
BEFORE = "current time 2026-11-20T14:05:00Z is before 2026-11-21T00:00:00Z"


@pytest.mark.parametrize(
    ("message", "mode"),
    [
        ("dial tcp: lookup pay.shop.internal on 10.0.0.2:53: no such host", "dns_nxdomain"),
        ("getaddrinfo ENOTFOUND pay.shop.internal", "dns_nxdomain"),
        ("java.net.UnknownHostException: pay.shop.internal", "dns_nxdomain"),
        ('could not translate host name "db": Name or service not known', "dns_nxdomain"),
        ("lookup pay.shop.internal on 10.0.0.2:53: server misbehaving", "dns_servfail"),
        ("lookup pay on 10.0.0.2:53: read udp 10.0.1.4:5->10.0.0.2:53: i/o timeout", "dns_timeout"),
        ("[Errno -3] Temporary failure in name resolution", "dns_timeout"),
        (f"x509: certificate has expired or is not yet valid: {AFTER}", "tls_expired"),
        (f"x509: certificate has expired or is not yet valid: {BEFORE}", "tls_not_yet_valid"),
        ("SSL: certificate verify failed: certificate has expired (_ssl.c:1000)", "tls_expired"),
        ("Error: CERT_HAS_EXPIRED", "tls_expired"),
        ("x509: certificate is valid for a.example, not b.example", "tls_name_mismatch"),
        ("ERR_TLS_CERT_ALTNAME_INVALID", "tls_name_mismatch"),
        ("x509: certificate signed by unknown authority", "tls_untrusted_chain"),
        ("PKIX path building failed", "tls_untrusted_chain"),
        ("SSL: self-signed certificate in certificate chain", "tls_untrusted_chain"),
        ("dial tcp 10.0.3.7:8443: connect: connection refused", "tcp_refused"),
        ("connect ECONNREFUSED 10.0.3.7:8443", "tcp_refused"),
        ("read: connection reset by peer", "tcp_reset"),
        ("server closed the connection unexpectedly", "tcp_reset"),
        ("dial tcp 10.0.3.7:8443: i/o timeout", "tcp_timed_out"),
        ("failed: Connection timed out", "tcp_timed_out"),
        ("No route to host", "tcp_timed_out"),
        ("upstream timed out (110: Connection timed out) while connecting", "tcp_timed_out"),
        ("upstream timed out (110: Connection timed out) while reading", "upstream_timeouts"),
        (
            "rpc error: code = DeadlineExceeded desc = context deadline exceeded",
            "upstream_timeouts",
        ),
        ("upstream timeout after 2 s: POST /orders", "upstream_timeouts"),
        ("payments answered 503", "http_upstream_errors"),
        ("GET /health answered 200 in 3 ms", None),
        ("certificate check: notAfter=2027-01-01", None),
        ("retry budget is 500 requests", None),
    ],
)
def test_a_line_is_read_for_what_it_tells(message: str, mode: str | None) -> None:
    """Each runtime words the same failure in its own way; responders should not have to know."""
    line = LogLine(timestamp=datetime(2026, 11, 20, tzinfo=UTC), entity=None, message=message)

    assert told_by(line) == mode


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("dial tcp: lookup pay.shop.internal on 10.0.0.2:53: no such host", "pay.shop.internal"),
        ("dial tcp 10.0.3.7:8443: connect: connection refused", "10.0.3.7:8443"),
        ('Post "https://pay.shop.internal:8443/charge": EOF', "pay.shop.internal:8443"),
        ("redis://user:pw@cache.shop.internal:6379/0 is gone", "cache.shop.internal:6379"),
        ("connect ECONNREFUSED 10.0.3.7:8443", "10.0.3.7:8443"),
        ("getaddrinfo ENOTFOUND pay.shop.internal", "pay.shop.internal"),
        ('connection to server at "db.shop" (10.0.8.5), port 5432 failed', "db.shop:5432"),
        ('could not translate host name "db.shop" to address', "db.shop"),
        ("HTTPSConnectionPool(host='pay.shop', port=443): Max retries", "pay.shop:443"),
        ("Cannot connect to host pay.shop:8080 ssl:default", "pay.shop:8080"),
        ("Connect call failed ('127.0.0.1', 4711)", "127.0.0.1:4711"),
        ("checkout-7d9f:8080 refused us", "checkout-7d9f:8080"),
        ("took 12:30:45 to answer", None),
        ("upstream timeout after 2 s", None),
    ],
)
def test_the_address_is_taken_from_the_line(message: str, expected: str | None) -> None:
    """Who is called is half of the finding; the line usually says."""
    found = target_in(message, {})

    assert (found.text if found else None) == expected


def test_an_attribute_may_name_the_address_too() -> None:
    """Structured logs keep the peer beside the message."""
    found = target_in("call failed", {"server.address": "pay.shop.internal:8443"})

    assert found == Target("pay.shop.internal", 8443)


@pytest.mark.parametrize(
    ("address", "probe", "handed_over"),
    [
        ("https://pay.shop.internal:8443/x", "tls", "pay.shop.internal:8443"),
        ("https://pay.shop.internal/x", "http", "https://pay.shop.internal/x"),
        ("pay.shop.internal:5432", "tls", ""),
        ("pay.shop.internal:5432", "tcp", "pay.shop.internal:5432"),
        ("10.0.3.7:5432", "dns", ""),
        ("orders-db", "dns", ""),
        ("pay.shop.internal", "tcp", ""),
    ],
)
def test_a_probe_is_handed_only_what_suits_it(address: str, probe: str, handed_over: str) -> None:
    """A TLS handshake with a database port would read as a broken certificate."""
    target = Target.parse(address)

    assert target is not None
    assert target.for_probe(probe) == handed_over


def test_what_the_services_list_as_their_own_may_be_probed() -> None:
    """The topology is the allow list: a person wrote it, and reviewed who is called."""
    resources = (
        EntityRef.parse("endpoint/pay.shop.internal:8443"),
        EntityRef.parse("url/https://status.example.com/health"),
        EntityRef.parse("pod/shop/pay-7d9f"),
    )

    allowed = addresses_of(Topology(services=(Service(name="payments", resources=resources),)))

    assert allowed == ("pay.shop.internal:8443", "https://status.example.com/health")
