"""A specialist over MCP, in this process and in one of its own."""

import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.server import MCPServer
from mcp.types import CallToolResult, TextContent

from agents.errors import WarroomError
from agents.gateway.ledger import Ledger
from agents.integrations.mcp.client import investigate_over_mcp
from agents.integrations.mcp.server import specialist_server
from tests.agents.integrations.mcp.one_specialist import assignment, question, specialist

ROOT = Path(__file__).parents[4]


def in_process() -> MCPServer:
    """Serve the specialist in this process."""
    return specialist_server(specialist(), assignment)


def in_its_own() -> StdioServerParameters:
    """Serve the specialist in a process of its own."""
    module = "tests.agents.integrations.mcp.one_specialist"
    return StdioServerParameters(command=sys.executable, args=["-m", module], cwd=ROOT)


@pytest.fixture(params=[in_process, in_its_own], ids=["in-process", "stdio"])
async def client(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[Client]:
    """Connect an ordinary MCP client."""
    server: MCPServer | StdioServerParameters = request.param()
    async with Client(server, read_timeout_seconds=30) as connected:
        yield connected


def told(result: CallToolResult) -> str:
    """Return what a client is told in words."""
    return "\n".join(part.text for part in result.content if isinstance(part, TextContent))


def structured(result: CallToolResult) -> Mapping[str, object]:
    """Return what a client is told in fields."""
    assert not result.is_error, told(result)
    assert result.structured_content is not None
    return result.structured_content


@pytest.mark.anyio
async def test_a_client_sees_the_readers_in_scope_the_checks_and_nothing_that_writes(
    client: Client,
) -> None:
    """A responder who connects an assistant of their own must not fear what it might press."""
    listed = (await client.list_tools()).tools

    assert {tool.name for tool in listed} == {
        *("list_sources", "read_objects", "read_rows", "measure"),
        *("check_killed_pods", "investigate"),
    }
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in listed)
    assert all(tool.output_schema for tool in listed)


@pytest.mark.anyio
async def test_a_reading_arrives_in_fields_and_without_its_secrets(client: Client) -> None:
    """What leaves through MCP lands in somebody's chat history."""
    result = await client.call_tool("read_objects", {"selector": {"kind": "pods"}})

    assert "checkout-1" in str(structured(result))
    assert "hunter2" not in told(result) + str(structured(result))


@pytest.mark.anyio
async def test_a_measure_gives_one_value(client: Client) -> None:
    """A claim can be re-measured by anybody, with any client."""
    selector = {"reader": "objects", "kind": "pods", "path": "metadata.name"}
    asked = {"measure": {"selector": selector, "reduce": "first"}}

    measured = structured(await client.call_tool("measure", asked))

    assert measured["value"] == "checkout-1"


@pytest.mark.anyio
async def test_a_source_out_of_scope_is_refused_with_a_remedy(client: Client) -> None:
    """A refusal that does not say what to do is asked again and again."""
    asked = {"selector": {"instance": "orders", "view": "pg_locks"}}

    result = await client.call_tool("read_rows", asked)

    assert result.is_error
    assert "pods may not read rows:pg_locks" in told(result)
    assert "add rows:pg_locks to its sources" in told(result)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"selector": {}}, "kind"),
        ({"selector": {"kind": "pods", "where": "]["}}, "an argument is not valid"),
        ({}, "selector"),
    ],
)
async def test_bad_arguments_are_named(
    client: Client, arguments: dict[str, object], complaint: str
) -> None:
    """A model corrects its call only when it is told which argument was wrong."""
    result = await client.call_tool("read_objects", arguments)

    assert result.is_error
    assert complaint in told(result)


def test_an_answer_over_mcp_is_the_answer_given_directly() -> None:
    """Nothing may be lost or renamed on the way, or the verifier would measure something else."""
    direct = specialist().investigate(assignment(question()))

    over_mcp = investigate_over_mcp(in_process(), question())

    assert over_mcp == direct
    assert [one.cause.failure_mode for one in over_mcp.hypotheses] == ["oom_killed"]


def test_one_check_can_be_asked_alone() -> None:
    """A steering responder wants one thing looked at, now."""
    answer = investigate_over_mcp(in_process(), question(), only="killed_pods")

    assert answer.checks_run == ("killed_pods",)


def test_calls_over_mcp_are_in_the_ledger() -> None:
    """The audit trail has no side door."""
    ledger = Ledger()
    server = specialist_server(specialist(), lambda asked: assignment(asked, ledger))

    investigate_over_mcp(server, question())

    assert [call.source for call in ledger.calls()] == ["objects:pods"]


def test_an_unknown_check_is_an_error_that_says_so() -> None:
    """A typing error must not look like a check that found nothing."""
    with pytest.raises(WarroomError, match="check_nope"):
        investigate_over_mcp(in_process(), question(), only="nope")
