"""The page and its files, uploads included, served so that nothing in them can run amok."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from bot.workspace.core import Core

STATIC = Path(__file__).parent / "static"
INLINE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
MAX_UPLOAD_BYTES = 50_000_000
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: http: https:; font-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """The routes of the page, of permalinks and of files."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def routes(self) -> list[web.AbstractRouteDef]:
        """List them."""
        return [
            web.get("/", self._index),
            web.get("/archives/{channel}/{ts}", self._index),
            web.get("/files/{id}/{secret}/{name}", self._file),
            web.get("/workspace/files/{id}", self._file_by_id),
            web.post("/upload/{id}", self._upload),
            web.static("/static", STATIC),
        ]

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    async def _upload(self, request: web.Request) -> web.Response:
        """Take the bytes of a file, raw or as a form, if there are as many as announced."""
        file = self._core.state.files.get(request.match_info["id"])
        if file is None or file.uploaded:
            return web.Response(status=404, text="file_not_found")
        content = await _content(request)
        if len(content) != file.expected_size:
            problem = f"expected {file.expected_size} bytes, got {len(content)}"
            return web.Response(status=400, text=problem)
        file.content, file.uploaded = content, True
        return web.Response(text=f"OK - {len(content)}")

    async def _file_by_id(self, request: web.Request) -> web.Response:
        """Lead from the id that an image block names to the file."""
        file = self._core.state.files.get(request.match_info["id"])
        if file is None:
            return web.Response(status=404, text="file_not_found")
        return web.Response(status=302, headers={"Location": file.url})

    async def _file(self, request: web.Request) -> web.Response:
        """Send a file; pictures are shown, anything else is only ever downloaded."""
        file = self._core.state.files.get(request.match_info["id"])
        if file is None or not file.url.endswith(request.path):
            return web.Response(status=404, text="file_not_found")
        inline = file.mimetype in INLINE_TYPES
        return web.Response(
            body=file.content,
            content_type=file.mimetype if inline else "application/octet-stream",
            headers={} if inline else {"Content-Disposition": "attachment"},
        )


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            return bytes(await part.read(decode=False))
    return b""


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other sites' pages, and forbid ours to load anything from elsewhere."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return web.Response(status=403, text="This workspace serves its own page only.")
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response
