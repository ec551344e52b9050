"""One entry of the closed list of failure modes."""

from enum import StrEnum

from agents.domain.base import Value


class Category(StrEnum):
    """The coarse kind of a cause, as printed for other tools."""

    RESOURCE_EXHAUSTION = "resource_exhaustion"
    CONFIGURATION_ERROR = "configuration_error"
    BAD_CHANGE = "bad_change"
    CODE_DEFECT = "code_defect"
    DEPENDENCY_FAILURE = "dependency_failure"
    INFRASTRUCTURE = "infrastructure"
    NETWORK = "network"
    DATA = "data"
    CAPACITY = "capacity"
    SECURITY = "security"
    HEALTHY = "healthy"
    UNKNOWN = "unknown"


class Domain(StrEnum):
    """Whose field a failure mode lies in."""

    AWS = "aws"
    KUBERNETES = "kubernetes"
    DATABASE = "database"
    NETWORK = "network"
    CHANGE = "change"
    EXTERNAL = "external"


class FailureMode(Value):
    """A way in which things fail, with what is known of it in general."""

    name: str
    title: str
    """A few plain words for people: "Out of memory (OOM kill)"."""
    domain: Domain
    category: Category
    mechanism: str
    """One sentence: how it comes about and how it shows."""
    mitigation: str
    """One sentence: what stops the harm first."""
    base_log_odds: float = -1.0
    """How common it is among incidents, before any evidence (natural log-odds)."""
    caused_by: tuple[str, ...] = ()
    """Modes (names or `fnmatch` globs) that are known to bring this one about: when one of them
    is found upstream on the same path, this one is its symptom."""
