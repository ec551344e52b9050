"""The systems that specialists look into: Kubernetes, PostgreSQL, AWS."""

from collections.abc import Callable, Iterator
from typing import Protocol, cast

import boto3
import psycopg
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from kubernetes import client as kubernetes_client
from kubernetes import config as kubernetes_config
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from agents.settings import Settings
from bot.commands.doctor.finding import Finding, fine, left_out, problem

_TIMEOUT_SECONDS = 5


class _Version(Protocol):
    git_version: str


class _VersionApi(Protocol):
    """What is used of the untyped client."""

    def get_code(self, *, _request_timeout: int) -> _Version: ...


class _Identity(Protocol):
    def get_caller_identity(self) -> dict[str, object]: ...


_MakeClient = Callable[..., _Identity]


def kubernetes_findings(settings: Settings) -> Iterator[Finding]:
    """Check that the cluster answers with the kubeconfig for reading."""
    if settings.kubernetes_config is None:
        yield left_out("Kubernetes", "set WARROOM_KUBERNETES_CONFIG to a kubeconfig that may read")
        return
    try:
        api = kubernetes_config.new_client_from_config(str(settings.kubernetes_config))  # pyright: ignore[reportUnknownMemberType]
        versions = cast("_VersionApi", kubernetes_client.VersionApi(api))
        version = versions.get_code(_request_timeout=_TIMEOUT_SECONDS).git_version
    except kubernetes_config.ConfigException as wrong:
        yield problem("Kubernetes", wrong, "correct the kubeconfig")
    except (ApiException, HTTPError, OSError) as failed:
        yield problem("Kubernetes", failed, "check the address and the credential in it")
    else:
        yield fine("Kubernetes", version)


def postgresql_findings(settings: Settings) -> Iterator[Finding]:
    """Check that each observed database can be read."""
    urls = settings.postgresql_urls.get_secret_value()
    if not urls:
        yield left_out("PostgreSQL", "set WARROOM_POSTGRESQL_URLS to name=URL, ...")
    for entry in filter(None, urls.split(",")):
        name, _, url = entry.strip().partition("=")
        yield _database(f"PostgreSQL {name}", url)


def _database(part: str, url: str) -> Finding:
    try:
        with psycopg.connect(url, connect_timeout=_TIMEOUT_SECONDS) as connection:
            row = connection.execute(
                "SELECT version(), pg_has_role(current_user, 'pg_monitor', 'member')"
            ).fetchone()
    except psycopg.Error as failed:
        return problem(part, failed, "check the URL and that the user may connect")
    version, may_monitor = row or ("", False)
    if not may_monitor:
        remedy = "GRANT pg_monitor to this user"
        return problem(part, "sees only its own sessions and statements", remedy)
    return fine(part, str(version).partition(",")[0])


def aws_findings(settings: Settings) -> Iterator[Finding]:
    """Check that AWS knows who we are."""
    if not settings.aws_region:
        yield left_out("AWS", "set WARROOM_AWS_REGION; the usual AWS credentials are used")
        return
    key, secret = settings.aws_access_key_id, settings.aws_secret_access_key
    limits = Config(
        connect_timeout=_TIMEOUT_SECONDS,
        read_timeout=_TIMEOUT_SECONDS,
        retries={"max_attempts": 1},
    )
    try:
        sts = cast("_MakeClient", boto3.client)(  # pyright: ignore[reportUnknownMemberType] - no stubs
            "sts",
            region_name=settings.aws_region,
            endpoint_url=settings.aws_endpoint_url or None,
            aws_access_key_id=key.get_secret_value() if key else None,
            aws_secret_access_key=secret.get_secret_value() if secret else None,
            config=limits,
        )
        identity = sts.get_caller_identity()
    except (BotoCoreError, ClientError) as failed:
        yield problem("AWS", failed, "check the credentials, the region and the endpoint")
    else:
        yield fine("AWS", str(identity.get("Arn")))
