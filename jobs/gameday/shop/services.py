"""What the three services do for a customer."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import psycopg
from aiohttp import ClientError, ClientSession, ClientTimeout, web
from psycopg_pool import PoolTimeout

from jobs.gameday.shop.database import Pool, open_pool
from jobs.gameday.shop.settings import Role, ServiceSettings
from jobs.gameday.shop.telemetry import TRACE_HEADER, Telemetry

PRICE_BOOK_STEPS = 25
PRICE_BOOK_SECONDS = 5.0

INVENTORY = "select sku, stock, price_cents from inventory"


class ShopService:
    """What all three have in common: health, metrics, and calls that carry the trace along."""

    def __init__(self, settings: ServiceSettings, telemetry: Telemetry) -> None:
        self._settings = settings
        self._telemetry = telemetry
        self._session: ClientSession | None = None

    def application(self) -> web.Application:
        """The web application of this service."""
        app = web.Application(middlewares=[self._telemetry.middleware()])
        app.router.add_get("/healthz", self._healthy)
        app.router.add_get("/metrics", self._telemetry.metrics)
        app.cleanup_ctx.append(self._connected)
        self._add_routes(app)
        return app

    def _add_routes(self, app: web.Application) -> None:
        raise NotImplementedError

    async def _connected(self, app: web.Application) -> AsyncIterator[None]:
        timeout = ClientTimeout(total=self._settings.upstream_timeout_seconds)
        async with ClientSession(timeout=timeout) as self._session:
            self._telemetry.log("INFO", f"{self._settings.role} started")
            yield

    async def _healthy(self, _: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _call(
        self, method: str, base: str, path: str, body: dict[str, str | int] | None = None
    ) -> web.Response:
        """Call another service and pass its answer on; its absence is 502, its silence 504."""
        if self._session is None:
            raise web.HTTPServiceUnavailable(text="not started")
        with self._telemetry.span(f"call {path}") as span:
            headers = {TRACE_HEADER: span.header()}
            try:
                async with self._session.request(
                    method, f"{base}{path}", json=body, headers=headers
                ) as answer:
                    return web.json_response(await answer.json(), status=answer.status)
            except TimeoutError as error:
                limit = self._settings.upstream_timeout_seconds
                message = f"upstream timeout after {limit:g} s: {method} {path}"
                self._telemetry.log("ERROR", message, upstream=base)
                raise web.HTTPGatewayTimeout(text=message) from error
            except ClientError as error:
                message = f"upstream connect error: {method} {path}: {error}"
                self._telemetry.log("ERROR", message, upstream=base)
                raise web.HTTPBadGateway(text=message) from error


class Storefront(ShopService):
    """The page that customers see."""

    def _add_routes(self, app: web.Application) -> None:
        app.router.add_get("/products", self._products)
        app.router.add_post("/checkout", self._checkout)

    async def _products(self, _: web.Request) -> web.Response:
        return await self._call("GET", self._settings.addresses.checkout, "/stock")

    async def _checkout(self, request: web.Request) -> web.Response:
        body = await request.json()
        return await self._call("POST", self._settings.addresses.checkout, "/orders", body)


class DatabaseService(ShopService):
    """A service with a pool; what the database refuses becomes a 503 that says why."""

    def __init__(self, settings: ServiceSettings, telemetry: Telemetry) -> None:
        super().__init__(settings, telemetry)
        self._pool: Pool = open_pool(settings, telemetry)

    async def _connected(self, app: web.Application) -> AsyncIterator[None]:
        async with self._pool:
            async for _ in super()._connected(app):
                yield

    def _refused(self, error: Exception, doing: str) -> web.HTTPServiceUnavailable:
        message = f"{doing} failed: {str(error).strip().splitlines()[0]}"
        self._telemetry.log("ERROR", message, error=type(error).__name__)
        return web.HTTPServiceUnavailable(text=message)


class Checkout(DatabaseService):
    """Takes orders: reserves stock, writes the order, asks for the payment."""

    def __init__(self, settings: ServiceSettings, telemetry: Telemetry) -> None:
        super().__init__(settings, telemetry)
        self._price_book: list[bytes] = []
        self._filling: asyncio.Task[None] | None = None

    def _add_routes(self, app: web.Application) -> None:
        app.router.add_get("/stock", self._stock)
        app.router.add_post("/orders", self._order)

    async def _connected(self, app: web.Application) -> AsyncIterator[None]:
        async for _ in super()._connected(app):
            self._filling = asyncio.create_task(self._fill_price_book())
            yield
            self._filling.cancel()

    async def _fill_price_book(self) -> None:
        """Read all prices into memory, a part at a time; this is why checkout needs its limit."""
        part = self._settings.price_book_mib * 2**20 // PRICE_BOOK_STEPS
        for _ in range(PRICE_BOOK_STEPS):
            self._price_book.append(secrets.token_bytes(part))
            await asyncio.sleep(PRICE_BOOK_SECONDS / PRICE_BOOK_STEPS)

    async def _stock(self, _: web.Request) -> web.Response:
        try:
            with self._telemetry.span("select inventory"):
                async with self._pool.connection() as connection:
                    cursor = await connection.execute(
                        "select sku, stock, price_cents from inventory"
                    )
                    rows = await cursor.fetchall()
        except (psycopg.Error, PoolTimeout) as error:
            raise self._refused(error, "reading stock") from error
        return web.json_response([{"sku": r[0], "stock": r[1], "price_cents": r[2]} for r in rows])

    async def _order(self, request: web.Request) -> web.Response:
        body = await request.json()
        sku, quantity = str(body["sku"]), int(body["quantity"])
        try:
            with self._telemetry.span("write order"):
                order, amount = await self._write_order(sku, quantity)
        except (psycopg.Error, PoolTimeout) as error:
            raise self._refused(error, "writing order") from error
        charge: dict[str, str | int] = {"order_id": order, "amount_cents": amount}
        paid = await self._call("POST", self._settings.addresses.payments, "/charges", charge)
        return web.json_response({"order_id": order}, status=paid.status)

    async def _write_order(self, sku: str, quantity: int) -> tuple[int, int]:
        async with self._pool.connection() as connection, connection.transaction():
            reserved = await connection.execute(
                "update inventory set stock = stock - %s where sku = %s returning price_cents",
                (quantity, sku),
            )
            price = await reserved.fetchone()
            written = await connection.execute(
                "insert into orders (sku, quantity) values (%s, %s) returning id", (sku, quantity)
            )
            order = await written.fetchone()
        if price is None or order is None:
            raise web.HTTPNotFound(text=f"no such article: {sku}")
        return int(order[0]), int(price[0]) * quantity


class Payments(DatabaseService):
    """Charges for orders."""

    def _add_routes(self, app: web.Application) -> None:
        app.router.add_post("/charges", self._charge)

    async def _charge(self, request: web.Request) -> web.Response:
        body = await request.json()
        try:
            with self._telemetry.span("insert payment"):
                async with self._pool.connection() as connection:
                    await connection.execute(
                        "insert into payments (order_id, amount_cents) values (%s, %s)",
                        (int(body["order_id"]), int(body["amount_cents"])),
                    )
        except (psycopg.Error, PoolTimeout) as error:
            raise self._refused(error, "charging") from error
        return web.json_response({"charged": body["amount_cents"]}, status=201)


ROLES: dict[Role, type[ShopService]] = {
    Role.STOREFRONT: Storefront,
    Role.CHECKOUT: Checkout,
    Role.PAYMENTS: Payments,
}
