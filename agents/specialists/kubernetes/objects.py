"""Kubernetes objects as the checks read them: thin typed views, nothing copied."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from agents.domain.base import EntityRef
from agents.domain.document import Document
from agents.domain.readings import Resource

CRASH_LOOP = "CrashLoopBackOff"
OUT_OF_MEMORY = "OOMKilled"
HASH_LABEL = "pod-template-hash"


def instant(text: str | None) -> datetime | None:
    """Read a Kubernetes timestamp; None where there is none or it cannot be read."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Thing:
    """One API object of any kind."""

    resource: Resource

    @property
    def entity(self) -> EntityRef:
        """What it is called."""
        return self.resource.entity

    @property
    def name(self) -> str:
        """Its name."""
        return self.resource.entity.name

    @property
    def namespace(self) -> str | None:
        """Its namespace; None for what belongs to the whole cluster."""
        return self.resource.entity.namespace

    @property
    def document(self) -> Document:
        """The object in Kubernetes' own shape."""
        return self.resource.document

    @property
    def created_at(self) -> datetime | None:
        """When it was made."""
        return instant(self.document.text("metadata.creationTimestamp"))

    @property
    def is_being_deleted(self) -> bool:
        """Whether its deletion has begun."""
        return self.document.text("metadata.deletionTimestamp") is not None

    @property
    def owner(self) -> tuple[str, str] | None:
        """Kind (in lower case) and name of its controller."""
        owners = self.document.items("metadata.ownerReferences")
        controller = next((o for o in owners if o.flag("controller")), next(iter(owners), None))
        if controller is None:
            return None
        return (controller.text("kind") or "").lower(), controller.text("name") or ""

    def condition(self, kind: str) -> Document | None:
        """Return the status condition of that type."""
        found = self.document.items(f"status.conditions[?type=='{kind}']")
        return found[0] if found else None

    def condition_is(self, kind: str, status: Literal["True", "False", "Unknown"]) -> bool:
        """Tell whether the condition is there with that status."""
        found = self.condition(kind)
        return found is not None and found.text("status") == status


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod: what was asked for and what became of it."""

    pod: "Pod"
    name: str
    spec: Document
    status: Document
    is_init: bool

    def status_path(self, field: str) -> str:
        """Return the JMESPath of a status field within the pod."""
        group = "initContainerStatuses" if self.is_init else "containerStatuses"
        return f"status.{group}[?name=='{self.name}'].{field} | [0]"

    def end_path(self, field: str) -> str:
        """Return the JMESPath of a field of its latest end: now, or else the one before."""
        return self.status_path(f"[state.terminated.{field}, lastState.terminated.{field}][]")

    @property
    def waiting_reason(self) -> str:
        """Why it does not run; empty when it is not waiting."""
        return self.status.text("state.waiting.reason") or ""

    @property
    def waiting_message(self) -> str:
        """What the kubelet says about the waiting."""
        return self.status.text("state.waiting.message") or ""

    @property
    def is_crash_looping(self) -> bool:
        """Whether the kubelet holds it back after repeated failures."""
        return self.waiting_reason == CRASH_LOOP

    @property
    def is_ready(self) -> bool:
        """Whether it is ready (an init container: finished)."""
        return self.status.flag("ready") is True

    @property
    def is_running(self) -> bool:
        """Whether a process is running in it now."""
        return self.status.at("state.running") is not None

    @property
    def running_since(self) -> datetime | None:
        """When the present process began."""
        return instant(self.status.text("state.running.startedAt"))

    @property
    def restarts(self) -> int:
        """How often it was restarted in the life of this pod."""
        return int(self.status.number("restartCount") or 0)

    @property
    def end_field(self) -> str:
        """Where its latest end is written: in the present state, or in the one before."""
        ended_now = self.status.at("state.terminated") is not None
        return "state.terminated" if ended_now else "lastState.terminated"

    @property
    def end_reason(self) -> str:
        """Why it ended last: `OOMKilled`, `Error`, `Completed`, ...; empty if it never did."""
        return self.status.text(f"{self.end_field}.reason") or ""

    @property
    def end_message(self) -> str:
        """What was said about its latest end."""
        return self.status.text(f"{self.end_field}.message") or ""

    @property
    def exit_code(self) -> int | None:
        """The exit code of its latest end."""
        code = self.status.number(f"{self.end_field}.exitCode")
        return None if code is None else int(code)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended last."""
        return instant(self.status.text(f"{self.end_field}.finishedAt"))

    @property
    def image(self) -> str:
        """The image that was asked for."""
        return self.spec.text("image") or ""

    @property
    def memory_limit(self) -> str | None:
        """The memory limit as it was written."""
        return self.spec.text("resources.limits.memory")


