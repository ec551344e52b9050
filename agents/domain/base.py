"""The ground every artifact stands on: frozen values, content ids, windows, entities."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, model_validator

Scalar = bool | int | float | str | None
"""One measured or expected value."""

Labels = Mapping[str, str]

_ID_HEX_DIGITS = 12
_KIND_NAME = 2
_OUTSIDE_ID = {"id", "made_at", "cost"}


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A point in time, always with a time zone, always kept as UTC."""


class Value(BaseModel):
    """A frozen value without identity: two with equal fields are the same."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Producer(Value):
    """Who made an artifact: an agent with its version, or a person."""

    name: str
    version: str = "1"
    is_person: bool = False


class Cost(Value):
    """What an artifact took to make."""

    seconds: float = 0.0
    tool_calls: int = 0
    tokens: int = 0
    usd: float = 0.0

    def plus(self, other: "Cost") -> "Cost":
        """Return the sum of both costs."""
        return Cost(
            seconds=self.seconds + other.seconds,
            tool_calls=self.tool_calls + other.tool_calls,
            tokens=self.tokens + other.tokens,
            usd=self.usd + other.usd,
        )


UNKNOWN_PRODUCER = Producer(name="unknown")


class Artifact(Value):
    """A typed hand-off between agents, with an id that follows from its content.

    Making the same artifact twice gives the same id, so a job that runs twice records once.
    """

    id_prefix: ClassVar[str] = "artifact"

    id: str = ""
    produced_by: Producer = UNKNOWN_PRODUCER
    inputs: tuple[str, ...] = ()
    """Ids of the artifacts this one was made from."""
    made_at: Instant | None = None
    cost: Cost = Cost()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 - pydantic's own signature
        """Give the artifact the id of its content unless it already has one."""
        if not self.id:
            object.__setattr__(self, "id", content_id(self.id_prefix, self._identity()))

    def by(self, producer: Producer, inputs: tuple[str, ...] = ()) -> Self:
        """Return this artifact signed by its maker, with the id that follows."""
        update: dict[str, object] = {"produced_by": producer, "inputs": inputs, "id": ""}
        signed = self.model_copy(update=update)
        signed.model_post_init(None)
        return signed

    def _identity(self) -> str:
        return canonical_json(self.model_dump(mode="json", exclude=_OUTSIDE_ID))


def canonical_json(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_hex(text: str) -> str:
    """Return the SHA-256 of a text as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def content_id(prefix: str, identity: str) -> str:
    """Return a short id that is the same for the same content."""
    return f"{prefix}_{sha256_hex(identity)[:_ID_HEX_DIGITS]}"


class Window(Value):
    """A closed span of time."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _must_not_run_backwards(self) -> Self:
        if self.end < self.start:
            message = f"window ends ({self.end}) before it starts ({self.start})"
            raise ValueError(message)
        return self

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return (self.end - self.start).total_seconds()

    def contains(self, moment: datetime) -> bool:
        """Tell whether the moment lies in the window, ends included."""
        return self.start <= moment <= self.end

    def shifted(self, seconds: float) -> "Window":
        """Return the window moved by some seconds, backwards when negative."""
        by = timedelta(seconds=seconds)
        return Window(start=self.start + by, end=self.end + by)

    def widened(self, *, before_seconds: float = 0.0, after_seconds: float = 0.0) -> "Window":
        """Return the window with room added on either side."""
        return Window(
            start=self.start - timedelta(seconds=before_seconds),
            end=self.end + timedelta(seconds=after_seconds),
        )


class EntityRef(Value):
    """A thing that can fail, named the way its own system names it."""

    kind: str
    """`service`, `pod`, `deployment`, `node`, `namespace`, `database`, `load_balancer`, ..."""
    name: str
    namespace: str | None = None

    @property
    def key(self) -> str:
        """One text that tells this entity from every other."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)

    @classmethod
    def parse(cls, text: str) -> "EntityRef":
        """Read `name`, `kind/name` or `kind/namespace/name`; a bare name is a service.

        A name may itself contain slashes (load balancers do); they stay in the name.
        """
        parts = text.split("/", 2)
        if len(parts) == _KIND_NAME:
            return cls(kind=parts[0], name=parts[1])
        if len(parts) > _KIND_NAME:
            return cls(kind=parts[0], namespace=parts[1], name=parts[2])
        return cls(kind="service", name=text)

    def is_same_as(self, other: "EntityRef") -> bool:
        """Tell whether both may name the same thing: telemetry often leaves the kind out."""
        same_space = self.namespace == other.namespace or None in (self.namespace, other.namespace)
        same_kind = self.kind == other.kind or "service" in (self.kind, other.kind)
        return self.name == other.name and same_space and same_kind

    def __str__(self) -> str:
        """Return the key, as people read it in messages."""
        return self.key
