"""Connecting to Redis so that a restart of it is survived and a dead peer is noticed."""

from redis import Redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry

REPLY_SECONDS = 5.0
"""How long one answer may take. RQ raises it by itself for a worker's blocking reads."""
_CONNECT_SECONDS = 2.0
_IDLE_SECONDS = 30
"""A connection idle for longer is checked before it is used."""
_RETRIES = 6
_FIRST_NAP_SECONDS = 0.05
_LONGEST_NAP_SECONDS = 0.5
"""Six naps add up to less than two seconds, so that Slack still gets its answer within three."""


def connect(url: str) -> Redis:
    """Return a client that connects when it is used, and again after Redis was away."""
    backoff = ExponentialWithJitterBackoff(base=_FIRST_NAP_SECONDS, cap=_LONGEST_NAP_SECONDS)
    return Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - redis-py's own gap
        url,
        socket_timeout=REPLY_SECONDS,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_keepalive=True,
        health_check_interval=_IDLE_SECONDS,
        retry=Retry(backoff, _RETRIES),
    )
