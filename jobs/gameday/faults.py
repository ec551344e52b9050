"""The two game days: faults that are really there, and whether the shop suffers, as measured."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import httpx
import psycopg

from jobs.gameday.changes import Change, ChangeLog
from jobs.gameday.manifests import CHANGE_CAUSE, LAST_GOOD_TAG, NAMESPACE
from jobs.gameday.shop.shop import Shop

BROKEN_WINDOW_SECONDS = 5.0
BROKEN_RATIO = 0.3
RECOVERED_WINDOW_SECONDS = 3.0
RECOVERED_REQUESTS = 10
"""Fewer requests than this in the window prove nothing."""

MIGRATION = "schema-migration"
MIGRATION_STATEMENT = "alter table orders add column gift_note text"
BAD_TAG = "2.15.0"
BAD_MEMORY = "96Mi"


@dataclass(frozen=True)
class Scenario:
    """What a game day is called, and what the right answer to it is."""

    name: str
    title: str
    cause_entity: str
    """`kind/name` or `kind/namespace/name` of what is at fault."""
    failure_modes: tuple[str, ...]
    """Names of the closed list that are right; the first is the most exact."""


class Fault(Protocol):
    """Something to break, and to see broken and whole again."""

    @property
    def scenario(self) -> Scenario:
        """What it is."""
        ...

    def inject(self) -> None:
        """Break it."""
        ...

    def is_broken(self) -> bool:
        """Tell whether customers suffer now."""
        ...

    def is_recovered(self) -> bool:
        """Tell whether the cause is gone and customers are served again."""
        ...

    def withdraw(self) -> None:
        """Undo it, if nobody else has. Safe to call twice."""
        ...


class MigrationHoldsLock:
    """A migration took an exclusive lock on `orders` and then sits on its open transaction."""

    scenario = Scenario(
        name="lock",
        title="A migration holds a lock",
        cause_entity="database/shop-db",
        failure_modes=("lock_contention", "long_idle_transaction"),
    )

    def __init__(self, shop: Shop, changes: ChangeLog, *, owner_url: str) -> None:
        self._shop = shop
        self._changes = changes
        self._owner_url = owner_url
        self._session: psycopg.Connection | None = None

    @property
    def session_pid(self) -> int:
        """The backend that holds the lock.

        Raises:
            RuntimeError: if nothing was injected.
        """
        if self._session is None:
            raise RuntimeError("the fault has not been injected")
        return self._session.info.backend_pid

    def inject(self) -> None:
        """Run the migration's statement, and do not commit."""
        self._session = psycopg.connect(self._owner_url, application_name=MIGRATION)
        self._session.execute(MIGRATION_STATEMENT.encode())
        self._changes.record(
            Change(
                timestamp=datetime.now(UTC),
                kind="schema",
                entity="shop-db",
                ref="0042_orders_gift_note",
                author=MIGRATION,
                summary="Add a gift note to orders",
                diff=MIGRATION_STATEMENT,
            )
        )

    def is_broken(self) -> bool:
        """Tell whether customers suffer now."""
        return _customers_suffer(self._shop)

    def is_recovered(self) -> bool:
        """Tell whether the session is gone and customers are served again."""
        return not self._is_held() and _customers_are_served(self._shop)

    def withdraw(self) -> None:
        """End the migration's session."""
        if self._session is not None:
            self._session.close()

    def _is_held(self) -> bool:
        with psycopg.connect(self._owner_url, autocommit=True) as look:
            found = look.execute(
                "select 1 from pg_stat_activity where application_name = %s", (MIGRATION,)
            )
            return found.fetchone() is not None


class WrongMemoryLimit:
    """A release of checkout came with a memory limit below what checkout needs."""

    scenario = Scenario(
        name="memory",
        title="A deploy with a wrong memory limit",
        cause_entity=f"deployment/{NAMESPACE}/checkout",
        failure_modes=("wrong_memory_limit", "oom_killed"),
    )

    def __init__(self, shop: Shop, changes: ChangeLog) -> None:
        self._shop = shop
        self._changes = changes

    def inject(self) -> None:
        """Deploy, through the API, as the pipeline does."""
        container = {
            "name": "checkout",
            "image": f"shop/checkout:{BAD_TAG}",
            "resources": {"limits": {"memory": BAD_MEMORY}},
        }
        cause = f"release {BAD_TAG}"
        self._patch(
            {
                "metadata": {"annotations": {CHANGE_CAUSE: cause}},
                "spec": {"template": {"spec": {"containers": [container]}}},
            }
        )
        self._changes.record(
            Change(
                timestamp=datetime.now(UTC),
                kind="deploy",
                entity="checkout",
                ref=BAD_TAG,
                author="pipeline",
                summary=f"Release {BAD_TAG} of checkout, with limits for all containers",
                diff=f"-  memory: 256Mi\n+  memory: {BAD_MEMORY}",
            )
        )

    def is_broken(self) -> bool:
        """Tell whether customers suffer now."""
        return _customers_suffer(self._shop)

    def is_recovered(self) -> bool:
        """Tell whether all pods are as wanted and customers are served again."""
        return self._shop.is_available() and _customers_are_served(self._shop)

    def withdraw(self) -> None:
        """Deploy what was there before."""
        container = {
            "name": "checkout",
            "image": f"shop/checkout:{LAST_GOOD_TAG}",
            "resources": {"limits": {"memory": "256Mi"}},
        }
        self._patch({"spec": {"template": {"spec": {"containers": [container]}}}})

    def _patch(self, patch: dict[str, object]) -> None:
        cluster = self._shop.cluster
        path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/checkout"
        headers = {
            "Authorization": f"Bearer {cluster.credentials.admin}",
            "Content-Type": "application/strategic-merge-patch+json",
        }
        httpx.patch(
            f"{cluster.url}{path}", content=json.dumps(patch), headers=headers
        ).raise_for_status()


def _customers_suffer(shop: Shop) -> bool:
    recent = shop.customers.experience(BROKEN_WINDOW_SECONDS)
    return recent.requests > 0 and recent.error_ratio >= BROKEN_RATIO


def _customers_are_served(shop: Shop) -> bool:
    recent = shop.customers.experience(RECOVERED_WINDOW_SECONDS)
    return recent.requests >= RECOVERED_REQUESTS and recent.failures == 0
