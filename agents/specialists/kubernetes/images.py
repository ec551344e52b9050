"""Images that cannot be pulled: which of the many reasons it is."""

import re
from collections import defaultdict
from collections.abc import Iterator

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import Comparator, ObjectSelector
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import (
    SUPPORTING,
    Blame,
    earliest,
    number_of,
    quote,
    quote_happening,
    states,
    there_are_none,
    waits_for,
)
from agents.specialists.kubernetes.grouping import containers_by_owner
from agents.specialists.kubernetes.objects import Container, Happening, Thing
from agents.specialists.kubernetes.revisions import Rollout, rollout_behind
from agents.specialists.kubernetes.view import ClusterView, container_spec

_PULL_REASONS = (
    "^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError"
    "|RegistryUnavailable)$"
)
_WORDS = {
    "image_registry_dns_failure": r"no such host|server misbehaving|name resolution"
    r"|lookup \S+( on \S+)?:.*(timeout|refused|servfail)",
    "image_registry_rate_limited": r"toomanyrequests|too many requests|rate limit",
    "image_registry_unreachable": r"i/o timeout|connection refused|no route to host"
    r"|network is unreachable|tls handshake|deadline exceeded|connection reset|x509"
    r"|request canceled|50[0234] ",
    "missing_image_pull_secret": r"unauthorized|authentication required|no basic auth"
    r"|403 forbidden|\b401\b|insufficient_scope|access forbidden",
    "incorrect_image_reference": r"InvalidImageName|invalid reference format"
    r"|couldn't parse image|manifest unknown|not found|name unknown|no match for platform"
    r"|no matching manifest",
}
"""What the kubelet and the runtimes say, in the order in which it decides."""
_NETWORK = tuple(_WORDS)[:3]
_AMBIGUOUS = re.compile(
    r"pull access denied|may require .*(authorization|docker login)|requested access .* denied",
    re.IGNORECASE,
)
"""Registries give this answer both for an image that is not there and for one without access."""
_REFUSED = re.compile(r"unauthorized|denied|authentication|authorization|\b40[13]\b", re.IGNORECASE)
_WITHOUT_SECRET = "FailedToRetrieveImagePullSecret"  # noqa: S105 - the name of an event
_TITLES = {
    "image_registry_dns_failure": "the registry's name does not resolve",
    "image_registry_rate_limited": "the registry limits the rate of pulls",
    "image_registry_unreachable": "the registry cannot be reached",
    "missing_image_pull_secret": "the registry wants credentials that the pod does not have",
    "incorrect_image_reference": "there is no such image",
    "image_pull_failed": "the pull fails",
}


@check(needs=("objects:pods",), modes=tuple(_TITLES))
def image_pull(view: ClusterView) -> Iterator[Hypothesis]:
    """Find pods whose image cannot be pulled, and say why it cannot."""
    for owner, containers in containers_by_owner(view, _cannot_pull):
        rollout = rollout_behind(view, owner, tuple(c.pod for c in containers))
        by_mode: dict[str, list[Container]] = defaultdict(list)
        for container in containers:
            by_mode[_mode(view, container, rollout)].append(container)
        for mode, several in by_mode.items():
            yield _blame(view, owner, mode, tuple(several), rollout)


def _cannot_pull(container: Container) -> bool:
    return re.search(_PULL_REASONS, container.waiting_reason) is not None


def _said(view: ClusterView, container: Container) -> tuple[Happening, ...]:
    said = view.container_happenings(container, "Failed", "InspectFailed", _WITHOUT_SECRET)
    return tuple(one for one in said if "pull" in one.message.lower() or one.reason != "Failed")


def _answers(view: ClusterView, container: Container) -> Iterator[str]:
    """Yield what is said of the pull, newest first: the back-off hides the registry's answer."""
    yield container.waiting_message
    said = (one for one in _said(view, container) if one.reason != _WITHOUT_SECRET)
    yield from reversed([one.message for one in said])
    yield container.waiting_reason


def _mode(view: ClusterView, container: Container, rollout: Rollout | None) -> str:
    modes = (_heard(view, container, rollout, text) for text in _answers(view, container))
    return next(filter(None, modes), "image_pull_failed")


