"""The Prometheus HTTP API over live pages, from the recorder and from the real thing."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, generate_latest

from jobs.embedded import wait_until
from jobs.gameday.hosting import HttpServer, LoopThread, serve
from jobs.gameday.metrics.prometheus import Prometheus, find_prometheus
from jobs.gameday.metrics.recorder import Recorder
from jobs.gameday.metrics.targets import Target


def ask(api: httpx.Client, path: str, **parameters: str | float) -> httpx.Response:
    """One request to the API."""
    return api.get(path, params=parameters)


async def start_page() -> HttpServer:
    """A `/metrics` page whose counter rises with every scrape."""
    registry = CollectorRegistry()
    counter = Counter("orders", "Orders taken.", ["sku"], registry=registry)
    turns = itertools.count()

    async def metrics(_: web.Request) -> web.Response:
        counter.labels(f"sku-{next(turns) % 2}").inc(10)
        return web.Response(body=generate_latest(registry), content_type="text/plain")

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    return await serve(app)


@pytest.fixture(params=["recorder", "prometheus"])
def api(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of the API, over a page that is scraped and a target that is down."""
    with LoopThread("metrics") as loop:
        page = loop.call(start_page())
        targets = [
            Target(f"127.0.0.1:{page.port}", (("job", "checkout"),)),
            Target("127.0.0.1:1", (("job", "payments"),)),
        ]
        program = find_prometheus()
        if request.param == "prometheus" and program is None:
            pytest.skip("no prometheus on PATH")
        server = (
            Prometheus(program, tmp_path, lambda: targets)
            if request.param == "prometheus" and program
            else Recorder(lambda: targets)
        )
        loop.call(server.start())
        with httpx.Client(base_url=f"{server.url}/api/v1/") as client:
            yield client
        loop.call(server.stop())
        loop.call(page.stop())


@pytest.mark.contract
@pytest.mark.processes
def test_the_api_answers_in_the_shapes_of_prometheus(api: httpx.Client) -> None:
    """One adapter reads both; a shape that differs would only show in front of an audience."""

    def vector(query: str) -> list[object]:
        return ask(api, "query", query=query).json()["data"]["result"]

    wait_until(lambda: len(vector("rate(orders_total[5s]) > 0")) == 2, what="two rates")
    wait_until(lambda: len(vector("up")) == 2, what="both targets")

    up = ask(api, "query", query="sum by (job) (up)").json()
    moment = float(up["data"]["result"][0]["value"][0])
    matrix = ask(api, "query_range", query="up", start=moment - 5, end=moment, step="1s").json()
    series = ask(api, "series", **{"match[]": "orders_total"}).json()
    jobs = ask(api, "label/job/values").json()
    labels = ask(api, "labels").json()
    wrong = ask(api, "query", query="sum(")

    values = {r["metric"]["job"]: r["value"][1] for r in up["data"]["result"]}
    assert (up["status"], up["data"]["resultType"]) == ("success", "vector")
    assert values == {"checkout": "1", "payments": "0"}
    assert matrix["data"]["resultType"] == "matrix"
    assert {len(value) for r in matrix["data"]["result"] for value in r["values"]} == {2}
    assert {s["sku"] for s in series["data"]} == {"sku-0", "sku-1"}
    assert jobs == {"status": "success", "data": ["checkout", "payments"]}
    assert {"__name__", "instance", "job", "sku"} <= set(labels["data"])
    assert (wrong.status_code, wrong.json()["errorType"]) == (400, "bad_data")
