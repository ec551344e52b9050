"""Secrets are gone before anybody reads, keeps or reasons about them."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.domain.base import EntityRef
from agents.domain.document import Document
from agents.domain.readings import LogLine, Resource, Series
from agents.gateway.capping import Caps, clean
from agents.gateway.redaction import redact

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAAAA\n-----END RSA PRIVATE KEY-----"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
AWS_ID = "AKIA" + "IOSFODNN7EXAMPLE"
SLACK = "xoxb-" + "123456789012-abcdefghijkl"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ("proxy said: basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy"),
        (f"using {AWS_ID} in eu-west-1", AWS_ID),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI/K7MDENG"),
        ("postgres://app:hunter2@db:5432/orders", "hunter2"),
        ("redis://:p@ss:word@cache:6379/0", "p@ss:word"),
        ("dsn=host=db password=hunter2 user=app", "hunter2"),
        ('{"db_password": "hunter 2"}', "hunter 2"),
        ("PGPASSWORD='hunter2' psql", "hunter2"),
        ("retrying with api-key: k3y0123456", "k3y0123456"),
        (f"tls: {KEY} failed", "MIIEow"),
        ("-----BEGIN PRIVATE KEY-----\nMIICdg and the log line was cut", "MIICdg"),
        (f"token {JWT} expired", JWT),
        (f"posting as {SLACK}", SLACK),
        ("https://x.test/?access_token=abc123&page=2", "abc123"),
    ],
)
def test_a_secret_in_a_text_is_redacted(text: str, secret: str) -> None:
    """A log line in the channel is read by everybody who was invited, and kept."""
    cleaned = redact(text)

    assert secret not in cleaned
    assert "[redacted" in cleaned


@pytest.mark.parametrize(
    "text",
    [
        'FATAL: password authentication failed for user "app"',
        'secret "db-credentials" not found',
        "couldn't find key password in Secret shop/db",
        "https://shop.example/checkout?page=2",
        "max_tokens exceeded after 3 retries",
        "Back-off pulling image registry/checkout:1.4",
    ],
)
def test_what_only_speaks_of_secrets_is_left_as_it_is(text: str) -> None:
    """The name of the missing secret is the cause; redacting it would hide the diagnosis."""
    assert redact(text) == text


@given(st.text(alphabet="ab:/@=.\"' -password", max_size=80))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    """Text passes the gate more than once on its way into the journal."""
    once = redact(text)

    assert redact(once) == once


def line(message: str) -> tuple[LogLine, ...]:
    """Return one log line."""
    return (LogLine(timestamp=datetime(2026, 11, 19, tzinfo=UTC), entity=None, message=message),)


def test_a_secret_at_the_cut_does_not_stay_in_half() -> None:
    """The first half of a token is half the work of guessing it."""
    (cleaned,), _ = clean(line("x" * 20 + f" {JWT}"), Caps(characters=30))

    assert JWT[:12] not in cleaned.message
    assert cleaned.message.endswith("more characters]")


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "evil", ["eyJaaaaaa-", "a-", "password", "x://", "-----BEGIN PRIVATE KEY-----", 'token="', "= "]
)
def test_a_text_that_was_made_to_be_slow_is_not(evil: str) -> None:
    """Whoever can write a log line must not be able to stop the investigation of it."""
    (cleaned,), notices = clean(line(evil * (2_000_000 // len(evil))), Caps())

    assert len(cleaned.message) < 21_000
    assert notices


def pod(body: dict[str, object], kind: str = "pods") -> Resource:
    """Return an API object with a body."""
    document = Document.model_validate({"body": body})
    return Resource(kind=kind, entity=EntityRef(kind="pod", name="checkout-1"), document=document)


def test_secrets_are_found_however_deep_and_by_the_names_beside_them() -> None:
    """Container environments write the name and the value into two fields."""
    body: dict[str, object] = {
        "spec": {
            "containers": [
                {
                    "env": [
                        {"name": "DB_PASSWORD", "value": "hunter2"},
                        {"name": "LOG_LEVEL", "value": "debug"},
                        {
                            "name": "API_TOKEN",
                            "valueFrom": {"secretKeyRef": {"name": "api", "key": "token"}},
                        },
                    ],
                    "args": ["--dsn", "postgres://app:hunter3@db/orders"],
                }
            ]
        },
        "Environment": {"Variables": {"STRIPE_SECRET": "hunter4"}},
    }

    (cleaned,), _ = clean((pod(body),), Caps())

    written = cleaned.model_dump_json()
    assert not any(secret in written for secret in ("hunter2", "hunter3", "hunter4"))
    assert cleaned.document.text("spec.containers[0].env[1].value") == "debug"
    reference = "spec.containers[0].env[2].valueFrom.secretKeyRef.key"
    assert cleaned.document.text(reference) == "token"


@pytest.mark.parametrize("says_its_kind", [True, False])
def test_a_kubernetes_secret_keeps_its_names_and_loses_its_values(
    says_its_kind: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Whether the key is there is evidence; what is in it is not."""
    body: dict[str, object] = {"metadata": {"name": "db"}, "data": {"url": "aHVudGVyMg=="}}
    body |= {"kind": "Secret"} if says_its_kind else {}

    (cleaned,), _ = clean((pod(body, kind="secrets"),), Caps())

    assert "aHVudGVyMg==" not in cleaned.model_dump_json()
    assert cleaned.document.at("keys(data)") == ["url"]


def test_a_reading_without_secrets_is_the_same_object() -> None:
    """A megabyte of clean objects must not be copied for every check."""
    series = (Series(name="latency", times=(1.0,), values=(2.0,)),)
    resources = (pod({"status": {"phase": "Running", "list": [1, "two", None]}}),)

    assert clean(series, Caps())[0][0] is series[0]
    assert clean(resources, Caps())[0][0] is resources[0]
    assert json.loads(resources[0].model_dump_json())["document"]["body"]["status"]
