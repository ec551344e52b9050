"""Who may do what: bearer tokens, identities and rules, read as RBAC reads them."""

from dataclasses import dataclass

from jobs.gameday.cluster.errors import ForbiddenError, UnauthorizedError
from jobs.gameday.cluster.objects import READ, RESOURCES, ResourceType


@dataclass(frozen=True)
class Rule:
    """Grants verbs on kinds (`pods`, `pods/log`, `*`), everywhere or in one namespace."""

    verbs: tuple[str, ...]
    resources: tuple[str, ...]
    namespace: str | None = None

    def allows(self, verb: str, resource: str, namespace: str | None) -> bool:
        """Tell whether this rule grants the request."""
        return (
            ("*" in self.verbs or verb in self.verbs)
            and ("*" in self.resources or resource in self.resources)
            and self.namespace in (None, namespace)
        )


@dataclass(frozen=True)
class Identity:
    """A user as the API server sees them."""

    name: str
    rules: tuple[Rule, ...]

    def allows(self, verb: str, resource: str, namespace: str | None) -> bool:
        """Tell whether any rule grants the request."""
        return any(rule.allows(verb, resource, namespace) for rule in self.rules)


READABLE = (
    *(resource.plural for resource in RESOURCES if resource.plural != "secrets"),
    *("pods/log", "deployments/scale", "deployments/status"),
)


def viewer(name: str = "warroom-view") -> Identity:
    """Reads everything but secrets, like a binding to `view` plus a reader of nodes."""
    return Identity(name, (Rule(READ, READABLE),))


def deployer(namespace: str, name: str = "warroom-deployer") -> Identity:
    """Reads like a viewer and may also change deployments in one namespace."""
    change = Rule(("patch", "update"), ("deployments", "deployments/scale"), namespace)
    return Identity(name, (*viewer().rules, change))


def administrator(name: str = "cluster-admin") -> Identity:
    """May do everything; the game day's own hands."""
    return Identity(name, (Rule(("*",), ("*",)),))


class TokenBook:
    """Which bearer token belongs to whom."""

    def __init__(self, identities: dict[str, Identity]) -> None:
        self._identities = identities

    def identify(self, authorization: str) -> Identity:
        """Return who sent the request.

        Raises:
            UnauthorizedError: if the header carries no known token.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and token in self._identities:
            return self._identities[token]
        raise UnauthorizedError("Unauthorized")


def authorize(
    identity: Identity,
    verb: str,
    resource: ResourceType,
    *,
    namespace: str | None,
    name: str = "",
    subresource: str = "",
) -> None:
    """Let the request through or refuse it in Kubernetes' words.

    Raises:
        ForbiddenError: if no rule grants it.
    """
    plural = f"{resource.plural}/{subresource}" if subresource else resource.plural
    if identity.allows(verb, plural, namespace):
        return
    subject = f'{resource.qualified} "{name}"' if name else resource.qualified
    scope = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    raise ForbiddenError(
        f'{subject} is forbidden: User "{identity.name}" cannot {verb} resource "{plural}" '
        f'in API group "{resource.group}" {scope}',
        resource,
        name,
    )
