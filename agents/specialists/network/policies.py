"""What NetworkPolicies admit: the rules of the Kubernetes API, evaluated for one pair of pods."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agents.domain.base import Labels
from agents.domain.document import Document
from agents.domain.readings import Resource

_NAME_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True, slots=True)
class Peer:
    """One end of a connection: a pod's labels and its namespace's."""

    labels: Labels
    namespace: str
    namespace_labels: Labels

    @classmethod
    def of(cls, pod: Resource, namespaces: Iterable[Resource]) -> "Peer":
        """Take a pod as a peer."""
        space = pod.entity.namespace or "default"
        known = [n.labels for n in namespaces if n.entity.name == space]
        labels = dict(known[0]) if known else {}
        return cls(dict(pod.labels), space, {_NAME_LABEL: space, **labels})


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """One NetworkPolicy."""

    resource: Resource

    @property
    def namespace(self) -> str:
        """Where it applies."""
        return self.resource.entity.namespace or "default"

    def governs(self, pod: Peer, direction: str) -> bool:
        """Tell whether it selects a pod for `Ingress` or `Egress`."""
        spec = self.resource.document
        kinds = spec.texts("spec.policyTypes") or ("Ingress",)
        if direction not in kinds or pod.namespace != self.namespace:
            return False
        return _selects(_document(spec, "spec.podSelector"), pod.labels)

    def admits(self, peer: Peer, port: int | None, direction: str) -> bool:
        """Tell whether some rule admits the peer on the port; an unknown port is any port."""
        rules, peers = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
        return any(
            _admits_peer(rule, peers, peer, self.namespace) and _admits_port(rule, port)
            for rule in self.resource.document.items(f"spec.{rules}")
        )


def blocking(
    policies: Iterable[NetworkPolicy], pod: Peer, peer: Peer, port: int | None, direction: str
) -> tuple[NetworkPolicy, ...]:
    """Return the policies that together keep a peer from (or a pod to) a port; none when open.

    Policies add up: what one of them admits is admitted, and a pod that none selects is open.
    """
    governing = tuple(policy for policy in policies if policy.governs(pod, direction))
    if any(policy.admits(peer, port, direction) for policy in governing):
        return ()
    return governing


def _admits_peer(rule: Document, peers: str, peer: Peer, namespace: str) -> bool:
    wanted = rule.items(peers)
    return not wanted or any(_is_peer(one, peer, namespace) for one in wanted)


def _is_peer(wanted: Document, peer: Peer, namespace: str) -> bool:
    """Tell whether one entry means the peer. A block of addresses is taken to: pods move."""
    if wanted.at("ipBlock") is not None:
        return True
    spaces = wanted.at("namespaceSelector")
    if spaces is None and peer.namespace != namespace:
        return False
    if spaces is not None:
        in_space = _selects(_document(wanted, "namespaceSelector"), peer.namespace_labels)
        if not in_space:
            return False
    return _selects(_document(wanted, "podSelector"), peer.labels)


def _admits_port(rule: Document, port: int | None) -> bool:
    ports = rule.items("ports")
    if not ports or port is None:
        return True
    return any(_is_port(one, port) for one in ports)


def _is_port(wanted: Document, port: int) -> bool:
    first, last = wanted.number("port"), wanted.number("endPort")
    if first is None:
        return True
    return first <= port <= (last or first)


def _selects(selector: Document, labels: Labels) -> bool:
    equal = selector.mapping("matchLabels")
    return all(labels.get(key) == value for key, value in equal.items()) and all(
        _meets(expression, labels) for expression in selector.items("matchExpressions")
    )


def _meets(expression: Document, labels: Labels) -> bool:
    key = expression.text("key") or ""
    values, found = expression.texts("values"), labels.get(key)
    match expression.text("operator"):
        case "In":
            return found in values
        case "NotIn":
            return found not in values
        case "Exists":
            return found is not None
        case _:
            return found is None


def _document(of: Document, path: str) -> Document:
    found = of.at(path)
    body: Mapping[str, object] = found if isinstance(found, dict) else {}
    return Document.model_validate({"body": body})
