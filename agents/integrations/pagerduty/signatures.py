"""The signatures of PagerDuty's v3 webhooks."""

import hmac
from collections.abc import Sequence
from hashlib import sha256

from pydantic import SecretStr

from agents.errors import InvalidSignature

HEADER = "X-PagerDuty-Signature"
_VERSION = "v1="
_REMEDY = "Set WARROOM_PAGERDUTY_WEBHOOK_SECRETS to the secret of the webhook subscription."


class SignatureCheck:
    """Checks that a body was signed with one of our secrets; several are valid in a rotation.

    The signature covers no time: a replay is recognised by the event that it repeats.
    """

    def __init__(self, secrets: SecretStr) -> None:
        """Keep the secrets, given with commas between them."""
        self._secrets = tuple(s.strip() for s in secrets.get_secret_value().split(",") if s.strip())

    def __call__(self, body: bytes, header: str) -> None:
        """Accept a body whose header holds a signature with any of our secrets.

        Raises:
            InvalidSignature: none of them matches, or there is nothing to match.
        """
        if not self._secrets:
            raise InvalidSignature("This receiver has no webhook secret.", remedy=_REMEDY)
        given = [part.strip() for part in header.split(",")]
        signatures = [part.removeprefix(_VERSION) for part in given if part.startswith(_VERSION)]
        if not signatures:
            raise InvalidSignature(f"The header {HEADER} has no v1 signature.", remedy=_REMEDY)
        if not _any_equal(signatures, [sign(body, secret) for secret in self._secrets]):
            raise InvalidSignature("The signature does not match the body.", remedy=_REMEDY)


def sign(body: bytes, secret: str) -> str:
    """Return the signature of a body, in hexadecimal."""
    return hmac.new(secret.encode(), body, sha256).hexdigest()


def _any_equal(given: Sequence[str], ours: Sequence[str]) -> bool:
    """Compare each with each, always all of them, so that timing tells nothing."""
    equal = [hmac.compare_digest(g.encode(), o.encode()) for g in given for o in ours]
    return any(equal)
