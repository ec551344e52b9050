"""What every test may ask for, whatever it is about."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio, which is what Bolt, MCP and aiohttp run on here."""
    return "asyncio"


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Find the machine's Chromium, or skip the test and say why."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed; `make test` installs it when run as root on Debian")
    return Path(found)
