"""What may be probed, and what a text cannot make us probe."""

from datetime import UTC, datetime

import pytest

from agents.domain.base import Window
from agents.domain.measures import Measure, ObjectSelector, ProbeSelector, Reduction
from agents.errors import CannotMeasure, ScopeViolation
from agents.integrations.probes import ProbeTelemetry
from agents.integrations.probes.allowing import Address, AllowList
from agents.telemetry import measure_by_reading
from tests.agents.integrations.probes import faults

ALLOWED = AllowList(
    ("*.shop.internal", "10.0.3.7:5432", "https://status.example.com/health", "PAY.example.com")
)


@pytest.mark.parametrize(
    "target",
    [
        "payments.shop.internal",
        "payments.shop.internal:8443",
        "https://web.shop.internal/",
        "10.0.3.7:5432",
        "https://status.example.com/other",
        "pay.example.com:443",
    ],
)
def test_an_address_of_ours_may_be_probed(target: str) -> None:
    """What the topology lists is what people run."""
    ALLOWED.require(Address.parse(target))


@pytest.mark.parametrize(
    "target",
    [
        "169.254.169.254:80",
        "http://169.254.169.254/latest/meta-data/",
        "10.0.3.7:22",
        "evil.example.com",
        "shop.internal.evil.example.com:443",
        "https://status.example.com:8443/health",
        "localhost:6379",
    ],
)
def test_an_address_that_only_a_text_names_is_refused_with_a_remedy(target: str) -> None:
    """A log line is written by whoever sends the request; it must not steer our packets."""
    with pytest.raises(ScopeViolation) as refused:
        ALLOWED.require(Address.parse(target))

    assert "topology" in refused.value.remedy


def test_a_name_of_ours_that_leads_to_the_metadata_service_is_refused() -> None:
    """Whoever holds a record could otherwise read the machine's cloud credentials."""
    with pytest.raises(ScopeViolation, match="link-local"):
        ALLOWED.require_resolved("169.254.169.254", Address.parse("web.shop.internal:80"))


@pytest.mark.parametrize(
    "text", ["", "a b", "host/path", "ftp://host/", "user@host", "host:99999", "http://", "h?x=1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """A probe of something half understood is a probe of something else."""
    with pytest.raises(CannotMeasure):
        Address.parse(text)


def test_nothing_is_sent_to_what_is_not_allowed() -> None:
    """The refusal comes before the connection, not after."""
    with faults.listening() as server:
        target = f"127.0.0.1:{faults.port_of(server)}"
        telemetry = ProbeTelemetry(("payments.shop.internal",))

        with pytest.raises(ScopeViolation):
            telemetry.probe(ProbeSelector(probe="tcp", target=target))

        server.setblocking(False)  # noqa: FBT003 - the socket module's own signature
        with pytest.raises(BlockingIOError):
            server.accept()


def test_what_can_be_probed_is_listed_for_the_specialist() -> None:
    """It looks at what is ours without being told where that is."""
    telemetry = ProbeTelemetry(
        (
            "*.shop.internal",
            "pay.example.com:8443",
            "https://web.example.com/health",
            "10.0.3.7:5432",
        )
    )

    listed = telemetry.objects(ObjectSelector(kind="network.probes"))

    assert [r.entity.name for r in listed] == [
        "dns:pay.example.com",
        "tcp:pay.example.com:8443",
        "tls:pay.example.com:8443",
        "dns:web.example.com",
        "tcp:web.example.com:443",
        "tls:web.example.com:443",
        "http:https://web.example.com/health",
        "tcp:10.0.3.7:5432",
    ]


def test_a_claim_about_a_probe_is_probed_again() -> None:
    """What was refused a minute ago may be served by now: the verdict must be of now."""
    selector = ProbeSelector(probe="tcp", target="127.0.0.1:1", field="error_kind")
    measure = Measure(selector=selector, reduce=Reduction.LAST)
    telemetry = ProbeTelemetry(("127.0.0.1",), timeout_seconds=0.5)
    now = datetime.now(UTC)
    window = Window(start=now, end=now)

    measured = telemetry.measure(measure, window)

    assert measured.value == "refused"
    assert measured == measure_by_reading(telemetry, measure, window, "ProbeTelemetry")
