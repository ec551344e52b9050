"""One world for all tests that only need it to stand."""

from collections.abc import Iterator

import pytest

from jobs.gameday.world import World, WorldSettings, start


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with quick restarts, and our own recorder of metrics."""
    settings = WorldSettings(back_off_seconds=2.0, with_prometheus=False)
    with start(tmp_path_factory.mktemp("world"), settings) as made:
        yield made
