"""Calls to AWS: read-only, bounded, paged, and with our errors instead of botocore's."""

import math
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, cast

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError
from pydantic import JsonValue, SecretStr

from agents.errors import (
    CannotMeasure,
    NoSuchSource,
    PermissionMissing,
    RateLimited,
    ScopeViolation,
    SourceUnavailable,
)

Body = Mapping[str, JsonValue]

_READS = ("describe_", "list_", "get_", "lookup_", "filter_")
_DENIED = ("AccessDenied", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized")
_BAD_KEYS = ("InvalidClientTokenId", "UnrecognizedClient", "ExpiredToken", "SignatureDoesNotMatch")
_THROTTLED = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown")
_SERVER_ERROR = 500
_NOT_IMPLEMENTED = 501
_NO_SUCH_PATH = "404"
"""What botocore makes of an answer that no AWS service gives."""
_SHOWN_CHARACTERS = 200
_IAM_PREFIX = {"elbv2": "elasticloadbalancing", "service-quotas": "servicequotas"}


@dataclass(frozen=True, slots=True)
class AwsAccess:
    """How to reach one account in one region; without keys boto3's own chain finds them."""

    region: str
    endpoint_url: str = ""
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None
    timeout_seconds: float = 10.0
    log_groups: tuple[str, ...] = ()
    """Which CloudWatch log groups are read when nobody names an entity."""


class _Paginator(Protocol):
    def paginate(self, **parameters: object) -> Iterator[Mapping[str, object]]: ...


class _Client(Protocol):
    def can_paginate(self, operation_name: str) -> bool: ...

    def get_paginator(self, operation_name: str) -> _Paginator: ...


class _Call(Protocol):
    def __call__(self, **parameters: object) -> Mapping[str, object]: ...


@dataclass(slots=True)
class AwsApi:
    """One account's API; a client per service, made when first needed."""

    access: AwsAccess
    _clients: dict[str, _Client] = field(default_factory=dict[str, _Client])
    _session: Session | None = None
    """One for all clients: it reads the descriptions of the services, which takes a while."""

    def pages(self, service: str, operation: str, /, **parameters: object) -> Iterator[Body]:
        """Yield the pages of a read as plain JSON, each asked for when it is wanted.

        What is not found yields nothing.

        Raises:
            ScopeViolation: the operation is not a read.
            PermissionMissing: an IAM permission is missing, named in the remedy.
            RateLimited: AWS throttles, even after adaptive retries.
            SourceUnavailable: AWS did not answer.
        """
        if not operation.startswith(_READS):
            raise ScopeViolation(f"{service}.{operation} is not a read")
        with _our_errors(service, operation):
            client = self._client(service)
            if not client.can_paginate(operation):
                call = cast("_Call", getattr(client, operation))
                yield cast("Body", narrow(call(**parameters)))
                return
            for page in client.get_paginator(operation).paginate(**parameters):
                yield cast("Body", narrow(page))

    def prepare(self, services: Iterable[str]) -> None:
        """Make the clients of some services now: reading a service's description takes a while."""
        for service in services:
            self._client(service)

    def _client(self, service: str) -> _Client:
        if service not in self._clients:
            self._clients[service] = self._connect(service)
        return self._clients[service]

    def _connect(self, service: str) -> _Client:
        access = self.access
        if self._session is None:
            self._session = Session(
                aws_access_key_id=_opened(access.access_key_id),
                aws_secret_access_key=_opened(access.secret_access_key),
                region_name=access.region,
            )
        config = Config(
            connect_timeout=min(5.0, access.timeout_seconds),
            read_timeout=access.timeout_seconds,
            retries={"mode": "adaptive", "total_max_attempts": 3},
        )
        make = cast("_MakeClient", self._session.client)  # pyright: ignore[reportUnknownMemberType] untyped
        return make(service, endpoint_url=access.endpoint_url or None, config=config)


class _MakeClient(Protocol):
    def __call__(self, service: str, *, endpoint_url: str | None, config: Config) -> _Client: ...


def narrow(value: object) -> JsonValue:
    """Return a boto3 value as JSON: times as ISO 8601 text, bytes left out."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value).items()
        return {key: narrow(item) for key, item in pairs if not isinstance(item, bytes)}
    if isinstance(value, list | tuple):
        return [narrow(item) for item in cast("list[object]", value)]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, bool | int | float | str) else None


@contextmanager
def _our_errors(service: str, operation: str) -> Generator[None]:
    try:
        yield
    except ClientError as refused:
        _raise_for(refused, service, operation)
    except (NoCredentialsError, PartialCredentialsError) as without:
        remedy = "set WARROOM_AWS_ACCESS_KEY_ID and WARROOM_AWS_SECRET_ACCESS_KEY, or give a role"
        raise PermissionMissing(f"AWS: {without}", remedy=remedy) from without
    except (BotoCoreError, ResponseParserError) as silent:
        raise SourceUnavailable(
            f"AWS {service} did not answer {operation}: {silent}",
            remedy="check the region, the endpoint and the way to it",
        ) from silent


def _raise_for(refused: ClientError, service: str, operation: str) -> None:
    """Raise what a refusal means to us; a thing that is not there is no error."""
    answer = cast("Mapping[str, Mapping[str, object]]", refused.response)
    code = str(answer.get("Error", {}).get("Code", ""))
    status = int(str(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)))
    message = str(answer.get("Error", {}).get("Message", "")).strip().partition("\n")[0]
    said = f"AWS {service} refused {operation}: {code}, {message[:_SHOWN_CHARACTERS]}"
    if "NotFound" in code or "NoSuch" in code:
        return
    if any(part in code for part in _DENIED):
        action = f"{_IAM_PREFIX.get(service, service)}:{refused.operation_name}"
        raise PermissionMissing(said, remedy=f"allow {action}") from refused
    if any(part in code for part in _BAD_KEYS):
        raise PermissionMissing(said, remedy="renew the AWS credentials") from refused
    if any(part in code for part in _THROTTLED):
        raise RateLimited(said, retry_after_seconds=5.0) from refused
    if status == _NOT_IMPLEMENTED or code == _NO_SUCH_PATH:
        raise NoSuchSource(said, remedy=f"this endpoint has no {operation}") from refused
    if status >= _SERVER_ERROR:
        raise SourceUnavailable(said, remedy="try again later") from refused
    raise CannotMeasure(said, remedy="") from refused


def _opened(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
