"""NetworkPolicies that keep a service from another one that it depends on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, ObjectSelector
from agents.domain.readings import Resource
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.claims import objects_number
from agents.specialists.network.connections import lines_claim, quotes
from agents.specialists.network.faults import FaultGroup, groups_of
from agents.specialists.network.policies import NetworkPolicy, Peer, blocking
from agents.specialists.network.view import NetworkView

_SILENT = -1.5
"""A rule that would block, on a path that nobody complains of, may be meant or not enforced."""
_TELLS = ("tcp_timed_out", "tcp_refused", "tcp_reset", "upstream_timeouts", "dns_timeout")


@dataclass(frozen=True, slots=True)
class _Edge:
    """One service that calls another."""

    caller: str
    callee: str
    port: int | None
    told: FaultGroup | None


@dataclass(frozen=True, slots=True)
class _Denial:
    """One policy that keeps a caller from a callee."""

    edge: _Edge
    policy: NetworkPolicy
    direction: str
    governed: Peer
    other: Peer


@check(needs=("objects:networkpolicies", "objects:pods"), modes=("network_policy_blocks",))
def policies_that_deny_a_path(view: NetworkView) -> Iterator[Found]:
    """Evaluate the NetworkPolicies for every call that the topology or the logs know of."""
    policies = [NetworkPolicy(resource) for resource in view.objects("networkpolicies")]
    named: set[str] = set()
    for edge in _edges(view):
        for denial in _denials(view, policies, edge):
            if denial.policy.resource.entity.key not in named:
                named.add(denial.policy.resource.entity.key)
                yield _hypothesis(view, denial)


def _edges(view: NetworkView) -> list[_Edge]:
    """Return the calls, those that fail first: a policy is named for the call it breaks."""
    told = [group for group in groups_of(view) if group.mode in _TELLS]
    failing = [
        _Edge(writer.name, group.callee.name, group.target.port if group.target else None, group)
        for group in told
        for caller in group.callers
        if (writer := view.service_of(caller)) and writer.name != group.callee.name
    ]
    known = [
        _Edge(service.name, callee, None, None)
        for service in view.topology.services
        for callee in service.depends_on
    ]
    return [*failing, *known]


def _denials(view: NetworkView, policies: list[NetworkPolicy], edge: _Edge) -> Iterator[_Denial]:
    caller, callee = _peer(view, edge.caller), _peer(view, edge.callee)
    if caller is None or callee is None:
        return
    for direction, governed, other in (("Ingress", callee, caller), ("Egress", caller, callee)):
        # The Service's port may be mapped to another one of the pod: only rules that name no
        # port are judged without knowing the pod's.
        for policy in blocking(policies, governed, other, _pod_port(view, edge), direction):
            yield _Denial(edge, policy, direction, governed, other)


def _pods(view: NetworkView, service: str) -> list[Resource]:
    pods = view.objects("pods")
    owned = [pod for pod in pods if view.topology.service_of(pod.entity) == service]
    return owned or [
        pod
        for pod in pods
        if service in (pod.labels.get("app"), pod.labels.get("app.kubernetes.io/name"))
    ]


def _peer(view: NetworkView, service: str) -> Peer | None:
    pods = _pods(view, service)
    return Peer.of(pods[0], view.objects("namespaces")) if pods else None


def _pod_port(view: NetworkView, edge: _Edge) -> int | None:
    """Return the port on the callee's pods, when the Service leaves no doubt about it."""
    for service in view.objects("services"):
        if service.entity.name == edge.callee:
            ports = service.document.items("spec.ports")
            asked = [p for p in ports if edge.port in (None, p.number("port"))]
            number = asked[0].number("targetPort") or asked[0].number("port") if asked else None
            return int(number) if number and len(asked) == 1 else None
    return edge.port


def _hypothesis(view: NetworkView, denial: _Denial) -> Hypothesis:
    edge, entity = denial.edge, denial.policy.resource.entity
    policy = EntityRef(kind="networkpolicy", name=entity.name, namespace=entity.namespace)
    way = "into" if denial.direction == "Ingress" else "out of"
    whose = edge.callee if denial.direction == "Ingress" else edge.caller
    services = [EntityRef(kind="service", name=name) for name in (edge.callee, edge.caller)]
    told = edge.told
    return Hypothesis(
        cause=Cause(entity=policy, failure_mode="network_policy_blocks"),
        summary=f"NetworkPolicy {policy.namespace}/{policy.name} governs traffic {way} {whose} "
        f"and admits no connection from {edge.caller} to {edge.callee}.",
        claims=(
            *_policy_claims(view, denial, policy),
            *((lines_claim(told, view),) if told else ()),
        ),
        explains=tuple(services),
        onset=told.onset if told else None,
        evidence=(
            Evidence(
                source="objects:networkpolicies",
                entity=policy,
                text=str(denial.policy.resource.document.at("spec"))[:400],
            ),
            *(quotes(told) if told else ()),
        ),
        prior_shift=0.5 if told else _SILENT,
    )


def _policy_claims(view: NetworkView, denial: _Denial, policy: EntityRef) -> Iterator[Claim]:
    rules = "ingress" if denial.direction == "Ingress" else "egress"
    one = partial(
        ObjectSelector, kind="networkpolicies", namespace=policy.namespace, name=policy.name
    )
    whose = denial.edge.callee if rules == "ingress" else denial.edge.caller
    selected = denial.policy.resource.document.mapping("spec.podSelector.matchLabels")
    yield objects_number(
        view,
        policy,
        ObjectSelector(kind="pods", namespace=policy.namespace, labels=selected),
        comparator=Comparator.AT_LEAST,
        expected=1,
        text=f"The policy selects pods of {whose}.",
        sufficiency=0.7,
    )
    token = _unmentioned(denial, rules)
    if token:
        yield objects_number(
            view,
            policy,
            one(where=f"contains(to_string(spec.{rules}), '{token}')"),
            comparator=Comparator.EQUAL,
            expected=0,
            text=f"No {rules} rule of the policy mentions {token}.",
            control=one(),
        )


def _unmentioned(denial: _Denial, rules: str) -> str:
    """Return what a rule would have to mention to admit the other end, and none does."""
    written = str(denial.policy.resource.document.at(f"spec.{rules}"))
    wanted = [denial.other.labels.get(key, "") for key in ("app", "app.kubernetes.io/name")]
    others = sorted(denial.other.labels.values())
    port = str(denial.edge.port or "")
    plain = [token for token in (*wanted, *others, port) if token and "'" not in token]
    return next((token for token in plain if token not in written), "")


DENIAL_CHECKS: tuple[Check[NetworkView], ...] = (policies_that_deny_a_path,)
