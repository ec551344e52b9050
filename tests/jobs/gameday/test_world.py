"""The world as a whole: what it shows when calm, how it breaks, and that the right action heals."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml
from kubernetes import client, config

from jobs.embedded import wait_until
from jobs.gameday.faults import MIGRATION
from jobs.gameday.world import World, start

pytestmark = pytest.mark.processes

PATIENCE = 40.0


def ask(world: World, query: str) -> dict[str, float]:
    """The value per job that Prometheus tells."""
    url = f"{world.addresses.prometheus_url}/api/v1/query"
    rows = httpx.get(url, params={"query": query}).json()["data"]["result"]
    return {r["metric"].get("job", ""): float(r["value"][1]) for r in rows}


def apps(kubeconfig: Path) -> Any:  # noqa: ANN401 the client's methods carry no usable types
    """The official client, as an adapter makes it."""
    loader: Any = config
    return client.AppsV1Api(loader.new_client_from_config(str(kubeconfig)))


def read_lines(folder: Path) -> list[dict[str, Any]]:
    """All JSON lines of a folder."""
    return [json.loads(line) for f in folder.glob("*.jsonl") for line in f.read_text().splitlines()]


def test_the_calm_shop_is_observable_from_every_side(world: World) -> None:
    """A specialist without data answers "no such source", and the demo would show little else."""
    wait_until(lambda: len(ask(world, "rate(http_requests_total[5s]) > 0")) >= 3, what="rates")

    logs = read_lines(world.shop.directory / "logs")
    spans = read_lines(world.shop.directory / "traces")
    up = ask(world, "sum by (job) (up)")
    changes = [json.loads(line) for line in world.changes.path.read_text().splitlines()]
    topology = yaml.safe_load(world.addresses.topology_file.read_text())

    assert up == {"checkout": 2.0, "payments": 1.0, "storefront": 1.0}
    assert {line["entity"] for line in logs} == {"storefront", "checkout", "payments"}
    one = next(s for s in spans if s["service"] == "payments" and s["parent_id"])
    assert {s["service"] for s in spans if s["trace_id"] == one["trace_id"]} == {
        "storefront",
        "checkout",
        "payments",
    }
    assert {c["kind"] for c in changes} >= {"deploy", "config"}
    assert topology["services"]["storefront"]["depends_on"] == ["checkout"]
    assert world.shop.customers.experience(5).failures == 0


def test_the_repository_holds_the_runbooks(world: World, tmp_path: Path) -> None:
    """The postmortem's pull request needs a place that already has a history."""
    subprocess.run(
        ["git", "clone", "--quiet", str(world.addresses.git_repository), "clone"],  # noqa: S607
        check=True,
        cwd=tmp_path,
    )

    runbooks = {p.stem for p in (tmp_path / "clone" / "runbooks").glob("*.md")}
    assert runbooks >= {"database-lock-contention", "out-of-memory-kills"}


def test_a_lock_stops_checkout_until_its_holder_is_ended(world: World) -> None:
    """The first game day, healed by exactly the right of the executor and nothing more."""
    fault = world.faults()["lock"]
    fault.inject()
    wait_until(fault.is_broken, what="the outage", seconds=PATIENCE)

    errors = ask(world, 'sum by (job) (http_requests_total{code="504"})')
    with psycopg.connect(world.addresses.database_url) as reader:
        blockers = reader.execute(
            "select distinct holder.application_name, holder.state from pg_stat_activity waiting"
            " cross join lateral unnest(pg_blocking_pids(waiting.pid)) blocker (pid)"
            " join pg_stat_activity holder on holder.pid = blocker.pid"
            " where not exists (select 1 from unnest(pg_blocking_pids(holder.pid)))"
        ).fetchall()
    recovered_too_soon = fault.is_recovered()
    with psycopg.connect(world.addresses.database_write_url, autocommit=True) as executor:
        executor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s",
            (MIGRATION,),
        )
    wait_until(fault.is_recovered, what="the recovery", seconds=PATIENCE)
    fault.withdraw()

    messages = [line["message"] for line in read_lines(world.shop.directory / "logs")]
    assert errors["storefront"] > 0
    assert blockers == [(MIGRATION, "idle in transaction")]
    assert not recovered_too_soon
    assert any("canceling statement due to statement timeout" in m for m in messages)
    titles = [i["title"] for i in world.pagerduty.account.incidents.values()]
    assert len(titles) == 1
    assert titles[0].startswith("storefront: ")
    with (
        psycopg.connect(world.addresses.database_write_url) as executor,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        executor.execute("delete from orders")


def test_a_low_memory_limit_kills_checkout_until_it_is_rolled_back(world: World) -> None:
    """The second game day: real processes die of real memory, and the rollback brings new ones."""
    fault = world.faults()["memory"]
    fault.inject()
    wait_until(fault.is_broken, what="the outage", seconds=PATIENCE)

    core: Any = client.CoreV1Api(apps(world.addresses.kubernetes_config).api_client)
    pods = core.list_namespaced_pod("shop", label_selector="app=checkout").items
    reasons = {
        state.terminated.reason
        for pod in pods
        for status in pod.status.container_statuses
        for state in (status.state, status.last_state)
        if state and state.terminated
    }
    deployer = apps(world.addresses.kubernetes_write_config)
    sets = deployer.list_namespaced_replica_set("shop", label_selector="app=checkout").items
    before = min(sets, key=lambda s: s.metadata.creation_timestamp)
    template = deployer.api_client.sanitize_for_serialization(before.spec.template)
    undo = [{"op": "replace", "path": "/spec/template", "value": template}]
    deployer.patch_namespaced_deployment("checkout", "shop", undo)
    wait_until(fault.is_recovered, what="the recovery", seconds=PATIENCE)

    healed = deployer.read_namespaced_deployment("checkout", "shop")
    container = healed.spec.template.spec.containers[0]
    assert reasons == {"OOMKilled"}
    assert container.resources.limits["memory"] == "256Mi"
    assert healed.status.available_replicas == 2
    assert world.shop.customers.experience(2).failures == 0


def test_a_world_that_cannot_start_leaves_no_process_behind(tmp_path: Path) -> None:
    """Whoever tries the demo on a bare machine must not have to hunt for servers afterwards."""
    (tmp_path / "operations").mkdir()

    with pytest.raises(FileExistsError):
        start(tmp_path)

    assert (tmp_path / "redis" / "redis.log").exists()
    mine = [
        entry.name
        for entry in Path("/proc").glob("[0-9]*")
        if os.fsencode(str(tmp_path)) in _command_line(entry)
    ]
    assert mine == []


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
