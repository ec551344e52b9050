"""Refusals, as the Status objects that a Kubernetes API server answers."""

from jobs.gameday.cluster.objects import KubeObject, ResourceType


class ApiError(Exception):
    """The API server refuses a request."""

    code = 500
    reason = "InternalError"

    def __init__(self, message: str, resource: ResourceType | None = None, name: str = "") -> None:
        super().__init__(message)
        self._details = (
            {"name": name, "group": resource.group, "kind": resource.plural} if resource else {}
        )

    def status(self) -> KubeObject:
        """The body of the answer."""
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": str(self),
            "reason": self.reason,
            "details": self._details,
            "code": self.code,
        }


class BadRequestError(ApiError):
    """The request cannot be understood."""

    code = 400
    reason = "BadRequest"


class UnauthorizedError(ApiError):
    """The request carries no token, or an unknown one."""

    code = 401
    reason = "Unauthorized"


class ForbiddenError(ApiError):
    """The token's identity may not do this."""

    code = 403
    reason = "Forbidden"


class NotFoundError(ApiError):
    """There is no such object, kind or path."""

    code = 404
    reason = "NotFound"


class MethodNotAllowedError(ApiError):
    """The kind has no such verb."""

    code = 405
    reason = "MethodNotAllowed"


class AlreadyExistsError(ApiError):
    """An object of that name is there."""

    code = 409
    reason = "AlreadyExists"


class ConflictError(ApiError):
    """The object was changed since it was read."""

    code = 409
    reason = "Conflict"


class GoneError(ApiError):
    """The watch asks for changes that are no longer kept."""

    code = 410
    reason = "Expired"


class InvalidError(ApiError):
    """The object is not valid."""

    code = 422
    reason = "Invalid"


class UnsupportedMediaTypeError(ApiError):
    """The patch is of no known type."""

    code = 415
    reason = "UnsupportedMediaType"
