"""Starting a workspace: seeds, manifests, and the command line."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from bot.workspace.json_types import as_object
from bot.workspace.person import Person
from bot.workspace.seed import ChannelSeed, Seed, UserSeed, app_from_manifest, load_seed
from bot.workspace.server import Workspace

MANIFEST = {
    "display_information": {"name": "Warroom", "description": "Staffs incidents"},
    "features": {
        "slash_commands": [{"command": "/warroom", "description": "Steer", "usage_hint": "help"}],
        "shortcuts": [
            {"name": "Declare", "type": "global", "callback_id": "declare", "description": "New"}
        ],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_mention"]},
        "socket_mode_enabled": True,
    },
}


def test_an_app_is_installed_from_the_manifest_that_slack_would_get() -> None:
    """A scope or an event that the manifest forgets must be missing in the local run too."""
    app = app_from_manifest(json.dumps(MANIFEST))

    assert app.scopes == {"chat:write", "commands"}
    assert app.events == ("app_mention",)
    assert [command.command for command in app.commands] == ["/warroom"]
    assert [shortcut.callback_id for shortcut in app.shortcuts] == ["declare"]
    assert app.request_url is None


def test_a_seed_that_names_what_it_does_not_define_is_refused() -> None:
    """A typing error in a channel's members would leave the on-call out of the room."""
    with pytest.raises(ValidationError, match="U0NOBODY"):
        Seed(
            users=(UserSeed(id="U0ONCALL1", name="on-call"),),
            channels=(ChannelSeed(name="incidents", members=("U0NOBODY",)),),
        )


def test_a_field_that_no_seed_has_is_refused_by_its_name(tmp_path: Path) -> None:
    """The operator reads which line to mend."""
    file = tmp_path / "seed.yaml"
    file.write_text("users: []\nchanels: []\n", encoding="utf-8")

    with pytest.raises(ValidationError, match="chanels"):
        load_seed(file)


def test_a_port_that_is_taken_is_an_error_and_not_a_hang() -> None:
    """`warroom up` must say that something else listens there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        workspace = Workspace()

        with pytest.raises(OSError, match="address already in use"):
            workspace.start(port=taken.getsockname()[1])


def test_the_command_line_serves_a_seed_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """`python -m bot.workspace` is how one looks at the page without the rest."""
    file = tmp_path / "seed.yaml"
    file.write_text(
        "team_name: Shop\n"
        "users: [{id: U0ONCALL1, name: on-call, real_name: On-call}]\n"
        "channels: [{name: incidents}]\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "bot.workspace", "--seed", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        page = httpx.get(url, trust_env=False)
        with Person(url, "U0ONCALL1") as person:
            names = [channel.name for channel in person.channels()]
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=10)

    assert "Workspace" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert (names, code) == (["incidents"], 0)


def test_a_wrong_seed_ends_the_command_line_with_two(tmp_path: Path) -> None:
    """Exit codes mean something: 2 is a mistake in what was asked for."""
    file = tmp_path / "seed.yaml"
    file.write_text("users: nobody\n", encoding="utf-8")

    command = [sys.executable, "-m", "bot.workspace", "--seed", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)

    assert (ended.returncode, "users" in ended.stderr) == (2, True)


def test_people_are_listed_without_the_bots() -> None:
    """The page offers to act as a person, never as a bot."""
    with Workspace() as workspace:
        listed = httpx.get(f"{workspace.url}/workspace/people", trust_env=False).json()

    assert "U0WARROOM" not in str(as_object(listed)["people"])
