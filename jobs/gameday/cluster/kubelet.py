"""Brings pods to life: places them on a node, runs their containers, reports what happens."""

import asyncio
import hashlib
import itertools

from jobs.gameday.cluster.errors import NotFoundError
from jobs.gameday.cluster.events import EventRecorder
from jobs.gameday.cluster.objects import (
    NODES,
    PODS,
    PORT_ANNOTATION,
    KubeObject,
    random_suffix,
    timestamp,
)
from jobs.gameday.cluster.runtime import Container, Exit, Runtime
from jobs.gameday.cluster.store import Change, ObjectStore
from jobs.gameday.hosting import begin

BACK_OFF_SECONDS = 10.0
MAX_BACK_OFF_SECONDS = 300.0
LOOPBACK = "127.0.0.1"


class Kubelet:
    """Runs every pod of the cluster, each in a task of its own."""

    def __init__(
        self, store: ObjectStore, runtime: Runtime, *, back_off_seconds: float = BACK_OFF_SECONDS
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._back_off_seconds = back_off_seconds
        self._runs: dict[str, PodRun] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._turn = itertools.count()

    async def run(self) -> None:
        """Follow the pods until cancelled, then end every container."""
        changes = self._store.subscribe(since=0)
        try:
            while True:
                self._follow(await changes.get())
        finally:
            self._store.unsubscribe(changes)
            for uid in list(self._tasks):
                self._end(uid)
            await asyncio.gather(*self._ending, return_exceptions=True)

    def log(self, pod: KubeObject, container: str, *, previous: bool) -> list[str]:
        """What a pod's container wrote, in this run of it or in the one before.

        Raises:
            NotFoundError: if there was no such run.
        """
        run = self._runs.get(pod["metadata"]["uid"])
        found = run.container(container, previous=previous) if run else None
        if found is None:
            kind = "previous terminated container" if previous else "container"
            name = pod["metadata"]["name"]
            raise NotFoundError(f'{kind} "{container}" in pod "{name}" not found', PODS, name)
        return found.log()

    def _follow(self, change: Change) -> None:
        if change.resource != PODS:
            return
        uid = change.body["metadata"]["uid"]
        if change.type == "ADDED":
            pod = self._place(change.body)
            if pod is not None:
                run = PodRun(self._store, self._runtime, pod, self._back_off_seconds)
                self._runs[uid] = run
                self._tasks[uid] = begin(run.live())
        elif change.type == "DELETED":
            self._end(uid)

    def _end(self, uid: str) -> None:
        task = self._tasks.pop(uid, None)
        if task:
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def _place(self, pod: KubeObject) -> KubeObject | None:
        """Bind a pod to the next node; None if it is gone already."""
        nodes = self._store.list(NODES)
        metadata = pod["metadata"]
        try:
            pod = self._store.get(PODS, metadata["namespace"], metadata["name"])
        except NotFoundError:
            return None
        name = nodes[next(self._turn) % len(nodes)]["metadata"]["name"]
        pod["spec"]["nodeName"] = pod["spec"].get("nodeName", name)
        placed = self._store.update(PODS, pod)
        message = f"Successfully assigned {metadata['namespace']}/{metadata['name']} to {name}"
        EventRecorder(self._store, "default-scheduler").normal(placed, "Scheduled", message)
        return placed


class ContainerRun:
    """One container of a pod through all its restarts, and how its status reads."""

    def __init__(self, spec: KubeObject) -> None:
        self.spec = spec
        self.name: str = spec["name"]
        self.current: Container | None = None
        self.previous: Container | None = None
        self.restarts = 0
        self.ready = False
        self.id = ""
        self._started_at = ""
        self._state: KubeObject = {"waiting": {"reason": "ContainerCreating"}}
        self._last_state: KubeObject = {}

    def running(self, container: Container) -> None:
        """Note a start."""
        self.current = container
        self.id = f"containerd://{random_suffix(32)}"
        self._started_at = timestamp()
        self._state = {"running": {"startedAt": self._started_at}}

    def terminated(self, ended: Exit) -> None:
        """Note an end."""
        self.ready = False
        self._state = {
            "terminated": {
                "exitCode": ended.code,
                "reason": ended.reason,
                "startedAt": self._started_at,
                "finishedAt": timestamp(),
                "containerID": self.id,
            }
        }

    def backing_off(self, message: str) -> None:
        """Note the wait before the next start."""
        self._last_state = self._state
        self._state = {"waiting": {"reason": "CrashLoopBackOff", "message": message}}

    def restarting(self) -> None:
        """Note that the next run begins; its log and its end become the previous ones."""
        if "terminated" in self._state:
            self._last_state = self._state
        self.restarts += 1
        self.previous = self.current

    def status(self) -> KubeObject:
        """The containerStatus."""
        return {
            "name": self.name,
            "image": self.spec["image"],
            "imageID": f"sha256:{hashlib.sha256(self.spec['image'].encode()).hexdigest()}",
            "containerID": self.id,
            "ready": self.ready,
            "started": "running" in self._state,
            "restartCount": self.restarts,
            "state": self._state,
            "lastState": self._last_state,
        }


class PodRun:
    """One pod from its placement to its deletion."""

    def __init__(
        self, store: ObjectStore, runtime: Runtime, pod: KubeObject, back_off_seconds: float
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._pod = pod
        self._back_off_seconds = back_off_seconds
        self._events = EventRecorder(store, "kubelet", pod["spec"]["nodeName"])
        self._containers = [ContainerRun(spec) for spec in pod["spec"]["containers"]]
        self._started_at = timestamp()

    def container(self, name: str, *, previous: bool) -> Container | None:
        """One run of one container, for its log."""
        for run in self._containers:
            if run.name == name:
                return run.previous if previous else run.current
        return None

    async def live(self) -> None:
        """Run all containers until the pod is deleted."""
        self._publish()
        try:
            async with asyncio.TaskGroup() as group:
                for container in self._containers:
                    group.create_task(self._live(container))
        finally:
            for container in self._containers:
                if container.current is not None:
                    self._events.normal(
                        self._pod, "Killing", f"Stopping container {container.name}"
                    )
                    await asyncio.shield(container.current.stop())

    async def _live(self, run: ContainerRun) -> None:
        while True:
            image = run.spec["image"]
            pulled = f'Container image "{image}" already present on machine'
            self._events.normal(self._pod, "Pulled", pulled)
            container = await self._runtime.start(self._pod, run.spec)
            run.running(container)
            self._events.normal(self._pod, "Started", f"Started container {run.name}")
            self._publish()
            ended = await self._until_exit(run, container)
            run.terminated(ended)
            self._publish()
            await self._back_off(run)
            run.restarting()

    async def _until_exit(self, run: ContainerRun, container: Container) -> Exit:
        async def report_ready() -> None:
            await container.ready()
            run.ready = True
            self._publish()

        readiness = begin(report_ready())
        try:
            return await container.exited()
        finally:
            readiness.cancel()

    async def _back_off(self, run: ContainerRun) -> None:
        """The first restart comes at once, each later one after twice as long as the one before."""
        if run.restarts == 0:
            return
        seconds = min(self._back_off_seconds * 2 ** (run.restarts - 1), MAX_BACK_OFF_SECONDS)
        metadata = self._pod["metadata"]
        where = f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
        run.backing_off(f"back-off {seconds:g}s restarting failed container={run.name} pod={where}")
        message = f"Back-off restarting failed container {run.name} in pod {where}"
        self._events.warning(self._pod, "BackOff", message)
        self._publish()
        await asyncio.sleep(seconds)

    def _publish(self) -> None:
        metadata = self._pod["metadata"]
        try:
            pod = self._store.get(PODS, metadata["namespace"], metadata["name"])
        except NotFoundError:
            return
        ready = all(c.ready for c in self._containers)
        started = all(c.current for c in self._containers)
        ports = [c.current.port for c in self._containers if c.current and c.current.port]
        if ports:
            pod["metadata"].setdefault("annotations", {})[PORT_ANNOTATION] = str(ports[0])
        before = {c["type"]: c for c in pod.get("status", {}).get("conditions", ())}
        names = [c.name for c in self._containers if not c.ready]
        pod["status"] = {
            "phase": "Running" if started else "Pending",
            "hostIP": LOOPBACK,
            "startTime": self._started_at,
            "qosClass": "Burstable",
            "conditions": [
                *(_condition(before, kind, "True") for kind in ("PodScheduled", "Initialized")),
                *(
                    _condition(before, kind, str(ready), names)
                    for kind in ("ContainersReady", "Ready")
                ),
            ],
            "containerStatuses": [c.status() for c in self._containers],
        }
        if started:
            pod["status"] |= {"podIP": LOOPBACK, "podIPs": [{"ip": LOOPBACK}]}
        self._store.update(PODS, pod)


def _condition(
    before: dict[str, KubeObject], kind: str, status: str, unready: list[str] | None = None
) -> KubeObject:
    known = before.get(kind)
    since = known["lastTransitionTime"] if known and known["status"] == status else timestamp()
    condition = {"type": kind, "status": status, "lastTransitionTime": since}
    if status == "False" and unready:
        condition["reason"] = "ContainersNotReady"
        condition["message"] = f"containers with unready status: [{' '.join(unready)}]"
    return condition
