"""What a webhook's sender is told, always as JSON, and always what to do."""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from agents.errors import InvalidSignature, WarroomError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = structlog.get_logger()


def problem(status: int, error: str, remedy: str) -> web.Response:
    """Return a refusal."""
    return web.json_response({"error": error, "remedy": remedy}, status=status)


@web.middleware
async def explained(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every way in which a request can go wrong into an answer that says what to do."""
    try:
        return await handler(request)
    except InvalidSignature as error:
        _log.warning("webhook_rejected", path=request.path, reason=str(error))
        return problem(401, str(error), error.remedy)
    except WarroomError as error:
        _log.warning("webhook_failed", path=request.path, reason=str(error))
        status = 503 if error.retryable else 400
        return problem(status, str(error), error.remedy or "Send it again later.")
    except web.HTTPRequestEntityTooLarge:
        limit = request.client_max_size
        return problem(413, "The body is too large.", f"Send at most {limit} bytes.")
    except web.HTTPException as error:
        return problem(error.status, error.reason, "See the list of paths in the documentation.")
    except Exception:  # noqa: BLE001 - the outermost edge of the receiver
        _log.exception("webhook_crashed", path=request.path)
        return problem(500, "Something went wrong here.", "Send it again later; see the logs.")
