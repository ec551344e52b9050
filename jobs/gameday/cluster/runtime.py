"""What runs inside pods: a container runtime is a role, played by rules or by real processes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from jobs.gameday.cluster.objects import KubeObject, timestamp

_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "k": 10**3, "M": 10**6, "G": 10**9}


@dataclass(frozen=True)
class Exit:
    """How a container ended."""

    code: int
    reason: str
    """Completed, Error or OOMKilled."""


OUT_OF_MEMORY = Exit(137, "OOMKilled")


class Container(Protocol):
    """One run of one container."""

    @property
    def port(self) -> int | None:
        """The loopback port it listens on, if it is a real process."""
        ...

    async def ready(self) -> None:
        """Return once it passes its readiness probe; never, if it does not."""
        ...

    async def exited(self) -> Exit:
        """Return how it ended, once it has."""
        ...

    async def stop(self) -> None:
        """End it. Safe to call twice."""
        ...

    def log(self) -> list[str]:
        """What it has written so far, line by line."""
        ...


class Runtime(Protocol):
    """Starts containers."""

    async def start(self, pod: KubeObject, container: KubeObject) -> Container:
        """Start one container of a pod."""
        ...


@dataclass(frozen=True)
class Timing:
    """How long a simulated container takes to become ready, and to outgrow too low a limit."""

    ready_seconds: float = 0.2
    out_of_memory_seconds: float = 1.5


class SimulatedContainer:
    """A container that does nothing but live and, where its limit is too low, die."""

    port = None

    def __init__(self, name: str, *, fits: bool, timing: Timing) -> None:
        self._fits = fits
        self._timing = timing
        self._log = [f'{{"timestamp": "{timestamp()}", "message": "{name} started"}}']

    async def ready(self) -> None:
        """Become ready after a moment."""
        await asyncio.sleep(self._timing.ready_seconds)

    async def exited(self) -> Exit:
        """Die of memory once the working set has grown, or live on."""
        if self._fits:
            await asyncio.Event().wait()
        await asyncio.sleep(self._timing.out_of_memory_seconds)
        return OUT_OF_MEMORY

    async def stop(self) -> None:
        """Nothing to end."""

    def log(self) -> list[str]:
        """Its one line."""
        return list(self._log)


class SimulatedRuntime:
    """Containers by rule: one whose memory limit is below what it needs is killed for it."""

    def __init__(self, needs: Mapping[str, int], timing: Timing | None = None) -> None:
        self._needs = needs
        self._timing = timing or Timing()

    async def start(self, pod: KubeObject, container: KubeObject) -> SimulatedContainer:
        """Start one container."""
        limit = memory_limit(container)
        fits = limit is None or limit >= self._needs.get(container["name"], 0)
        return SimulatedContainer(container["name"], fits=fits, timing=self._timing)


def memory_limit(container: KubeObject) -> int | None:
    """The container's memory limit in bytes, if it has one."""
    limit = container.get("resources", {}).get("limits", {}).get("memory")
    return memory_bytes(limit) if limit else None


def memory_bytes(quantity: str) -> int:
    """Read a memory quantity such as `256Mi`."""
    for unit, factor in _UNITS.items():
        if quantity.endswith(unit):
            return int(float(quantity.removesuffix(unit)) * factor)
    return int(quantity)