@dataclass(frozen=True, slots=True)
class Pod(Thing):
    """A pod."""

    @property
    def phase(self) -> str:
        """`Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`."""
        return self.document.text("status.phase") or "Unknown"

    @property
    def node(self) -> str | None:
        """The node that it is bound to."""
        return self.document.text("spec.nodeName")

    @property
    def is_live(self) -> bool:
        """Whether it is meant to run: neither finished, evicted nor on its way out."""
        return self.phase not in {"Succeeded", "Failed"} and not self.is_being_deleted

    @property
    def is_ready(self) -> bool:
        """Whether it serves."""
        return self.condition_is("Ready", "True")

    @property
    def template_hash(self) -> str | None:
        """The label that ties it to its ReplicaSet."""
        return self.resource.labels.get(HASH_LABEL)

    @property
    def containers(self) -> tuple[Container, ...]:
        """Init containers first, then the others."""
        return (*self._containers(is_init=True), *self._containers(is_init=False))

    def _containers(self, *, is_init: bool) -> tuple[Container, ...]:
        specs, statuses = (
            ("spec.initContainers", "status.initContainerStatuses")
            if is_init
            else ("spec.containers", "status.containerStatuses")
        )
        by_name = {status.text("name"): status for status in self.document.items(statuses)}
        nothing = Document(body={})
        return tuple(
            Container(
                pod=self,
                name=spec.text("name") or "",
                spec=spec,
                status=by_name.get(spec.text("name"), nothing),
                is_init=is_init,
            )
            for spec in self.document.items(specs)
        )


@dataclass(frozen=True, slots=True)
class Workload(Thing):
    """A Deployment, StatefulSet, DaemonSet, Job or bare ReplicaSet."""

    @property
    def desired(self) -> int:
        """How many pods it should have."""
        if self.entity.kind == "daemonset":
            return int(self.document.number("status.desiredNumberScheduled") or 0)
        wanted = self.document.number("spec.replicas")
        return 1 if wanted is None else int(wanted)

    @property
    def ready(self) -> int:
        """How many of its pods serve."""
        field = "numberReady" if self.entity.kind == "daemonset" else "readyReplicas"
        return int(self.document.number(f"status.{field}") or 0)

    @property
    def template(self) -> Document:
        """The template of its pods."""
        found = self.document.at("spec.template")
        return Document(body=found if isinstance(found, dict) else {})

    def template_has(self, labels: dict[str, str]) -> bool:
        """Tell whether the pods that it makes carry all these labels."""
        own = self.template.mapping("metadata.labels")
        return all(own.get(key) == value for key, value in labels.items())


@dataclass(frozen=True, slots=True)
class Node(Thing):
    """A machine of the cluster."""

    @property
    def is_cordoned(self) -> bool:
        """Whether no new pods may come."""
        return self.document.flag("spec.unschedulable") is True

    @property
    def has_own_taints(self) -> bool:
        """Whether it is tainted by somebody, and not just cordoned."""
        keys = self.document.texts("spec.taints[].key")
        return any(key != "node.kubernetes.io/unschedulable" for key in keys)

    @property
    def is_control_plane(self) -> bool:
        """Whether it is there for the cluster itself, by the labels in use for that."""
        labels = self.resource.labels
        roles = {"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"}
        return bool(roles & labels.keys()) or labels.get("kubernetes.io/role") in {
            "master",
            "control-plane",
        }


@dataclass(frozen=True, slots=True)
class Happening(Thing):
    """A Kubernetes event, from either of its two API groups."""

    @property
    def reason(self) -> str:
        """The machine's word for it: `BackOff`, `FailedScheduling`, ..."""
        return self.document.text("reason") or ""

    @property
    def message(self) -> str:
        """The sentence for people."""
        return self.document.text("message") or self.document.text("note") or ""

    @property
    def about(self) -> EntityRef:
        """What it is about."""
        found = self.document.at("involvedObject || regarding")
        involved = Document(body=found if isinstance(found, dict) else {})
        return EntityRef(
            kind=(involved.text("kind") or "").lower(),
            name=involved.text("name") or "",
            namespace=involved.text("namespace") or None,
        )

    @property
    def container(self) -> str | None:
        """The container it is about, where it is about one."""
        path = self.document.text("involvedObject.fieldPath || regarding.fieldPath") or ""
        return path.partition("{")[2].rstrip("}") or None

    @property
    def count(self) -> int:
        """How often it was seen."""
        return int(self.document.number("series.count || count || deprecatedCount") or 1)

    @property
    def last_at(self) -> datetime | None:
        """When it was seen last."""
        return instant(
            self.document.text(
                "series.lastObservedTime || lastTimestamp || deprecatedLastTimestamp"
                " || eventTime || firstTimestamp || metadata.creationTimestamp"
            )
        )

    @property
    def first_at(self) -> datetime | None:
        """When it was seen first."""
        return instant(
            self.document.text(
                "firstTimestamp || deprecatedFirstTimestamp || eventTime"
                " || metadata.creationTimestamp"
            )
        )
