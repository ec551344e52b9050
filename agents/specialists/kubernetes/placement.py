"""Which nodes a pod asks for: its node selector and its required node affinity."""

from collections.abc import Mapping

from agents.domain.document import Document
from agents.specialists.kubernetes.objects import Node, Pod

_TERMS = (
    "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
)


def has_labels(node: Node, labels: Mapping[str, str]) -> bool:
    """Tell whether a node carries all these labels."""
    return all(node.resource.labels.get(key) == value for key, value in labels.items())


def is_wanted(pod: Pod, node: Node) -> bool:
    """Tell whether a node meets the selector and the required affinity of a pod that has any."""
    selector = pod.document.mapping("spec.nodeSelector")
    terms = pod.document.items(_TERMS)
    if not selector and not terms:
        return False
    return has_labels(node, selector) and (not terms or any(_meets(node, one) for one in terms))


def singles_out(pod: Pod) -> bool:
    """Tell whether a pod names the nodes it wants, instead of those that it does not want."""
    expressions = pod.document.items(f"{_TERMS}[].matchExpressions[]")
    return bool(pod.document.mapping("spec.nodeSelector")) or any(
        one.text("operator") not in {"NotIn", "DoesNotExist"} for one in expressions
    )


def _meets(node: Node, term: Document) -> bool:
    return all(_fits(node, one) for one in term.items("matchExpressions"))


def _fits(node: Node, expression: Document) -> bool:
    key, values = expression.text("key") or "", expression.texts("values")
    own = node.resource.labels.get(key)
    match expression.text("operator"):
        case "In":
            return own in values
        case "NotIn":
            return own not in values
        case "Exists":
            return own is not None
        case "DoesNotExist":
            return own is None
        case "Gt" | "Lt" as operator:
            return _is_beyond(own, values, operator)
        case _:
            return False


def _is_beyond(own: str | None, values: tuple[str, ...], operator: str) -> bool:
    """Compare as whole numbers, as the scheduler does."""
    if own is None or not values or not own.isdecimal() or not values[0].isdecimal():
        return False
    return int(own) > int(values[0]) if operator == "Gt" else int(own) < int(values[0])
