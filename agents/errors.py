"""One error tree. The docstring of an error is its default message."""


class WarroomError(Exception):
    """Something went wrong in the war room."""

    retryable = False
    """Whether the same call may well succeed later."""

    def __init__(self, message: str | None = None, *, remedy: str = "") -> None:
        """Keep what happened, to what, and what to do about it."""
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])
        self.remedy = remedy


class NoSuchSource(WarroomError):
    """There is no such source of telemetry here."""


class SourceUnavailable(WarroomError):
    """The source did not answer; it may answer later."""

    retryable = True


class PermissionMissing(WarroomError):
    """The source refused: a permission is missing."""


class CannotMeasure(WarroomError):
    """The source cannot evaluate this measure."""


class ScopeViolation(WarroomError):
    """The agent asked for a source outside its scope."""


class RateLimited(WarroomError):
    """The peer or our own politeness limit says: later."""

    retryable = True

    def __init__(self, message: str | None = None, *, retry_after_seconds: float = 1.0) -> None:
        """Keep how long to wait."""
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class InvalidCapture(WarroomError):
    """The capture cannot be read."""


class InvalidSignature(WarroomError):
    """The signature of a webhook does not match its body."""


class ApprovalInvalid(WarroomError):
    """The approval does not cover this call now."""


class ActionFailed(WarroomError):
    """The action was tried and failed."""


class PeerUnavailable(WarroomError):
    """A peer (Slack, PagerDuty, the code host) did not take the message; it will be tried again."""

    retryable = True


class PeerRefused(WarroomError):
    """A peer refused the message for good."""


class JournalConflict(WarroomError):
    """Another writer was faster; fold again and retry."""

    retryable = True


class JournalUnavailable(WarroomError):
    """The journal's database did not answer; it may answer later."""

    retryable = True


class UnknownIncident(WarroomError):
    """There is no such incident."""
