"""`warroom investigate` and `warroom mcp`, on a capture."""

import json
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from tests.agents.integrations.capture.folders import capture, write
from tests.bot.commands.running import COMMAND, environment, warroom

KILLED = {
    "kind": "Pod",
    "metadata": {"name": "checkout-1", "namespace": "shop", "labels": {"app": "checkout"}},
    "spec": {"containers": [{"name": "app", "resources": {"limits": {"memory": "64Mi"}}}]},
    "status": {
        "phase": "Running",
        "containerStatuses": [
            {
                "name": "app",
                "ready": False,
                "restartCount": 7,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {
                    "terminated": {
                        "reason": "OOMKilled",
                        "exitCode": 137,
                        "finishedAt": "2026-11-19T10:25:00Z",
                    }
                },
            }
        ],
    },
}


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """Write a capture of a container that was killed for memory."""
    return capture(tmp_path / "capture", {"kubernetes/pods.json": [KILLED]})


def test_the_json_is_one_object_of_the_documented_shape(killed: Path) -> None:
    """Scripts and benchmarks read it; a field that moves breaks them all."""
    ran = warroom("investigate", killed, "--json")

    printed = json.loads(ran.out)
    assert ran.code == 0
    assert set(printed) == {
        *("outcome", "hypotheses", "ruled_out", "conflicts", "gaps", "symptoms"),
        *("timeline", "blast_radius", "actions", "cost"),
    }
    assert set(printed["cost"]) == {"seconds", "tool_calls", "tokens", "usd"}
    first = printed["hypotheses"][0]
    assert set(first) == {
        *("rank", "entity", "failure_mode", "category", "domain", "change_ref"),
        *("confidence", "status", "summary", "claims", "caused_by", "explains"),
    }
    assert set(first["claims"][0]) == {
        *("text", "measure", "window", "comparator", "expected", "observed", "verdict"),
    }


def test_a_killed_container_is_named_with_measured_claims(killed: Path) -> None:
    """The whole way from files to a cause: read, checked, claimed, measured, weighed."""
    printed = json.loads(warroom("investigate", killed, "--json").out)

    first = printed["hypotheses"][0]
    assert (first["failure_mode"], first["entity"]["name"]) == ("oom_killed", "checkout-1")
    assert first["category"] == "resource_exhaustion"
    assert {claim["verdict"] for claim in first["claims"]} == {"holds"}
    assert printed["cost"]["tool_calls"] > 0


def test_the_text_is_plain_where_it_goes_to_a_pipe_and_progress_goes_elsewhere(
    killed: Path,
) -> None:
    """What is pasted into a ticket must not be full of escape codes and spinners."""
    ran = warroom("investigate", killed)

    assert ran.code == 0
    assert "oom_killed" in ran.out
    assert "Not known" in ran.out
    assert "\x1b" not in ran.out + ran.err
    assert "investigating" in ran.err
    assert "investigating" not in ran.out


def test_unknown_files_are_mentioned_beside_the_result(killed: Path) -> None:
    """A file in the wrong place explains an investigation that found too little."""
    write(killed, {"kubernets/nodes.json": []})

    ran = warroom("investigate", killed, "--json")

    assert "kubernets/nodes.json: unknown, ignored" in ran.err
    json.loads(ran.out)


def test_a_capture_that_cannot_be_read_ends_with_2_and_says_where(killed: Path) -> None:
    """The script that calls us can tell our answer from its own mistake."""
    write(killed, {"logs/app.jsonl": "{}\n"})

    ran = warroom("investigate", killed, "--json")

    assert (ran.code, ran.out) == (2, "")
    assert "error: logs/app.jsonl, line 1, field timestamp: is missing" in ran.err
    assert "what to do: correct logs/app.jsonl" in ran.err


@pytest.mark.parametrize(
    "arguments", [("investigate",), ("investigate", ".", "--nope"), ("nope",), ("mcp", "pods")]
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    """2 is what every shell tool says to a wrong call."""
    ran = warroom(*arguments)

    assert ran.code == 2
    assert ran.err


def test_help_names_every_command_and_the_exit_codes() -> None:
    """At three in the morning the help is the manual."""
    ran = warroom("--help")

    assert ran.code == 0
    for command in ("investigate", "capture", "audit", "mcp", "manifest", "doctor"):
        assert f"\n  {command} " in ran.out
    assert "1 a problem was found" in ran.out


@pytest.mark.anyio
async def test_any_mcp_client_can_ask_a_specialist_about_a_capture(
    killed: Path, anyio_backend: str
) -> None:
    """A responder's own assistant looks at the same evidence through the same gate."""
    program, *arguments = COMMAND
    server = StdioServerParameters(
        command=program,
        args=[*arguments, "mcp", "kubernetes", "--capture", str(killed)],
        env=environment(),
    )

    async with Client(server, read_timeout_seconds=30) as client:
        answer = await client.call_tool("check_out_of_memory", {})
        refused = await client.call_tool("read_objects", {"selector": {"kind": "rds.db_instances"}})

    assert answer.structured_content is not None
    assert "oom_killed" in json.dumps(answer.structured_content)
    assert refused.is_error
