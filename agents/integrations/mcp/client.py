"""Asking a specialist over MCP."""

import asyncio

from mcp import Client, MCPError, StdioServerParameters
from mcp.server import MCPServer
from mcp.types import CallToolResult, TextContent

from agents.domain.hypotheses import Answer
from agents.domain.plans import Question
from agents.errors import SourceUnavailable, WarroomError


def investigate_over_mcp(
    server: MCPServer | StdioServerParameters | str,
    question: Question | None = None,
    *,
    only: str | None = None,
    timeout_seconds: float = 60.0,
) -> Answer:
    """Return a specialist's answer, asked the way any MCP client asks.

    `server` is one in this process, a command to start, or a URL; `only` names one check.

    Raises:
        SourceUnavailable: the server did not answer in time.
        WarroomError: it answered with an error.
    """

    async def ask() -> CallToolResult:
        tool = f"check_{only}" if only else "investigate"
        asked = {"question": question.model_dump(mode="json")} if question else {}
        async with Client(server, read_timeout_seconds=timeout_seconds) as client:
            return await client.call_tool(tool, asked)

    try:
        result = asyncio.run(ask())
    except MCPError as failed:
        message = f"the specialist did not answer over MCP: {failed}"
        raise SourceUnavailable(message, remedy="see the log of its server") from failed
    if result.is_error:
        raise WarroomError(_text(result), remedy="correct the call, or see the specialist's log")
    return Answer.model_validate(result.structured_content)


def _text(result: CallToolResult) -> str:
    return "\n".join(part.text for part in result.content if isinstance(part, TextContent))
