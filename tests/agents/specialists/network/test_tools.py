"""Reading what network tools print, as people paste it into a room."""

import pytest

from agents.specialists.network.tools import (
    Reader,
    answers,
    listen_queues,
    ports_and_connections,
    processors,
    round_trips,
)

DIG = ";; ->>HEADER<<- opcode: QUERY, status: {}, id: 4711"
OPENSSL = "    Verify return code: {}"


@pytest.mark.parametrize(
    ("reader", "text", "mode"),
    [
        (answers, DIG.format("SERVFAIL"), "dns_servfail"),
        (answers, DIG.format("NXDOMAIN"), "dns_nxdomain"),
        (answers, ";; connection timed out; no servers could be reached", "dns_timeout"),
        (answers, OPENSSL.format("10 (certificate has expired)"), "tls_expired"),
        (answers, OPENSSL.format("20 (unable to get local issuer)"), "tls_untrusted_chain"),
        (answers, OPENSSL.format("62 (hostname mismatch)"), "tls_name_mismatch"),
        (
            listen_queues,
            "    4123 times the listen queue of a socket overflowed",
            "listen_queue_overflow",
        ),
        (
            ports_and_connections,
            "[81.2] nf_conntrack: table full, dropping packet",
            "conntrack_full",
        ),
        (processors, "CPU %usr %soft %steal %idle\nall 9.0 1.0 41.0 49.0", "noisy_neighbour"),
        (round_trips, "10 packets transmitted, 7 received, 30% packet loss", "packet_loss"),
    ],
)
def test_a_line_that_states_a_fault_is_read_as_that_fault(
    reader: Reader, text: str, mode: str
) -> None:
    """A responder who pastes the output of a tool should not have to explain it."""
    found = [sign.mode for sign in reader(text)]

    assert found == [mode]


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (answers, DIG.format("NOERROR")),
        (answers, OPENSSL.format("0 (ok)")),
        (listen_queues, "    2 times the listen queue of a socket overflowed"),
        (round_trips, "10 packets transmitted, 10 received, 0% packet loss"),
        (processors, "CPU %usr %soft %steal %idle\nall 9.0 1.0 0.3 89.7"),
    ],
)
def test_ordinary_output_says_nothing(reader: Reader, text: str) -> None:
    """A tool's normal output is most of what people paste; it must not raise suspicion."""
    assert list(reader(text)) == []
