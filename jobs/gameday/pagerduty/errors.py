"""Refusals in the shape and with the codes of PagerDuty's REST API."""

from typing import Any


class PagerDutyError(Exception):
    """The API refuses a request."""

    status = 500
    code: int | None = None

    def __init__(self, message: str, *reasons: str) -> None:
        super().__init__(message)
        self._reasons = list(reasons)

    def body(self) -> dict[str, Any]:
        """The error object."""
        error: dict[str, Any] = {"message": str(self)}
        if self.code is not None:
            error["code"] = self.code
        if self._reasons:
            error["errors"] = self._reasons
        return {"error": error}


class UnauthorizedError(PagerDutyError):
    """The key is unknown."""

    status = 401


class NotFoundError(PagerDutyError):
    """There is no such thing."""

    status = 404
    code = 2100


class InvalidInputError(PagerDutyError):
    """The request is not valid."""

    status = 400
    code = 2001


class RequesterNotFoundError(PagerDutyError):
    """The From header names nobody."""

    status = 400
    code = 1008


class MissingFromError(PagerDutyError):
    """A change comes without the From header that account-level keys need."""

    status = 400
    code = 2016

    def __init__(self) -> None:
        super().__init__(
            'You must specify a user\'s email address in the "From" header to perform this action'
        )