def _heard(
    view: ClusterView, container: Container, rollout: Rollout | None, text: str
) -> str | None:
    """Return the failure mode that one answer speaks of, if it speaks of any."""
    heard = next((m for m, p in _WORDS.items() if re.search(p, text, re.IGNORECASE)), None)
    if heard in _NETWORK:
        return heard
    if _REFUSED.search(text) and _lacks_secret(view, container):
        return "missing_image_pull_secret"
    if heard == "missing_image_pull_secret" and is_official(container.image):
        return "incorrect_image_reference"
    if _AMBIGUOUS.search(text):
        is_private = _was_pulled_before(container, rollout)
        return "missing_image_pull_secret" if is_private else "incorrect_image_reference"
    return heard


def is_official(image: str) -> bool:
    """Tell whether an image is one of Docker's own: those are public, so nobody needs access.

    Mirrors refuse images that do not exist, instead of saying that they do not.
    """
    name = repository(image)
    return "/" not in name.removeprefix("docker.io/").removeprefix("library/")


def _lacks_secret(view: ClusterView, container: Container) -> bool:
    said = view.container_happenings(container, _WITHOUT_SECRET)
    return bool(said or _missing_secrets(view, container))


def _missing_secrets(view: ClusterView, container: Container) -> tuple[str, ...]:
    """Return the pull secrets that the pod names and that are not there, where that is known."""
    if not view.has("secrets"):
        return ()
    pod = container.pod
    named = pod.document.texts("spec.imagePullSecrets[].name")
    return tuple(name for name in named if view.find("secrets", name, pod.namespace) is None)


def _was_pulled_before(container: Container, rollout: Rollout | None) -> bool:
    """Tell whether the revision before ran an image of the same repository."""
    if rollout is None:
        return False
    before = container_spec(rollout.previous.template, container.name)
    return before is not None and repository(before.text("image")) == repository(container.image)


def repository(image: str | None) -> str:
    """Return an image reference without its tag and digest."""
    name = (image or "").partition("@")[0]
    head, colon, tail = name.rpartition(":")
    return head if colon and "/" not in tail else name


def _blame(
    view: ClusterView,
    owner: EntityRef,
    mode: str,
    containers: tuple[Container, ...],
    rollout: Rollout | None,
) -> Hypothesis:
    worst = containers[0]
    said = _said(view, worst)
    pods = tuple(c.pod for c in containers)
    answer = said[-1].message if said else worst.waiting_message
    return Blame(
        entity=owner,
        mode=mode,
        summary=f"The image {worst.image} of {owner.name} cannot be pulled in {number_of(pods)}:"
        f" {_TITLES[mode]}. The kubelet says: {answer[:240]}",
        claims=tuple(_claims(view, worst, mode, said)),
        pods=pods,
        onset=earliest(*(one.first_at for one in said), *(pod.created_at for pod in pods)),
        rollout=rollout,
        evidence=(
            quote(worst.pod, f"{worst.waiting_reason}: {worst.waiting_message}"),
            *(quote_happening(one) for one in said[-2:]),
        ),
        details={"container": worst.name, "image": worst.image},
    ).hypothesis(view)


def _claims(
    view: ClusterView, container: Container, mode: str, said: tuple[Happening, ...]
) -> Iterator[Claim]:
    pod = container.pod
    where = f"{container.name} of {pod.name}"
    yield waits_for(view, container, _PULL_REASONS, f"{where} waits for its image")
    group = "initContainers" if container.is_init else "containers"
    yield states(
        view,
        pod,
        f"spec.{group}[?name=='{container.name}'].image | [0]",
        container.image,
        f"the image asked for is {container.image}",
        weight=SUPPORTING,
    )
    yield from _said_claims(view, container, mode, said)
    if mode == "missing_image_pull_secret":
        for name in _missing_secrets(view, container):
            yield there_are_none(
                view,
                pod.entity,
                ObjectSelector(kind="secrets", namespace=pod.namespace, name=name),
                f"there is no secret {name} in {pod.namespace}",
                control=ObjectSelector(kind="secrets"),
            )


def _said_claims(
    view: ClusterView, container: Container, mode: str, said: tuple[Happening, ...]
) -> Iterator[Claim]:
    """Claim that the kubelet gives this reason: in the pod itself, or else in an event."""
    pattern = _WORDS.get(mode)
    if pattern is None:
        return
    places: list[tuple[Thing, str, str]] = [
        (container.pod, container.status_path("state.waiting.message"), container.waiting_message),
        *((one, "message || note", one.message) for one in reversed(said)),
    ]
    for thing, path, message in places:
        if re.search(pattern, message, re.IGNORECASE):
            yield states(
                view,
                thing,
                path,
                pattern,
                f"the kubelet says that {_TITLES[mode]}",
                comparator=Comparator.MATCHES,
                weight=SUPPORTING,
            )
            return
