"""Slack, PagerDuty, GitHub, Anthropic, Prometheus and Loki: whatever answers over HTTP."""

import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

import httpx
from pydantic import SecretStr, TypeAdapter, ValidationError

from agents.domain.document import Document
from agents.settings import Settings
from bot.commands.doctor.finding import Finding, fine, left_out, problem
from bot.commands.manifest import SCOPES

_TIMEOUT_SECONDS = 10.0
_ANTHROPIC = "https://api.anthropic.com/v1/models"
_OBJECT = TypeAdapter(dict[str, object])


def slack_findings(settings: Settings) -> Iterator[Finding]:
    """Check the bot token with its scopes, and how Slack reaches the bot."""
    if settings.slack_bot_token is None:
        yield left_out("Slack bot token", "set WARROOM_SLACK_BOT_TOKEN (xoxb-...)")
        return
    url = urljoin(settings.slack_base_url, "auth.test")
    answer = _ask("Slack bot token", url, _bearer(settings.slack_bot_token), method="POST")
    if isinstance(answer, Finding):
        yield answer
        return
    body = _body(answer)
    if body.flag("ok") is not True:
        remedy = "install the app of `warroom manifest` and copy its bot token"
        yield problem("Slack bot token", body.text("error") or "refused", remedy)
        return
    yield fine("Slack bot token", f"{body.text('user')} in {body.text('team')}")
    yield _scopes(answer.headers.get("x-oauth-scopes"))
    yield _delivery(settings)


def _scopes(granted: str | None) -> Finding:
    if granted is None:
        return fine("Slack scopes", "not told by this workspace")
    missing = sorted(set(SCOPES) - {scope.strip() for scope in granted.split(",")})
    if missing:
        remedy = "add them under OAuth & Permissions and install the app again"
        return problem("Slack scopes", f"missing: {', '.join(missing)}", remedy)
    return fine("Slack scopes", f"all {len(SCOPES)} granted")


def _delivery(settings: Settings) -> Finding:
    if settings.slack_app_token is not None:
        url = urljoin(settings.slack_base_url, "apps.connections.open")
        answer = _ask("Slack delivery", url, _bearer(settings.slack_app_token), method="POST")
        if isinstance(answer, Finding):
            return answer
        error = _body(answer).text("error")
        remedy = "make an app-level token with connections:write (WARROOM_SLACK_APP_TOKEN)"
        return (
            problem("Slack delivery", error, remedy)
            if error
            else fine("Slack delivery", "Socket Mode")
        )
    if settings.slack_signing_secret is not None:
        return fine("Slack delivery", "HTTP with signatures")
    remedy = "set WARROOM_SLACK_APP_TOKEN (Socket Mode) or WARROOM_SLACK_SIGNING_SECRET (HTTP)"
    return problem("Slack delivery", "neither Socket Mode nor HTTP is configured", remedy)


def pagerduty_findings(settings: Settings) -> Iterator[Finding]:
    """Check the PagerDuty token and the webhook secrets."""
    if settings.pagerduty_webhook_secrets.get_secret_value():
        yield fine("PagerDuty webhooks", "signatures are checked")
    else:
        yield left_out("PagerDuty webhooks", "set WARROOM_PAGERDUTY_WEBHOOK_SECRETS")
    if settings.pagerduty_token is None:
        yield left_out("PagerDuty token", "set WARROOM_PAGERDUTY_TOKEN")
        return
    token = settings.pagerduty_token.get_secret_value()
    trust = ssl.create_default_context(cafile=settings.pagerduty_ca_file)
    answer = _ask(
        "PagerDuty token",
        f"{settings.pagerduty_base_url}/abilities",
        {"Authorization": f"Token token={token}"},
        trust=trust,
    )
    yield answer if isinstance(answer, Finding) else fine("PagerDuty token", "accepted")
    if not settings.pagerduty_from:
        remedy = "set WARROOM_PAGERDUTY_FROM to the e-mail of a PagerDuty user"
        yield problem("PagerDuty user", "nobody to acknowledge as", remedy)


def github_findings(settings: Settings) -> Iterator[Finding]:
    """Check where postmortems go: GitHub, or a repository on this machine."""
    if settings.github_token is None or not settings.github_repository:
        if settings.git_repository is None:
            remedy = (
                "set WARROOM_GITHUB_TOKEN and WARROOM_GITHUB_REPOSITORY, or WARROOM_GIT_REPOSITORY"
            )
            yield left_out("Documents", remedy)
        elif (settings.git_repository / "HEAD").is_file():
            yield fine("Documents", f"repository on this machine: {settings.git_repository}")
        else:
            remedy = "make it with `git init --bare`"
            yield problem("Documents", f"{settings.git_repository} is no bare repository", remedy)
        return
    url = f"{settings.github_base_url}/repos/{settings.github_repository}"
    answer = _ask("GitHub", url, _bearer(settings.github_token))
    if isinstance(answer, Finding):
        yield answer
    elif _body(answer).flag("permissions.push") is False:
        remedy = "give the token contents:write and pull_requests:write"
        yield problem("GitHub", f"may not write to {settings.github_repository}", remedy)
    else:
        yield fine("GitHub", settings.github_repository)


def model_findings(settings: Settings) -> Iterator[Finding]:
    """Check the key of the model, which is optional."""
    if settings.anthropic_api_key is None:
        remedy = "set WARROOM_ANTHROPIC_API_KEY; the rules work without it"
        yield left_out("Model", remedy)
        return
    key = settings.anthropic_api_key.get_secret_value()
    headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
    answer = _ask("Model", _ANTHROPIC, headers)
    yield answer if isinstance(answer, Finding) else fine("Model", "key accepted")


def telemetry_findings(settings: Settings) -> Iterator[Finding]:
    """Check Prometheus."""
    base = settings.prometheus_url
    if not base:
        yield left_out("Prometheus", "set WARROOM_PROMETHEUS_URL")
        return
    answer = _ask("Prometheus", f"{base.rstrip('/')}/-/ready", {})
    yield answer if isinstance(answer, Finding) else fine("Prometheus", base)


def _bearer(token: SecretStr) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.get_secret_value()}"}


def _ask(
    part: str,
    url: str,
    headers: Mapping[str, str],
    *,
    method: str = "GET",
    trust: ssl.SSLContext | bool = True,
) -> httpx.Response | Finding:
    """Return the answer, or the finding that there was none worth reading."""
    try:
        with httpx.Client(timeout=_TIMEOUT_SECONDS, verify=trust) as client:
            answer = client.request(method, url, headers=dict(headers))
            answer.raise_for_status()
    except httpx.HTTPStatusError as refused:
        detail = f"{url} answered {refused.response.status_code}"
        return problem(part, detail, "check the credential, and what it may do")
    except httpx.HTTPError as failed:
        return problem(part, f"{url}: {failed}", "check the address, and that it can be reached")
    return answer


def _body(answer: httpx.Response) -> Document:
    """Return the answer as a document, empty when it is no JSON object."""
    try:
        return Document.model_validate({"body": _OBJECT.validate_json(answer.content)})
    except ValidationError:
        return Document(body={})
