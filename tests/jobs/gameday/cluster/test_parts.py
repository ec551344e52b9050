"""The parts of the Kubernetes double that decide: selectors, patches, rollout arithmetic."""

from typing import Any

import pytest

from jobs.gameday.cluster.errors import BadRequestError, UnsupportedMediaTypeError
from jobs.gameday.cluster.patches import patched
from jobs.gameday.cluster.rollout import Generation, Strategy, next_scales, strategy_of
from jobs.gameday.cluster.runtime import memory_bytes
from jobs.gameday.cluster.selectors import matches_fields, matches_labels

STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("", True),
        ("app=checkout", True),
        ("app==checkout,tier!=web", True),
        ("app!=checkout", False),
        ("app in (storefront, checkout)", True),
        ("app notin (storefront,checkout),tier", False),
        ("tier", False),
        ("!tier", True),
    ],
)
def test_label_selectors_mean_what_they_mean_in_kubernetes(selector: str, *, matches: bool) -> None:
    """A selector that is read wrongly shows the responder somebody else's pods."""
    pod = {"metadata": {"name": "a", "labels": {"app": "checkout"}}}

    assert matches_labels(selector)(pod) is matches


def test_field_selectors_reach_into_the_object_and_refuse_nonsense() -> None:
    """Events are found by what they are about."""
    event = {"metadata": {}, "type": "Warning", "involvedObject": {"name": "web"}}

    assert matches_fields("involvedObject.name=web,type!=Normal")(event)
    assert not matches_fields("involvedObject.name=db")(event)
    with pytest.raises(BadRequestError, match="nonsense"):
        matches_fields("nonsense")


def deployment() -> dict[str, Any]:
    """Just enough of one to patch."""
    containers = [
        {"name": "app", "image": "a:1", "env": [{"name": "A", "value": "1"}]},
        {"name": "sidecar", "image": "s:1"},
    ]
    return {"spec": {"replicas": 2, "paused": True, "containers": containers}}


def test_a_strategic_patch_merges_containers_by_name() -> None:
    """Setting one image must not drop the sidecar."""
    change = {"name": "app", "image": "a:2", "env": [{"name": "B", "value": "2"}]}
    body = {
        "spec": {"paused": None, "containers": [change, {"name": "sidecar", "$patch": "delete"}]}
    }

    made = patched(deployment(), body, STRATEGIC)

    env = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    assert made["spec"] == {
        "replicas": 2,
        "containers": [{"name": "app", "image": "a:2", "env": env}],
    }


def test_a_merge_patch_replaces_lists_whole() -> None:
    """The same body means something else under another content type, as in Kubernetes."""
    made = patched(deployment(), {"spec": {"containers": [{"name": "app"}]}}, MERGE)

    assert made["spec"]["containers"] == [{"name": "app"}]
    assert made["spec"]["replicas"] == 2


@pytest.mark.parametrize(
    ("body", "content_type", "refusal"),
    [
        ([{"op": "remove", "path": "/none"}], "application/json-patch+json", BadRequestError),
        (["not an object"], MERGE, BadRequestError),
        ({}, "application/apply-patch+yaml", UnsupportedMediaTypeError),
    ],
)
def test_a_patch_that_does_not_fit_is_refused(
    body: object, content_type: str, refusal: type[Exception]
) -> None:
    """An executor has to hear that nothing was changed."""
    with pytest.raises(refusal):
        patched(deployment(), body, content_type)


ROLLING = Strategy(surge=1, unavailable=0)


@pytest.mark.parametrize(
    ("new", "old", "scales"),
    [
        (Generation("new", 0, 0), [Generation("old", 2, 2)], {"new": 1}),
        (Generation("new", 1, 0), [Generation("old", 2, 2)], {}),
        (Generation("new", 1, 1), [Generation("old", 2, 2)], {"old": 1}),
        (Generation("new", 1, 1), [Generation("old", 1, 1)], {"new": 2}),
        (Generation("new", 2, 2), [Generation("old", 1, 1)], {"old": 0}),
        (Generation("new", 3, 3), [], {"new": 2}),
        (Generation("new", 2, 2), [], {}),
    ],
)
def test_a_rollout_never_takes_more_pods_than_it_can_spare(
    new: Generation, old: list[Generation], scales: dict[str, int]
) -> None:
    """A rollout that drops ready pods too early would be an outage that is ours."""
    assert next_scales(2, ROLLING, new, old) == scales


def test_pods_that_are_broken_anyway_are_the_first_to_go() -> None:
    """This is why a rollback heals at once: crashing pods are not worth keeping."""
    scales = next_scales(
        2, Strategy(surge=2, unavailable=0), Generation("new", 2, 2), [Generation("bad", 2, 0)]
    )

    assert scales == {"bad": 0}


def test_recreate_empties_the_old_before_the_new_starts() -> None:
    """Two versions at once is exactly what this strategy forbids."""
    strategy = strategy_of({"spec": {"replicas": 2, "strategy": {"type": "Recreate"}}})

    first = next_scales(2, strategy, Generation("new", 0, 0), [Generation("old", 2, 2)])
    then = next_scales(2, strategy, Generation("new", 0, 0), [Generation("old", 0, 0)])

    assert (first, then) == ({"old": 0}, {"new": 2})


def test_percentages_of_a_strategy_round_as_kubernetes_rounds_them() -> None:
    """Surge up, unavailable down: with two replicas nothing may be missing."""
    assert strategy_of({"spec": {"replicas": 2}}) == Strategy(surge=1, unavailable=0)


def test_memory_quantities_are_read_in_both_systems() -> None:
    """A limit of 96M is not a limit of 96Mi."""
    assert (memory_bytes("96Mi"), memory_bytes("96M"), memory_bytes("1024")) == (
        100_663_296,
        96_000_000,
        1024,
    )
