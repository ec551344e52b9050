"""Each probe against the real fault that it must tell from the others."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from agents.domain.measures import ProbeSelector
from agents.domain.readings import ProbeResult
from agents.integrations.probes import Nameservers, ProbeTelemetry
from tests.agents.integrations.probes import faults

SECONDS = 0.5
NOW = datetime.now(UTC)


def probing(kind: str, target: str, ca_file: Path | None = None) -> ProbeResult:
    """Probe something on loopback."""
    telemetry = ProbeTelemetry(("127.0.0.1", "localhost"), timeout_seconds=SECONDS, ca_file=ca_file)
    selector = ProbeSelector.model_validate({"probe": kind, "target": target})
    return telemetry.probe(selector)


@pytest.fixture(scope="module")
def names() -> Iterator[ProbeTelemetry]:
    """Probe names of a zone on loopback."""
    with faults.nameserver() as port:
        yield ProbeTelemetry(
            ("*.shop.internal",),
            timeout_seconds=SECONDS,
            nameservers=Nameservers(("127.0.0.1",), port),
        )


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("payments.shop.internal", ""),
        ("missing.shop.internal", "nxdomain"),
        ("broken.shop.internal", "servfail"),
        ("closed.shop.internal", "refused"),
        ("silent.shop.internal", "timeout"),
        ("empty.shop.internal", "no_answer"),
    ],
)
def test_the_ways_in_which_a_name_does_not_resolve_are_told_apart(
    names: ProbeTelemetry, host: str, kind: str
) -> None:
    """A missing record and a dead resolver are mended by different people."""
    result = names.probe(ProbeSelector(probe="dns", target=host))

    assert (result.ok, result.error_kind) == (not kind, kind)


def test_a_name_that_resolves_gives_its_addresses(names: ProbeTelemetry) -> None:
    """Where a name leads is half of what there is to know of it."""
    result = names.probe(ProbeSelector(probe="dns", target="payments.shop.internal"))

    assert result.fields["addresses"] == ["10.0.3.7"]
    assert result.value("rcode") == "NOERROR"
    assert result.value("resolver")


def test_an_open_port_is_well_and_its_time_is_taken() -> None:
    """The control: a probe that fails on everything shows nothing."""
    with faults.listening() as server:
        result = probing("tcp", f"127.0.0.1:{faults.port_of(server)}")

    assert result.ok
    assert result.latency_ms is not None


def test_a_port_without_a_listener_refuses() -> None:
    """Refused means that the host is there and the process is not."""
    with faults.listening() as server:
        port = faults.port_of(server)

    assert probing("tcp", f"127.0.0.1:{port}").error_kind == "refused"


def test_a_server_that_hangs_up_at_once_resets() -> None:
    """A reset after the handshake looks like success to most checks."""
    with faults.accepting(faults.reset) as port:
        assert probing("tcp", f"127.0.0.1:{port}").error_kind == "reset"


def test_a_port_that_swallows_packets_times_out_in_bounded_time() -> None:
    """Silence means a dropped packet; the probe must not hang on it, or a worker hangs."""
    with faults.blackhole() as port:
        result = probing("tcp", f"127.0.0.1:{port}")

    assert result.error_kind == "timed_out"
    assert result.latency_ms is not None
    assert result.latency_ms < 3000 * SECONDS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Issue certificates."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """Trust the authority by a file, as an installation with its own CA does."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def shown(certificate: trustme.LeafCert, ca_file: Path | None) -> ProbeResult:
    """Probe a server that shows a certificate."""
    with faults.accepting(faults.shaking_hands(certificate)) as port:
        return probing("tls", f"localhost:{port}", ca_file)


def test_a_good_certificate_is_described(authority: trustme.CA, ca_file: Path) -> None:
    """Days left are what a warning is made of, names and issuer what a repair is."""
    result = shown(authority.issue_cert("localhost", not_after=NOW + timedelta(days=9)), ca_file)

    assert result.ok
    assert result.value("days_left") == pytest.approx(9, abs=0.1)
    assert result.fields["names"] == ["localhost"]
    assert str(result.value("protocol")).startswith("TLSv1")
    assert "trustme" in str(result.value("issuer"))


def test_an_expired_certificate_is_told(authority: trustme.CA, ca_file: Path) -> None:
    """The commonest outage of all, and the easiest to name."""
    past = NOW - timedelta(days=30), NOW - timedelta(hours=2)
    expired = authority.issue_cert("localhost", not_before=past[0], not_after=past[1])

    result = shown(expired, ca_file)

    assert result.error_kind == "expired"
    assert result.value("days_left") == pytest.approx(-2 / 24, abs=0.02)


def test_a_certificate_from_the_future_is_told(authority: trustme.CA, ca_file: Path) -> None:
    """A clock that runs behind makes every certificate one from the future."""
    future = authority.issue_cert("localhost", not_before=NOW + timedelta(days=1))

    assert shown(future, ca_file).error_kind == "not_yet_valid"


def test_a_certificate_for_another_name_is_told(authority: trustme.CA, ca_file: Path) -> None:
    """The names on it say whose certificate is being served."""
    result = shown(authority.issue_cert("billing.shop.internal"), ca_file)

    assert result.error_kind == "name_mismatch"
    assert result.fields["names"] == ["billing.shop.internal"]


def test_an_issuer_that_nobody_trusts_is_told(authority: trustme.CA) -> None:
    """Without the CA file, our own authority is a stranger's."""
    assert shown(authority.issue_cert("localhost"), None).error_kind == "untrusted_chain"


def test_a_port_that_speaks_no_tls_is_not_a_bad_certificate() -> None:
    """A plain listener behind an HTTPS address is a matter of configuration."""
    with faults.accepting(lambda connection: connection.sendall(b"220 hello\r\n")) as port:
        assert probing("tls", f"localhost:{port}").error_kind in {"protocol", "reset"}


def test_a_page_is_asked_for_and_its_status_kept() -> None:
    """The answer's first words often name the cause: "no upstream"."""
    with faults.pages() as port:
        well = probing("http", f"http://127.0.0.1:{port}/ok")
        broken = probing("http", f"http://127.0.0.1:{port}/broken")

    assert (well.ok, well.value("status")) == (True, 200)
    assert (broken.error_kind, broken.value("status")) == ("server_error", 503)
    assert broken.value("body_start") == "no upstream"


def test_a_redirect_is_followed_at_home_and_nowhere_else() -> None:
    """A redirect is the classic way to make a prober call something it must not."""
    with faults.pages() as port:
        home = probing("http", f"http://127.0.0.1:{port}/moved")
        away = probing("http", f"http://127.0.0.1:{port}/elsewhere")

    assert home.value("status") == 200
    assert (away.value("status"), away.value("location")) == (302, "http://127.0.0.1:1/secret")


def test_no_more_of_a_page_is_kept_than_its_start() -> None:
    """A probe must not fill the journal, nor the network."""
    with faults.pages() as port:
        result = probing("http", f"http://127.0.0.1:{port}/large")

    assert len(str(result.value("body_start"))) <= 400


def test_a_page_that_nobody_serves_says_why() -> None:
    """Refused and timed out differ for pages as they do for ports."""
    with faults.listening() as server:
        port = faults.port_of(server)

    assert probing("http", f"http://127.0.0.1:{port}/").error_kind == "refused"
