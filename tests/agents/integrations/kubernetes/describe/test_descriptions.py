"""What `kubectl describe` prints is read back into the objects it was printed from."""

from datetime import UTC, datetime

from agents.domain.document import Document
from agents.integrations.kubernetes.describe.events import (
    events_from_description,
    events_from_listing,
)
from agents.integrations.kubernetes.describe.objects import object_from_description

NOW = datetime(2025, 11, 17, 10, 0, tzinfo=UTC)
POD = """Name:             cart-1
Namespace:        shop
Node:             host-1/192.0.2.1
Start Time:       Mon, 17 Nov 2025 17:47:52 +0800
Labels:           app=cart
                  tier=back
Status:           Running
Controlled By:    ReplicaSet/cart
Containers:
  server:
    Image:          registry.example/cart:1
    Port:           8080/TCP
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       Error
      Exit Code:    2
      Finished:     Mon, 17 Nov 2025 17:50:00 +0800
    Ready:          False
    Restart Count:  3
    Limits:
      memory:  64Mi
    Liveness:   http-get http://:8080/health delay=5s timeout=1s period=10s #success=1 #failure=3
    Environment:
      DB_HOST:  db
      DB_PASS:  <set to the key 'password' in secret 'db'>  Optional: false
    Mounts:
      /data from data (rw)
Conditions:
  Type    Status
  Ready   False
Volumes:
  data:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  cart-data
Events:
  Type     Reason     Age                From     Message
  ----     ------     ----               ----     -------
  Warning  Unhealthy  10s (x9 over 80s)  kubelet  Liveness probe failed: dial tcp: refused
"""
SERVICE = """Name:        cart
Namespace:   shop
Selector:    app=cart
Type:        ClusterIP
IP:          192.0.2.9
Port:        grpc  80/UDP
TargetPort:  8080/UDP
"""
QUOTA = """Name:       pods
Namespace:  shop
Resource    Used  Hard
--------    ----  ----
pods        10    10
"""


def read(kind: str, text: str) -> Document:
    """Return the object of a description."""
    return Document(body=object_from_description(kind, text) or {})


def test_a_pod_keeps_its_state_its_probes_and_what_it_refers_to() -> None:
    """Checks on descriptions must see what checks on objects see."""
    pod = read("pods", POD)

    container = "spec.containers[0]"
    assert pod.mapping("metadata.labels") == {"app": "cart", "tier": "back"}
    assert pod.text("spec.nodeName") == "host-1"
    assert pod.number("status.containerStatuses[0].lastState.terminated.exitCode") == 2
    assert pod.text("status.containerStatuses[0].state.waiting.reason") == "CrashLoopBackOff"
    assert pod.number(f"{container}.livenessProbe.httpGet.port") == 8080
    assert pod.number(f"{container}.livenessProbe.failureThreshold") == 3
    assert pod.text(f"{container}.env[1].valueFrom.secretKeyRef.name") == "db"
    assert pod.text(f"{container}.resources.limits.memory") == "64Mi"
    assert pod.text("spec.volumes[0].persistentVolumeClaim.claimName") == "cart-data"
    assert pod.text("metadata.creationTimestamp") == "2025-11-17T09:47:52Z"


def test_a_services_ports_keep_their_protocol_and_target() -> None:
    """A protocol that is lost in reading is a mismatch that nobody finds."""
    service = read("services", SERVICE)

    assert service.at("spec.ports") == [
        {"name": "grpc", "port": 80, "protocol": "UDP", "targetPort": 8080}
    ]


def test_a_quota_keeps_what_is_used_and_what_is_allowed() -> None:
    """A full quota is told by both figures."""
    quota = read("resourcequotas", QUOTA)

    assert quota.mapping("status.used") == {"pods": "10"}
    assert quota.mapping("spec.hard") == {"pods": "10"}


def test_ages_of_events_become_times() -> None:
    """Only with times can what has passed be told from what is."""
    (event,) = events_from_description("Pod", POD, NOW)

    assert (event["count"], event["lastTimestamp"]) == (9, "2025-11-17T09:59:50Z")
    assert event["firstTimestamp"] == "2025-11-17T09:58:40Z"


def test_a_listing_of_events_is_read_too() -> None:
    """Not everything that speaks has a description."""
    listing = (
        "LAST SEEN   TYPE      REASON   OBJECT       MESSAGE\n"
        "2m5s        Warning   BackOff  pod/cart-1   Back-off\n"
    )

    (event,) = events_from_listing(listing, "shop", NOW)

    assert event["involvedObject"] == {"kind": "pod", "name": "cart-1", "namespace": "shop"}
    assert event["lastTimestamp"] == "2025-11-17T09:57:55Z"


def test_what_describes_nothing_is_nothing() -> None:
    """An error message in place of a description is no object."""
    assert (
        object_from_description("pods", 'Error from server (NotFound): pods "x" not found') is None
    )
    assert object_from_description("leases", "Name: x") is None
