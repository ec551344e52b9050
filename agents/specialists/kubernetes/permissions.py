"""What the war room's account may not read, said once for all checks."""

from collections.abc import Iterator

from agents.domain.hypotheses import Gap
from agents.specialists.framework import check
from agents.specialists.kubernetes.view import ClusterView


@check(needs=("objects:pods",), modes=())
def unreadable_kinds(view: ClusterView) -> Iterator[Gap]:
    """Say which kinds the checks before this one were refused, and what would open them."""
    for kind, refusal in view.refused.items():
        yield Gap(
            source=f"objects:{kind}",
            text=f"{kind} could not be read: {refusal}",
            remedy=refusal.remedy or f"allow get and list on {kind}",
        )
