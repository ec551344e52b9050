"""What moto cannot be told through its API: kept in a file that its process reads at each call."""

from pathlib import Path

from pydantic import AwareDatetime, BaseModel, Field


class TrailEvent(BaseModel):
    """One call of the control plane."""

    id: str
    name: str
    source: str
    at: AwareDatetime
    username: str
    read_only: bool = False
    resource_type: str = ""
    resource_name: str = ""
    request: dict[str, str | int | bool] = Field(default_factory=dict)


class UnhealthyTarget(BaseModel):
    """Why the load balancer gives a target no traffic."""

    reason: str
    description: str


class Quota(BaseModel):
    """One service quota."""

    service: str
    code: str
    name: str
    value: float
    adjustable: bool = True


class Additions(BaseModel):
    """All of it."""

    trail: list[TrailEvent] = Field(default_factory=list[TrailEvent])
    unhealthy: dict[str, UnhealthyTarget] = Field(default_factory=dict)
    """By target id; targets that are not named keep moto's own answer."""
    quotas: list[Quota] = Field(default_factory=list[Quota])

    @classmethod
    def read(cls, path: Path) -> "Additions":
        """Read the file as it is now."""
        return cls.model_validate_json(path.read_text())

    def write(self, path: Path) -> None:
        """Replace the file in one step, as it may be read at any moment."""
        fresh = path.with_suffix(".new")
        fresh.write_text(self.model_dump_json())
        fresh.replace(path)
