"""Connections: are they accepted, refused, dropped or torn down?"""

from collections.abc import Iterator

from agents.specialists.framework import Check, Found, check
from agents.specialists.network.connections import connection_failures
from agents.specialists.network.view import NetworkView

_MODES = {
    "refused": "tcp_refused",
    "timed_out": "tcp_timed_out",
    "timeout": "tcp_timed_out",
    "unreachable": "tcp_timed_out",
    "reset": "tcp_reset",
}


@check(needs=(), modes=("tcp_refused", "tcp_timed_out", "tcp_reset"))
def connections_that_fail(view: NetworkView) -> Iterator[Found]:
    """Tell a port that refuses from one that is silent and from one that hangs up."""
    yield from connection_failures(view, "tcp", _MODES)


TCP_CHECKS: tuple[Check[NetworkView], ...] = (connections_that_fail,)
