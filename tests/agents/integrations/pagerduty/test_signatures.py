"""Who may page us."""

import pytest
from pydantic import SecretStr

from agents.errors import InvalidSignature
from agents.integrations.pagerduty.signatures import SignatureCheck, sign

BODY = b'{"event": {"event_type": "incident.triggered"}}'


def check(secrets: str = "old,new") -> SignatureCheck:
    """Make a check with some secrets."""
    return SignatureCheck(SecretStr(secrets))


@pytest.mark.parametrize("secret", ["old", "new"])
def test_any_of_our_secrets_will_do(secret: str) -> None:
    """During a rotation both ends change at different times, and no page may be lost."""
    check()(BODY, f"v1={sign(BODY, secret)}")


def test_any_of_their_signatures_will_do() -> None:
    """PagerDuty signs with every active secret and sends all signatures in one header."""
    check("new")(BODY, f"v1={sign(BODY, 'other')}, v1={sign(BODY, 'new')},v2=later")


def test_a_known_signature_is_recomputed_alike() -> None:
    """The vendor's scheme: HMAC-SHA256 of the raw body, in hexadecimal."""
    expected = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"

    assert sign(b"The quick brown fox jumps over the lazy dog", "key") == expected


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (f"v1={sign(BODY, 'stranger')}", "does not match"),
        (f"v1={sign(BODY + b' ', 'old')}", "does not match"),
        (f"v2={sign(BODY, 'old')}", "no v1 signature"),
        ("v1=", "does not match"),
        ("v1=\u00e4", "does not match"),
        ("", "no v1 signature"),
    ],
)
def test_anything_else_is_refused(header: str, says: str) -> None:
    """Whoever can page us can fill every channel."""
    with pytest.raises(InvalidSignature, match=says):
        check()(BODY, header)


@pytest.mark.parametrize("secrets", ["", " , "])
def test_without_a_secret_nobody_is_believed(secrets: str) -> None:
    """An unfinished installation must not take orders from the whole network."""
    with pytest.raises(InvalidSignature, match="no webhook secret") as refused:
        check(secrets)(BODY, f"v1={sign(BODY, '')}")

    assert "WARROOM_PAGERDUTY_WEBHOOK_SECRETS" in refused.value.remedy
